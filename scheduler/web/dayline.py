"""The day as lines: each mission from its own midnight to its next, drawn along one scale in UTC. Pure geometry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from scheduler.plan import day_end
from scheduler.web.words import offset

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import time

    from posts.model import Mission, QuietHours
    from scheduler.services.showing import Moment, Pulse, Shown

LEFT, RIGHT, TOP, LANE, BAR = 78, 982, 24, 35, 28  # SVG units; the drawing is 1000 wide


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One delivery on its lane."""

    x: float
    shown: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A mission's day from `x` to `x + width`; `quiet` are the spans in which nothing late is sent."""

    code: str
    offset: str
    y: float
    x: float
    width: float
    quiet: tuple[tuple[float, float], ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """Everything to draw; `hours` are the grid lines with their hour in UTC, `now` is where we are."""

    height: float
    lanes: tuple[Lane, ...]
    hours: tuple[tuple[float, str], ...]
    now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    start: datetime
    end: datetime

    def x(self, instant: datetime) -> float:
        share = (instant - self.start) / (self.end - self.start)
        return round(LEFT + min(max(share, 0.0), 1.0) * (RIGHT - LEFT), 1)


def day_line(pulse: Pulse, rows: Sequence[Shown]) -> DayLine:
    """The lanes of every mission's day as it is there now, with those of the deliveries that fall into it."""
    spans = [_day_of(clock) for _, clock in pulse.clocks]
    scale = _Scale(start=min(start for start, _ in spans), end=max(end for _, end in spans))
    lanes = tuple(
        _lane(number, mission, clock, span, scale, rows)
        for number, ((mission, clock), span) in enumerate(zip(pulse.clocks, spans, strict=True))
    )
    return DayLine(height=TOP + LANE * len(lanes) + 22, lanes=lanes, hours=_hours(scale), now=scale.x(pulse.now))


def is_today(one: Shown, pulse: Pulse) -> bool:
    """Whether the delivery is due on the day that it is now where its mission is."""
    clock = next((clock for mission, clock in pulse.clocks if mission.code == one.mission), None)
    return clock is not None and one.due.local.date() == clock.local.date()


def _day_of(clock: Moment) -> tuple[datetime, datetime]:
    day = clock.local.date()
    return day_end(day - timedelta(days=1), clock.zone), day_end(day, clock.zone)


def _lane(
    number: int,
    mission: Mission,
    clock: Moment,
    span: tuple[datetime, datetime],
    scale: _Scale,
    rows: Sequence[Shown],
) -> Lane:
    start, end = span
    mine = [one for one in rows if one.mission == mission.code and start <= one.due.instant < end]
    return Lane(
        code=mission.code,
        offset=offset(clock.local, clock.instant),
        y=TOP + LANE * number,
        x=scale.x(start),
        width=round(scale.x(end) - scale.x(start), 1),
        quiet=tuple(_quiet(mission.quiet_hours, start, end, scale)),
        marks=tuple(Mark(x=scale.x(one.due.instant), shown=one) for one in mine),
    )


def _quiet(hours: QuietHours | None, start: datetime, end: datetime, scale: _Scale) -> list[tuple[float, float]]:
    """On a day on which clocks change, the spans after the change are drawn up to an hour off."""
    if hours is None:
        return []
    begins, ends = start + _since_midnight(hours.start), start + _since_midnight(hours.end)
    spans = [(begins, ends)] if begins < ends else [(start, ends), (begins, end)]
    return [(scale.x(one), round(scale.x(other) - scale.x(one), 1)) for one, other in spans]


def _since_midnight(moment: time) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute)


def _hours(scale: _Scale) -> tuple[tuple[float, str], ...]:
    first = scale.start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    moments = (first + timedelta(hours=number) for number in range(0, 60, 2))
    return tuple((scale.x(one), f"{one:%H}") for one in moments if scale.start <= one <= scale.end)
