"""Backups: a whole copy while everything runs, checked before anybody relies on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.model import WrongUse
from scheduler.store import backup as copies
from scheduler.store import instances, ledger
from scheduler.store.database import open_database

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.services.desk import Desk
    from scheduler.store.database import Database

ON_POSTGRESQL = (
    "july30 copies SQLite files; for PostgreSQL run: pg_dump --format=custom --file={file} {name} (and back into an"
    " empty database: pg_restore --dbname=NAME {file}, then name that database in config.toml, and: july30 reconcile)"
)
NOT_IN_IT = "config.toml, the media folder, the send journal and the secrets: keep those elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy that was checked: how many ledger rows it holds, and how far it knows the send journal."""

    path: Path
    size_bytes: int
    ledger_rows: int
    journal_number: int


def backup(desk: Desk, target: Path) -> Copy:
    """`target` is a whole copy of the database, and its ledger is unbroken; the daemon may run meanwhile.

    Raises WrongUse on PostgreSQL, with what to run there, and where the ledger is broken: then the copy stays, to be
    looked at.
    """
    refuse_postgresql(desk.database, target)
    copies.copy_to(desk.database, target)
    return checked(target)


def checked(path: Path) -> Copy:
    """What is in the copy. Raises WrongUse where it is damaged, or where its ledger was changed by hand."""
    copies.whole(path)
    database = open_database(f"sqlite:///{path}")
    try:
        with database.read() as tx:
            verdict, row = ledger.verify(tx), instances.get(tx)
    finally:
        database.close()
    if verdict.first_bad:
        raise WrongUse(f"the ledger in {path} is broken at {verdict.first_bad}: somebody changed it by hand")
    number = row.journal_number if row else 0
    return Copy(path=path, size_bytes=path.stat().st_size, ledger_rows=verdict.rows, journal_number=number)


def refuse_postgresql(database: Database, file: Path) -> None:
    """Nothing, on SQLite. Raises WrongUse with what does it on PostgreSQL."""
    if database.dialect != "sqlite":
        raise WrongUse(ON_POSTGRESQL.format(file=file, name=database.url.database))
