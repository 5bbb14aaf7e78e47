"""The office that every test of the services works in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.scheduler.services.office import Office

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.store.database import Database
    from tests.fakes.clock import Clock


@pytest.fixture
def office(database: Database, clock: Clock, tmp_path: Path) -> Office:
    return Office(database, clock, tmp_path)
