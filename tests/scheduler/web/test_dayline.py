"""Where marks stand on the drawing of the day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scheduler.services import showing
from scheduler.web.dayline import LEFT, RIGHT, day_line, is_today

if TYPE_CHECKING:
    from tests.scheduler.web.newsroom import Newsroom


def test_each_lane_is_its_missions_own_day(room: Newsroom) -> None:
    """30 July begins in Tashkent two hours before it begins in Kyiv."""
    line = day_line(showing.pulse(room.desk), [])
    lanes = {one.code: one for one in line.lanes}
    hour = (RIGHT - LEFT) / 26

    assert lanes["UZ"].x == LEFT
    assert round(lanes["UA"].x - lanes["UZ"].x) == round(2 * hour)
    assert {round(one.width) for one in line.lanes} == {round(24 * hour)}
    assert [(one.code, one.offset) for one in line.lanes][:3] == [("BY", "+3"), ("UA", "+3"), ("GE", "+4")]


def test_a_mark_stands_under_its_hour_and_only_on_its_own_day(room: Newsroom) -> None:
    """A mark in the wrong place is believed."""
    room.queue("UZ", at="2027-07-30T12:00")
    room.queue("UZ", at="2027-07-31T12:00")
    pulse, rows = showing.pulse(room.desk), showing.deliveries(room.desk)

    marks = next(one.marks for one in day_line(pulse, rows).lanes if one.code == "UZ")

    assert [round(one.x) for one in marks] == [round(LEFT + 12 * (RIGHT - LEFT) / 26)]
    assert [is_today(one, pulse) for one in rows] == [True, False]


def test_quiet_hours_over_midnight_are_two_spans(room: Newsroom) -> None:
    """21:00 to 08:00 is a morning and an evening of the same day."""
    lane = day_line(showing.pulse(room.desk), []).lanes[0]

    (morning, long), (evening, short) = lane.quiet
    assert morning == lane.x
    assert evening + short == lane.x + lane.width
    assert round(long / short, 1) == round(8 / 3, 1)


def test_now_is_where_the_day_is(room: Newsroom) -> None:
    """The line between what is out and what is to come."""
    room.clock.now = datetime(2027, 7, 30, 8, 0, tzinfo=UTC)

    assert round(day_line(showing.pulse(room.desk), []).now) == round((LEFT + RIGHT) / 2)
