"""Which database a journal folder belongs to, and where that database lay when it last sent."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from scheduler.journal.lines import JournalAwayError

NAME = "instance.json"
MACHINE_ID = Path("/etc/machine-id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`instance` is the database's own id; `where` names machine and path, or server and database."""

    instance: str
    where: str


def machine() -> str:
    """What this machine calls itself for good; a container without an id of its own has its host name."""
    try:
        known = MACHINE_ID.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        known = ""
    return known or os.uname().nodename


def read(folder: Path) -> Place | None:
    """What the folder says; None where it says nothing. Raises JournalAwayError where it cannot be read."""
    try:
        told = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return Place(instance=str(told["instance"]), where=str(told["where"]))
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
        return None
    except OSError as error:
        raise JournalAwayError(f"{folder / NAME} cannot be read: {error.strerror}") from error


def is_there(folder: Path) -> bool:
    """Whether the folder says anything; True as well where that cannot be known now."""
    try:
        (folder / NAME).stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def write(folder: Path, place: Place) -> None:
    """The folder is there and says this, whole or not at all. Raises JournalAwayError where it cannot."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = folder / f"{NAME}.new"
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:  # noqa: PTH123 - with its mode from the first moment
            json.dump(asdict(place), stream)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(folder / NAME)
    except OSError as error:
        raise JournalAwayError(
            f"the send journal in {folder} cannot be written ({error.strerror}): make room there, or make it writable"
        ) from error
