"""What is told of the machine itself."""

from __future__ import annotations

from datetime import timedelta

from scheduler.services.machine import Machine
from tests.fakes.clock import Clock


def test_a_clock_that_was_put_back_keeps_no_standstill_from_people() -> None:
    """What was said in a wrong year must not silence every later word until that year comes."""
    clock, why = Clock(), ["the clock jumped", None]
    machine = Machine(lambda: why[0])
    clock.tick(days=900)
    machine.look(clock())
    assert machine.look(clock.tick(seconds=10)) is not None
    clock.tick(days=-900)
    why[0] = None
    assert machine.look(clock()) is not None, "it is sending again"
    why[0] = "the journal is gone"
    machine.look(clock.tick(minutes=1))
    told = machine.look(clock.tick(seconds=11))
    assert told is not None
    assert "the journal is gone" in told.lines
    assert machine.look(clock() + timedelta(minutes=59)) is None
