"""What the page says that people may do is what the program lets them do."""

from __future__ import annotations

import pytest

from scheduler.model import Role
from scheduler.services.permitting import ROLES, WITHOUT_A_NAME, Right
from tests.docs import read, rows, section

TOLD = {cells[0]: cells[1:] for cells in rows(section(read("docs/operating.md"), "Who may do what"))}
LINES = {
    Right.WRITE: "queue, edit, move, import, submit",
    Right.STOP: "hold, skip, cancel; pause anything",
    Right.SEND_BACK: "send back",
    Right.LET_GO: "approve, release, retry, resolve",
    Right.TAKE_DOWN: "take down, resume",
    Right.RESUME: "take down, resume",
    Right.CONNECT: "look after users, store accounts' secrets",
    Right.MANAGE_PEOPLE: "look after users, store accounts' secrets",
}


def test_the_table_is_whole() -> None:
    """A right that nobody tells is asked for on the telephone."""
    assert set(TOLD) == set(LINES.values())
    assert set(LINES) == set(Right)


@pytest.mark.parametrize("right", Right)
def test_a_right_is_told_for_every_role(right: Right) -> None:
    """Whoever hands out roles goes by this table."""
    *roles, operator = TOLD[LINES[right]]
    assert {role for role, cell in zip(Role, roles, strict=True) if cell == "yes"} == ROLES[right]
    assert operator == ("yes" if right in WITHOUT_A_NAME else "without review levels")
