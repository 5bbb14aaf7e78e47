"""Nothing is sent while any reason stands, and a reason can be read."""

from __future__ import annotations

from scheduler.standstill import Standstill


def test_sending_is_allowed_only_when_every_reason_is_gone() -> None:
    """Two things may be wrong at once; mending one must not hide the other."""
    still = Standstill()
    still.say("clock", "The clock is wrong.")
    still.say("disk", "The disk is full.")
    assert still.words == "The clock is wrong. The disk is full."
    still.clear("clock")
    assert still.words == "The disk is full."
    still.clear("disk")
    still.clear("disk")
    assert still.words is None


def test_every_change_of_the_words_is_told_once() -> None:
    """The heartbeat is written on it; saying the same every second must not write every second."""
    changes: list[str | None] = []
    still = Standstill()
    still.on_change = lambda: changes.append(still.words)
    for words in ("It is full.", "It is full.", "It is fuller."):
        still.say("disk", words)
    still.clear("disk")
    still.clear("disk")
    assert changes == ["It is full.", "It is fuller.", None]
