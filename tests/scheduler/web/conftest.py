"""The newsroom that every test of the console looks into."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from scheduler.store.database import open_database
from tests.scheduler.web.newsroom import Newsroom

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes.clock import Clock


@pytest.fixture
def room(sqlite_template: Path, clock: Clock, tmp_path: Path) -> Iterator[Newsroom]:
    shutil.copy(sqlite_template, tmp_path / "july30.db")
    database = open_database(f"sqlite:///{tmp_path / 'july30.db'}")
    with (made := Newsroom(database, clock, tmp_path)).browser:
        yield made
    database.close()
