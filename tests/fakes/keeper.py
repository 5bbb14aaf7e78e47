"""Keeps a copy of a whole database and puts it back later, as somebody does who restores an old backup."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.store.database import Database


class Keeper:
    """`keep` now, `put_back` later. `run` is one statement at the PostgreSQL server, outside of any transaction."""

    def __init__(self, database: Database, run: Callable[[str], None]):
        self._database = database
        self._run = run
        self._name = str(database.url.database)

    def keep(self) -> None:
        """A copy of the database as it is now lies aside."""
        self._database.close()
        if self._database.dialect == "sqlite":
            shutil.copy(self._name, f"{self._name}.kept")
        else:
            self._run(f"CREATE DATABASE {self._name}_kept TEMPLATE {self._name}")

    def put_back(self) -> None:
        """The database is as it was when it was kept."""
        self._database.close()
        if self._database.dialect == "sqlite":
            for ending in ("-wal", "-shm"):
                Path(self._name + ending).unlink(missing_ok=True)
            shutil.copy(f"{self._name}.kept", self._name)
        else:
            self._run(f"DROP DATABASE {self._name} WITH (FORCE)")
            self._run(f"ALTER DATABASE {self._name}_kept RENAME TO {self._name}")
