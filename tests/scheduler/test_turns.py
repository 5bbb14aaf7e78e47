"""Turns: one at a time, waited for, and free when their holder has gone."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from adapters.contract import AuthExpired, Retryable
from scheduler.turns import turn
from tests.fakes.shortage import no_files_left

if TYPE_CHECKING:
    from pathlib import Path


def test_whoever_comes_second_waits_for_the_first(tmp_path: Path) -> None:
    """What the first one has stored is then there to be read."""
    order: list[str] = []
    waiting = threading.Event()

    def second() -> None:
        waiting.set()
        with turn(tmp_path / "lock"):
            order.append("second")

    with turn(tmp_path / "lock"):
        thread = threading.Thread(target=second)
        thread.start()
        waiting.wait()
        thread.join(timeout=0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_turn_that_does_not_end_is_waited_for_no_longer(tmp_path: Path) -> None:
    """A process that was stopped in the middle must not hold up every sender; nothing was published."""
    with turn(tmp_path / "lock"), pytest.raises(Retryable, match="see what it does"), turn(tmp_path / "lock", 0):
        pass


def test_a_turn_is_free_again_after_an_error(tmp_path: Path) -> None:
    """A renewal that was refused must not lock the account for good."""
    with pytest.raises(ZeroDivisionError), turn(tmp_path / "lock"):
        raise ZeroDivisionError
    with turn(tmp_path / "lock", 0):
        pass


def test_where_there_can_be_no_lock_nothing_is_renewed(tmp_path: Path) -> None:
    """The new tokens could not be stored there either."""
    with pytest.raises(AuthExpired, match="cannot be written"), turn(tmp_path / "away" / "lock"):
        pass


def test_a_machine_short_of_open_files_does_not_break_the_account(tmp_path: Path) -> None:
    """Nothing is wrong with it: the next try finds it well."""
    with no_files_left(), pytest.raises(Retryable, match="just now"), turn(tmp_path / "lock"):
        pass
