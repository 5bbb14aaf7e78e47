"""A clock that cannot be believed stops everything: it would send the day's posts on another day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.clocks import Clocks
from tests.fakes.clock import Clock

MINUTE = timedelta(minutes=1)


class Machine:
    """A wall clock that can be set, beside one that only runs."""

    def __init__(self) -> None:
        self.wall = Clock()
        self.steady_s = 0.0
        self.clocks = Clocks(self.wall, lambda: self.steady_s)
        assert self.clocks.look() is None

    def runs(self, by: timedelta) -> str | None:
        """So much time passes, a look every few seconds; what the last look says."""
        said = None
        for _ in range(int(by.total_seconds() // 5)):
            self.wall.tick(seconds=5)
            self.steady_s += 5
            said = self.clocks.look()
        return said

    def is_set(self, by: timedelta) -> str | None:
        self.wall.now += by
        return self.clocks.look()

    def hears(self, host: str, ahead: timedelta = timedelta()) -> None:
        self.clocks.heard(host, self.wall() + ahead)


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_a_clock_that_just_runs_is_believed(machine: Machine) -> None:
    """Corrections by seconds are everyday life."""
    assert machine.runs(10 * MINUTE) is None
    assert machine.is_set(timedelta(seconds=100)) is None
    assert machine.is_set(timedelta(seconds=-100)) is None


@pytest.mark.parametrize("by", [timedelta(minutes=3), timedelta(minutes=-3), timedelta(days=20), timedelta(days=-9000)])
def test_a_jump_is_noticed_at_once_whichever_way(machine: Machine, by: timedelta) -> None:
    """Forward, the whole campaign would be late and gone; back, it would wait for years."""
    said = machine.is_set(by)
    assert said is not None
    assert ("ahead" if by > timedelta() else "back") in said


def test_two_steady_minutes_end_it_where_nobody_can_be_asked(machine: Machine) -> None:
    """After a machine slept the wall clock is right, and it was the steady one that stood still."""
    machine.is_set(timedelta(hours=3))
    assert machine.runs(timedelta(seconds=115)) is not None
    assert machine.runs(timedelta(seconds=10)) is None


def test_each_jump_counts_anew(machine: Machine) -> None:
    """A clock that is set twice is not steady."""
    machine.is_set(timedelta(hours=3))
    machine.runs(timedelta(seconds=115))
    machine.is_set(timedelta(hours=-3))
    assert machine.runs(timedelta(seconds=115)) is not None


def test_a_platform_that_confirms_the_time_ends_it_at_once(machine: Machine) -> None:
    """What it said before the jump proves nothing."""
    machine.hears("a.example")
    assert machine.is_set(timedelta(hours=3)) is not None
    machine.hears("a.example", timedelta(seconds=2))
    assert machine.clocks.look() is None


def test_a_platform_that_contradicts_keeps_it_stopped(machine: Machine) -> None:
    """Two steady minutes of a wrong time are still a wrong time."""
    machine.is_set(timedelta(hours=3))
    machine.hears("a.example", timedelta(hours=-3))
    said = machine.runs(5 * MINUTE)
    assert said is not None
    assert "a.example" in said


def test_the_only_platform_is_believed_and_one_of_several_is_not(machine: Machine) -> None:
    """One server with a wrong clock must not stop the others' posts; two are evidence."""
    machine.hears("a.example", timedelta(minutes=6))
    assert machine.clocks.look() is not None
    machine.hears("b.example")
    assert machine.clocks.look() is None
    machine.hears("c.example", timedelta(minutes=7))
    assert machine.clocks.look() is not None
    machine.hears("a.example", timedelta(minutes=4))
    assert machine.clocks.look() is None


def test_what_was_heard_an_hour_ago_counts_no_more(machine: Machine) -> None:
    """Somebody has set the clock by small steps since."""
    machine.hears("a.example", timedelta(minutes=6))
    assert machine.runs(59 * MINUTE) is not None
    assert machine.runs(2 * MINUTE) is None


def test_confirmed_is_only_what_somebody_has_confirmed(machine: Machine) -> None:
    """No evidence is no confirmation."""
    assert not machine.clocks.confirmed()
    machine.hears("a.example")
    assert machine.clocks.confirmed()
    machine.hears("b.example", timedelta(hours=1))
    assert not machine.clocks.confirmed()
