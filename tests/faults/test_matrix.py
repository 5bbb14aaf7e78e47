"""Every row of the fault matrix has tests that exist; what one machine cannot show is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.faults.matrix import MATRIX

TESTS = Path(__file__).parents[1]
OPERATING = TESTS.parent / "docs" / "operating.md"
ROWS = 30


def test_no_row_is_left_out() -> None:
    """A fault that nobody acts is the one that happens."""
    assert sorted(MATRIX) == list(range(1, ROWS + 1))
    assert all(one.tests for one in MATRIX.values())


@pytest.mark.parametrize("number", sorted(MATRIX))
def test_the_tests_of_a_row_exist(number: int) -> None:
    """A test that was renamed away acts nothing."""
    for one in MATRIX[number].tests:
        file, _, name = one.partition("::")
        assert re.search(rf"^ *def {name}\(", (TESTS / file).read_text(encoding="utf-8"), re.MULTILINE), one


def test_what_cannot_be_tested_on_one_machine_is_told() -> None:
    """Whoever relies on it must know where the proof ends."""
    text = OPERATING.read_text(encoding="utf-8")
    told = text.partition("## What cannot be tested on one machine")[2]
    assert told
    assert [one.apart for one in MATRIX.values() if one.apart and one.apart not in told.lower()] == []
