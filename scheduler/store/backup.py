"""A whole copy of a SQLite database, taken while others use it, and put back without losing what was there."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from scheduler.model import Unavailable, WrongUse

if TYPE_CHECKING:
    from datetime import datetime

    from scheduler.store.database import Database

BESIDE = ("", "-wal", "-shm")


def copy_to(database: Database, target: Path) -> None:
    """`target` is a whole copy of the database at one instant, readable by its owner alone; never overwrites.

    Raises WrongUse where there is such a file already, Unavailable where it cannot be written.
    """
    if target.exists():
        raise WrongUse(f"{target} is there already; name another file")
    fresh = target.with_name(f"{target.name}.partial")
    try:
        os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        with closing(sqlite3.connect(_file(database))) as source, closing(sqlite3.connect(fresh)) as copy:
            source.backup(copy)  # at one go: a reader keeps no writer waiting, and no writer makes it begin again
        _to_disk(fresh)
        fresh.rename(target)
    except (OSError, sqlite3.Error) as error:
        fresh.unlink(missing_ok=True)
        raise Unavailable(f"no copy could be written to {target}: {error}") from error


def lay(source: Path, target: Path) -> None:
    """`target` is what `source` holds, what lies in its -wal file included; readable by its owner alone.

    Raises Unavailable where it cannot be written.
    """
    sweep(target)
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        with closing(_reading(source)) as held, closing(sqlite3.connect(target)) as copy:
            held.backup(copy)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(f"the copy could not be laid beside the database: {error}") from error


def sweep(path: Path) -> None:
    """Nothing lies there any more."""
    for ending in BESIDE:
        path.with_name(path.name + ending).unlink(missing_ok=True)


def put_back(source: Path, database: Database, now: datetime) -> Path | None:
    """The database is what `source` is, whose file is used up; where what was there before lies now, None if nothing.

    Raises Unavailable, with everything as it was or with the old one aside, where the disk refuses.
    """
    there = _file(database)
    aside = there.with_name(f"{there.name}.before-{now:%Y%m%dT%H%M%SZ}")
    try:
        was = there.exists()
        for ending in BESIDE if was else ():
            beside = there.with_name(there.name + ending)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + ending))
        _to_disk(source)
        source.rename(there)
    except OSError as error:
        raise Unavailable(f"{there} could not be replaced ({error}); what was there is {there} or {aside}") from error
    return aside if was else None


def whole(path: Path) -> None:
    """Nothing, where the file is a sound database of july30. Raises WrongUse where it is not."""
    if not path.is_file():
        raise WrongUse(f"there is no file {path}")
    try:
        with closing(_reading(path)) as opened:
            found = str(opened.execute("PRAGMA integrity_check").fetchone()[0])
            ours = opened.execute("SELECT count(*) FROM sqlite_master WHERE name IN ('audit', 'delivery')").fetchone()[
                0
            ]
    except sqlite3.Error as error:
        raise WrongUse(f"{path} is no copy of a database: {error}") from error
    if found != "ok":
        raise WrongUse(f"{path} is damaged: {found}")
    if ours < 2:
        raise WrongUse(f"{path} is a database, but none of july30's: name a copy that `july30 backup` has made")


def _reading(path: Path) -> sqlite3.Connection:
    """Where a -wal file holds its newest changes, they are read too; else nothing at all is made beside it."""
    wal = path.with_name(f"{path.name}-wal")
    how = "mode=ro" if wal.exists() and wal.stat().st_size else "mode=ro&immutable=1"
    return sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True)


def _file(database: Database) -> Path:
    return Path(str(database.url.database))


def _to_disk(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
