"""The parts of a thread, and the comment that may be one more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.parts import parts_of
from tests.adapters.parts import MESSAGE


@pytest.mark.parametrize(
    ("comment", "follows", "parts"),
    [(" More\n", True, ("one", "two", "More")), (" \n", True, ("one", "two")), ("More", False, ("one", "two"))],
)
def test_a_comment_that_is_a_call_of_its_own_is_one_more_part(
    comment: str, *, follows: bool, parts: tuple[str, ...]
) -> None:
    """What was not counted would not be missed: a post without its comment would be called published."""
    message = replace(MESSAGE, parts=("one", "two"), first_comment=comment)
    assert parts_of(message, comment_follows=follows) == parts
