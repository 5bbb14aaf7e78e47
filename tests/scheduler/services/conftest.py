"""The office that every test of the services works in: on SQLite, where a test file does not ask for both."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from scheduler.store.database import open_database
from tests.scheduler.services.office import Office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scheduler.store.database import Database
    from tests.fakes.clock import Clock


@pytest.fixture
def office(sqlite_template: Path, clock: Clock, tmp_path: Path) -> Iterator[Office]:
    shutil.copy(sqlite_template, tmp_path / "july30.db")
    database = open_database(f"sqlite:///{tmp_path / 'july30.db'}")
    yield Office(database, clock, tmp_path)
    database.close()


@pytest.fixture
def office_on_both(database: Database, clock: Clock, tmp_path: Path) -> Office:
    return Office(database, clock, tmp_path)
