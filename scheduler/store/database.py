"""Opening a database, and the two ways to use it: a read and a write transaction."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, create_engine, event, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnectionError

from scheduler.model import Unavailable
from scheduler.store.columns import read_json
from scheduler.store.schema import audit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

AWAY = "; nothing is sent meanwhile: whoever looks after it brings it back, and july30 goes on by itself"
SQLITE_BUSY_MS = 15_000
# A server that has gone without a word is noticed in seconds; by itself the system would wait a quarter of an hour.
WATCHED_CONNECTION: dict[str, Any] = {
    "connect_timeout": 10,
    "tcp_user_timeout": 15_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
LEDGER_LOCK = 730_001  # any constant: the advisory lock under which the hash chains grow on PostgreSQL

Transaction = Connection


class Database:
    """One database, opened. Close it with `close()`; safe to share between threads."""

    def __init__(self, engine: Engine):
        consistent: dict[str, Any] = {"isolation_level": "REPEATABLE READ"}
        self._reader = engine.execution_options(**consistent) if engine.dialect.name == "postgresql" else engine
        self._writer = engine.execution_options(july30_write=True)
        self._turn = threading.Lock()  # waiting here costs nothing; SQLite's own busy wait sleeps in steps
        self.dialect = engine.dialect.name
        self.url = engine.url

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """One consistent look; nothing is written. Raises Unavailable when the database cannot be reached."""
        with _plain_words(self), self._reader.begin() as tx:
            yield tx

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Everything done inside is committed at the end, or none of it. Raises Unavailable as `read` does.

        One at a time, on both databases: what was read inside still holds when it is committed, and no two writers can
        wait for each other's rows.
        """
        with self._turn, _plain_words(self), self._writer.begin() as tx:
            lock_ledger(tx)
            yield tx

    def change_mark(self) -> int:
        """A number that is another one after every change that a person or a daemon made: the last audit id."""
        with self.read() as tx:
            return tx.scalar(select(func.max(audit.c.id))) or 0

    def same_file(self) -> object:
        """What tells the database's file from one that was put in its place; None where there is no file."""
        if self.dialect != "sqlite":
            return "on a server"
        try:
            found = os.stat(str(self.url.database))  # noqa: PTH116 - the address may be no path at all
        except OSError:
            return None
        return (found.st_dev, found.st_ino)

    def close(self) -> None:
        """Every pooled connection is closed."""
        self._reader.dispose()


def open_database(url: str, *, pool_size: int = 8, busy_ms: int = SQLITE_BUSY_MS) -> Database:
    """The database behind `url`, not yet connected to; see `migrate.upgrade` for its tables.

    `busy_ms`: how long a transaction on SQLite waits for another writer before it raises Unavailable.
    """
    where = make_url(url)
    extra: dict[str, Any] = {"connect_args": {"timeout": busy_ms / 1000}, "json_deserializer": read_json}
    if where.get_backend_name() == "postgresql":
        extra = {"connect_args": WATCHED_CONNECTION, "pool_pre_ping": True}
    engine = create_engine(where, pool_size=pool_size, max_overflow=8, hide_parameters=True, **extra)
    if engine.dialect.name == "sqlite":
        _make_sqlite_strict(engine)
    return Database(engine)


def lock_ledger(tx: Transaction) -> None:
    """Nobody else writes, nor appends to a hash chain, until this transaction ends (SQLite has one writer anyway)."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LEDGER_LOCK})


def _make_sqlite_strict(engine: Engine) -> None:
    """Transactions are ours, not the driver's: DDL rolls back, and a writer takes its lock before it reads."""

    @event.listens_for(engine, "connect")
    def on_connect(dbapi: Any, _record: object) -> None:
        dbapi.isolation_level = None
        with suppress(sqlite3.OperationalError):  # "locked" at once where another process is just doing the same
            dbapi.execute("PRAGMA journal_mode=WAL")
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("july30_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def _plain_words(database: Database) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise Unavailable(_said(database, error)) from error
    except NoFreeConnectionError as error:
        raise Unavailable("all connections to the database have been in use for too long; try again") from error
    except DBAPIError as error:
        if error.connection_invalidated or _is_no_database(error.orig):
            raise Unavailable(_said(database, error)) from error
        raise
    except sqlite3.DatabaseError as error:  # while connecting, before anything wraps it
        if not _is_no_database(error):
            raise
        raise Unavailable(f"the database {database.url.database} cannot be used: {error}") from error


def _is_no_database(error: BaseException | None) -> bool:
    """Whether the file is no SQLite database, or not a whole one any more."""
    return getattr(error, "sqlite_errorname", "") in {"SQLITE_NOTADB", "SQLITE_CORRUPT"}


def _said(database: Database, error: DBAPIError) -> str:
    where = database.url.render_as_string(hide_password=True)
    hint = "; run: july30 db upgrade" if "no such table" in str(error.orig) else AWAY
    return f"the database {where} cannot be used: {str(error.orig).strip().splitlines()[0]}{hint}"
