"""Local wishes → instants: "30 July 09:00 in Tbilisi", waves, lateness, the rhythm of readings. Pure; takes `now`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from posts.model import Kind
from scheduler.model import WrongUse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from posts.model import Campaign, Mission


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A local wish and the instant it means under one version of the zone data.

    `instant` is aware and in UTC, `local` is naive. `twice`: the clocks go back over `local` that day, so it happens
    two times; a local wish then means the first of them.
    """

    instant: datetime
    local: datetime
    zone: str
    tzdata: str
    twice: bool = False


class GapError(WrongUse):
    """The wished local time does not exist: clocks jump over it. `before` and `after` are local times that do."""

    def __init__(self, wish: datetime, zone: str, *, before: datetime, after: datetime):
        self.wish, self.zone, self.before, self.after = wish, zone, before, after
        super().__init__(
            f"{wish:%Y-%m-%d %H:%M} does not exist in {zone}: the clocks go forward over it; "
            f"write {before:%H:%M} or {after:%H:%M} instead"
        )


def tzdata_version() -> str:
    """The version of the zone data that every instant here is computed with, such as "2026f"."""
    return str(import_module("tzdata").IANA_VERSION)


def resolve(wish: datetime, zone: str) -> Resolved:
    """The instant of a naive local time in an IANA zone; of a time that happens twice, the first.

    Raises GapError where the time does not exist, WrongUse for an unknown zone, for a wish that brings its own offset
    and for one at the edge of the calendar.
    """
    if wish.tzinfo is not None:
        raise WrongUse(f"{wish.isoformat()} carries its own UTC offset; write the local time of {zone} without one")
    earlier, later = (wish.replace(tzinfo=_zone(zone), fold=fold) for fold in (0, 1))
    try:
        instant = earlier.astimezone(UTC)
        if _local(instant, zone) != wish:
            after, before = (_local(one.astimezone(UTC), zone) for one in (earlier, later))
            raise GapError(wish, zone, before=before, after=after)
    except OverflowError:
        raise WrongUse(f"{wish.isoformat()} is at the edge of the calendar; write a date of this century") from None
    twice = earlier.utcoffset() != later.utcoffset()
    return Resolved(instant=instant, local=wish.replace(fold=0), zone=zone, tzdata=tzdata_version(), twice=twice)


def wave(wish: datetime, missions: Sequence[Mission]) -> tuple[tuple[Mission, Resolved], ...]:
    """When each mission publishes: at one local hour everywhere (naive wish) or at one instant (aware wish).

    Raises what `resolve` raises; nothing is planned then for any mission.
    """
    if wish.tzinfo is None:
        return tuple((mission, resolve(wish, mission.time_zone)) for mission in missions)
    return tuple((mission, _at(wish, mission.time_zone)) for mission in missions)


def kind_for(kind: Kind | None, local_date: date, campaign: Campaign) -> Kind:
    """The kind as wished; where none is, `day` on the campaign's day and `window` on any other."""
    if kind is not None:
        return kind
    return Kind.DAY if local_date == campaign.day else Kind.WINDOW


def on_time(kind: Kind) -> timedelta:
    """How long after its instant a post of this kind still counts as on time."""
    return timedelta(minutes=5 if kind is Kind.EXACT else 15)


def on_time_until(kind: Kind, due_at: datetime, zone: str) -> datetime:
    """The last instant at which a post of this kind counts as on time; one of `day` never after its local midnight."""
    until = due_at + on_time(kind)
    if kind is not Kind.DAY:
        return until
    return min(until, day_end(_local(due_at, zone).date(), zone) - timedelta(microseconds=1))


def day_end(day: date, zone: str) -> datetime:
    """The instant (UTC) of the local midnight that ends this day in the zone. Raises WrongUse for an unknown zone."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=_zone(zone))
    return midnight.astimezone(UTC)


def window_end(campaign: Campaign, zone: str) -> datetime:
    """The instant (UTC) at which the last day of the campaign's window ends in the zone."""
    return day_end(campaign.day + timedelta(days=campaign.window_after_days), zone)


def next_reading(
    published_at: datetime, now: datetime, cadence: Sequence[timedelta], until_instant: datetime
) -> datetime | None:
    """The next instant, later than `now`, at which the counts are read; None when that is after `until_instant`.

    `cadence` holds at least one offset after publication, the shortest first; multiples of the last follow it.
    """
    last = cadence[-1]
    repeats = max(1, (now - published_at) // last + 1)
    reading = next((published_at + offset for offset in cadence if published_at + offset > now), None)
    reading = reading or published_at + repeats * last
    return reading if reading <= until_instant else None


def local_text(instant: datetime, zone: str) -> str:
    """An aware instant as people of the zone read it on their clocks: "2027-07-30T09:00:00"."""
    return _local(instant, zone).isoformat(timespec="seconds")


def _at(instant: datetime, zone: str) -> Resolved:
    local = _local(instant, zone)
    first, second = (local.replace(tzinfo=_zone(zone), fold=fold).utcoffset() for fold in (0, 1))
    utc = instant.astimezone(UTC)
    return Resolved(instant=utc, local=local, zone=zone, tzdata=tzdata_version(), twice=first != second)


def _local(instant: datetime, zone: str) -> datetime:
    if instant.tzinfo is None:
        raise WrongUse(f"{instant.isoformat()} names no instant without its UTC offset; give it one")
    return instant.astimezone(_zone(zone)).replace(tzinfo=None, fold=0)


# The zone data of the system differs from machine to machine; the package's is locked like any other dependency.
@cache
def _zone(name: str) -> ZoneInfo:
    if name not in _zone_names():
        raise WrongUse(f"'{name}' is no IANA time zone; write one like Asia/Tbilisi")
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as stream:
        return ZoneInfo.from_file(stream, key=name)


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
