"""What the send journal says, from the newest file back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.journal.lines import JournalAwayError, decode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scheduler.journal.lines import Line

FILE = re.compile(r"sent-([0-9]{12,})\.jsonl")
BYTES_BACK = 8_000_000  # at least so much is read, so that what came of the last calls is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Lines in their order; `last` is the number of the newest one, 0 if there is none, `instance` whose it is."""

    lines: tuple[Line, ...] = ()
    last: int = 0
    instance: str = ""

    def after(self, number: int) -> tuple[Line, ...]:
        """The lines behind that number."""
        return tuple(one for one in self.lines if one.number > number)


def read(folder: Path, *, after: int) -> Told:
    """Every line behind `after`, and some before; a line that was cut short is left out.

    Raises JournalAwayError where the files are there and cannot be read.
    """
    found: list[Line] = []
    size = 0
    for first, path in _newest_first(folder):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise JournalAwayError(f"the send journal {path} cannot be read: {error.strerror}") from error
        found = [line for raw in content.split(b"\n") if (line := decode(raw))] + found
        size += len(content)
        if first <= after + 1 and size >= BYTES_BACK:
            break
    found.sort(key=lambda line: line.number)
    return Told(lines=tuple(found), last=found[-1].number, instance=found[-1].instance) if found else Told()


def _newest_first(folder: Path) -> Iterator[tuple[int, Path]]:
    try:
        names = [(int(match[1]), path) for path in folder.iterdir() if (match := FILE.fullmatch(path.name))]
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise JournalAwayError(f"the send journal in {folder} cannot be read: {error.strerror}") from error
    yield from sorted(names, reverse=True)
