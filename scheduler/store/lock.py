"""The one sender's lock: the operating system or the database server frees it the moment its holder dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from scheduler.model import Unavailable, WrongUse
from scheduler.store.database import WATCHED_CONNECTION

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from scheduler.store.database import Database

SENDER_LOCK = 730_030  # any constant: the advisory lock of the one sender on PostgreSQL


class SecondSenderError(WrongUse):
    """Another daemon sends from this database already."""


class Place(Protocol):
    """The one sender's place, taken."""

    def __call__(self) -> None:
        """The place is free again."""

    def held(self) -> bool:
        """Whether it is still ours."""

    def take_again(self) -> None:
        """It is ours again, after it was lost. Raises SecondSenderError if another one has it, and Unavailable."""


def take(database: Database) -> Place:
    """This process is the one sender until the place is given back or the process ends.

    Raises SecondSenderError if another one is.
    """
    return _File(database) if database.dialect == "sqlite" else _Session(database)


class _File:
    """A lock of the operating system: ours as long as we live, also while we are stopped."""

    def __init__(self, database: Database):
        path = Path(f"{Path(str(database.url.database)).resolve()}.lock")  # one place for all the names of one file
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Unavailable(f"the lock file {path} cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._handle)
            raise SecondSenderError(_words(database)) from error

    def __call__(self) -> None:
        os.close(self._handle)

    def held(self) -> bool:
        return True

    def take_again(self) -> None:
        """Nothing: it cannot be lost."""


class _Session:
    """Held by a connection of its own, outside the pool: it lives as long as this process, if nobody cuts it."""

    def __init__(self, database: Database):
        self._database = database
        self._engine = create_engine(
            database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=WATCHED_CONNECTION
        )
        self._connection: Connection | None = None
        self.take_again()

    def __call__(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def held(self) -> bool:
        if self._connection is None:
            return False
        try:
            self._connection.scalar(text("SELECT 1"))
        except DBAPIError:
            self._connection.invalidate()
            self()
        return self._connection is not None

    def take_again(self) -> None:
        try:
            connection = self._engine.connect()
            ours = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": SENDER_LOCK})
        except OperationalError as error:
            raise Unavailable(f"the database cannot be reached: {str(error.orig).splitlines()[0]}") from error
        if not ours:
            connection.close()
            raise SecondSenderError(_words(self._database))
        self._connection = connection


def _words(database: Database) -> str:
    where = database.url.render_as_string(hide_password=True)
    return f"another july30 daemon already sends from {where}; stop it first, or use its database for nothing else"
