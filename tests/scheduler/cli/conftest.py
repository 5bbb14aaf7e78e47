"""The program over a folder of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.scheduler.cli.program import Program

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bare(tmp_path: Path) -> Program:
    """Nothing is there yet."""
    return Program(tmp_path)


@pytest.fixture
def program(bare: Program) -> Program:
    """A configuration and an empty database are there."""
    return bare.ready()
