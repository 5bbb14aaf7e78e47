"""The one sender's lock: the operating system or the database server frees it the moment its holder dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from scheduler.model import Unavailable, WrongUse

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.store.database import Database

SENDER_LOCK = 730_030  # any constant: the advisory lock of the one sender on PostgreSQL


class SecondSenderError(WrongUse):
    """Another daemon sends from this database already."""


def take(database: Database) -> Callable[[], None]:
    """This process is the one sender until the returned function is called or the process ends.

    Raises SecondSenderError if another one is.
    """
    return _take_file(database) if database.dialect == "sqlite" else _take_advisory(database)


def _take_file(database: Database) -> Callable[[], None]:
    path = Path(f"{Path(str(database.url.database)).resolve()}.lock")  # one place for all the names of one file
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unavailable(f"the lock file {path} cannot be opened: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise SecondSenderError(_words(database)) from error
    return lambda: os.close(handle)


def _take_advisory(database: Database) -> Callable[[], None]:
    """Held by a connection of its own, outside the pool: it must live exactly as long as this process."""
    engine = create_engine(database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        connection = engine.connect()
    except OperationalError as error:
        raise Unavailable(f"the database cannot be reached: {str(error.orig).splitlines()[0]}") from error
    if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": SENDER_LOCK}):
        connection.close()
        raise SecondSenderError(_words(database))
    return connection.close


def _words(database: Database) -> str:
    where = database.url.render_as_string(hide_password=True)
    return f"another july30 daemon already sends from {where}; stop it first, or use its database for nothing else"
