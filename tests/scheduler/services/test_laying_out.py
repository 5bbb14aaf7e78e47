"""Kits by command: only for what nothing else will publish, and only with approved words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scheduler.model import State, WrongUse
from scheduler.services import operating
from scheduler.services.laying_out import lay_out_kit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scheduler.services.office import Office


def held(office: Office, **cells: str) -> int:
    number = office.delivery(**cells)
    operating.hold(office.desk, [number], why="the platform is away")
    return number


def test_a_held_delivery_of_any_platform_is_laid_out_with_its_number(office: Office, tmp_path: Path) -> None:
    """On the day a platform is down, and the words must go out all the same."""
    number = held(office)
    kit = lay_out_kit(office.desk, number, tmp_path / "kits")
    assert (kit / "text.txt").read_text("utf-8") == "ადამიანი არ იყიდება"
    assert "19 of " in (kit / "kit.html").read_text("utf-8")
    assert f"july30 queue resolve {number} --published ADDRESS" in (kit / "README.txt").read_text("utf-8")
    assert office.world.state(number) is State.HELD
    assert lay_out_kit(office.desk, number, tmp_path / "kits") == kit


def test_what_may_still_go_by_itself_is_not_laid_out(office: Office, tmp_path: Path) -> None:
    """Pasted by hand and sent by the daemon is twice in public."""
    number = office.delivery()
    with pytest.raises(WrongUse, match=f"queue hold {number}"):
        lay_out_kit(office.desk, number, tmp_path)
    assert not list(tmp_path.glob("delivery-*"))


def test_what_may_be_out_is_not_laid_out(office: Office, tmp_path: Path) -> None:
    """First somebody looks."""
    number = office.delivery()
    office.leave_in_doubt(number)
    with pytest.raises(WrongUse, match="may be out"):
        lay_out_kit(office.desk, number, tmp_path)


def test_what_is_out_is_not_laid_out(office: Office, tmp_path: Path) -> None:
    """Nobody asks for it but by a slip of the number."""
    number = office.published()
    with pytest.raises(WrongUse, match="is published"):
        lay_out_kit(office.desk, number, tmp_path)


def test_words_that_nobody_approved_are_not_laid_out(office: Office, tmp_path: Path) -> None:
    """A kit says that its words were approved."""
    number = held(office, status="draft")
    with pytest.raises(WrongUse, match="only approved words"):
        lay_out_kit(office.desk, number, tmp_path)
