"""Which late deliveries go, and when, and which wait for a person. Pure: takes `now` and what the account does else."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from posts.model import Kind
from scheduler.plan import GapError, day_end, local_text, on_time_until, resolve, window_end

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import time

    from posts.model import Campaign, QuietHours

SPACING = timedelta(minutes=30)
UNATTENDED_A_DAY = 3
GOES_WITHIN = timedelta(minutes=15)  # of its new instant; a person's word to let it go holds as long
BEARS = {Kind.EVERGREEN: timedelta(days=7), Kind.RECAP: timedelta(days=14)}
PAST_ITS_LIMIT = "its 'not after' has passed before it could go out"
A_PERSON = "release it if it should still go out, move it, or skip it"
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a delivery is due: the mission's zone and quiet hours, and the campaign."""

    zone: str
    quiet_hours: QuietHours | None
    campaign: Campaign


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A waiting, approved delivery whose next try has come and whose time to go has passed.

    `let_go`: a person said at `next_at` that it may go although it is late.
    """

    delivery_id: int
    account: str
    kind: Kind
    due_at: datetime
    next_at: datetime
    not_after: datetime | None
    let_go: bool
    place: Place


@dataclass(slots=True, kw_only=True)
class Agenda:
    """What one account does besides: the instants of its other posts, of its late ones, and how many went by rule.

    `instants` and `late` are sorted; `by_rule` counts, for each local day, the late ones that nobody let go.
    """

    instants: list[datetime] = field(default_factory=list)
    late: list[datetime] = field(default_factory=list)
    by_rule: Counter[str] = field(default_factory=Counter)

    def note(self, at: datetime, day: str, *, late: bool, by_rule: bool) -> None:
        """One more post goes, or went, at that instant; `day` is the mission's local day."""
        insort(self.instants, at)
        if late:
            insort(self.late, at)
        if by_rule:
            self.by_rule[day] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """It is on time: it may go until then."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GoLate:
    """It may go from `at` until then, marked late; `reason` says so if that is not now. `by_rule`: nobody let it go."""

    at: datetime
    until: datetime
    by_rule: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A person must decide."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """It is over, and nobody has to decide."""

    reason: str


Verdict = Go | GoLate | Hold | Skip


def judge_all(those: Iterable[Due], agendas: Mapping[str, Agenda], now: datetime) -> list[tuple[Due, Verdict]]:
    """A verdict for each, those that a person let go first, then by their wished instants.

    `agendas` (one for every account) take up what is decided here, so that the next one finds its place beside it.
    """
    order = sorted(those, key=lambda one: (not one.let_go, one.due_at, one.delivery_id))
    return [(one, judge(one, agendas[one.account], now)) for one in order]


def judge(one: Due, agenda: Agenda, now: datetime) -> Verdict:
    """What becomes of the delivery at `now`; the agenda takes up the instant where it goes late.

    Lateness counts from the wished instant, however often it was tried since.
    """
    if one.not_after is not None and now > one.not_after:
        return Skip(reason=PAST_ITS_LIMIT)
    until = on_time_until(one.kind, one.due_at, one.place.zone)
    if now <= until:
        return Go(until=until)
    if one.let_go and now - one.next_at <= GOES_WITHIN:
        return _let_go(one, agenda, now)
    return _too_late(one, now) or _by_rule(one, agenda, now)


def in_quiet_hours(instant: datetime, place: Place) -> bool:
    """Whether the mission wants silence at that instant."""
    return place.quiet_hours is not None and _is_quiet(_local(instant, place.zone).time(), place.quiet_hours)


def local_day(instant: datetime, zone: str) -> str:
    """The day on the zone's calendars, as in "2027-07-30"."""
    return local_text(instant, zone)[:10]


def _too_late(one: Due, now: datetime) -> Hold | Skip | None:
    """What becomes of it where it may go late no more; None where it may."""
    ended = now > _last_moment(one)
    missed = _missed(one)
    if one.kind is Kind.EXACT:
        gone = f"{missed}, and the moment it was for is over"
        return Skip(reason=gone) if ended else Hold(reason=f"{gone}: {A_PERSON}")
    if not ended:
        return None
    if one.kind is Kind.WINDOW:
        return Skip(reason=f"{missed}, and the campaign's window is over")
    if one.kind is Kind.DAY:
        return Hold(reason=f"{missed}, and {_the_day(one)} is over there: reword, release or skip it")
    return Hold(reason=f"{missed}, {BEARS[one.kind].days} days ago and more: {A_PERSON}")


def _by_rule(one: Due, agenda: Agenda, now: datetime) -> GoLate | Hold:
    at = _first_free(now, agenda.instants, one.place, quiet=True)
    last = _last_moment(one)
    if at > last:
        return Hold(reason=f"{_missed(one)}, and no free half hour outside quiet hours is left for it: {A_PERSON}")
    if agenda.by_rule[local_day(at, one.place.zone)] >= UNATTENDED_A_DAY:
        full = f"{UNATTENDED_A_DAY} late posts of {one.account} go out by themselves that day already"
        return Hold(reason=f"{_missed(one)}; {full}: {A_PERSON}")
    return _go(one, agenda, at, last, now, by_rule=True)


def _let_go(one: Due, agenda: Agenda, now: datetime) -> GoLate | Hold:
    """A person's word overrides day and number, not the half hour between late posts, nor quiet hours."""
    at = _first_free(now, agenda.late, one.place, quiet=one.kind is not Kind.EXACT)
    if one.not_after is not None and at > one.not_after:
        return Hold(reason=f"{_missed(one)}, and its 'not after' comes before a free moment: {A_PERSON}")
    return _go(one, agenda, at, one.not_after, now, by_rule=False)


def _go(one: Due, agenda: Agenda, at: datetime, last: datetime | None, now: datetime, *, by_rule: bool) -> GoLate:
    ends = [at + GOES_WITHIN, last or at + GOES_WITHIN]
    if one.kind is not Kind.EXACT and one.place.quiet_hours is not None:
        ends.append(_next(at, one.place.quiet_hours.start, one.place.zone) - MOMENT)
    agenda.note(at, local_day(at, one.place.zone), late=True, by_rule=by_rule)
    reason = f"{_missed(one)}: re-spaced to {_minute(at, one)}, nobody need act" if at > now else ""
    return GoLate(at=at, until=min(ends), by_rule=by_rule, reason=reason)


def _last_moment(one: Due) -> datetime:
    """Up to when it may go late by itself; for `exact` up to when a person is still asked."""
    zone = one.place.zone
    match one.kind:
        case Kind.EXACT | Kind.DAY:
            last = day_end(_local(one.due_at, zone).date(), zone) - MOMENT
        case Kind.WINDOW:
            last = window_end(one.place.campaign, zone) - MOMENT
        case _:
            last = one.due_at + BEARS[one.kind]
    return min(last, one.not_after) if one.not_after is not None else last


def _first_free(start: datetime, others: list[datetime], place: Place, *, quiet: bool) -> datetime:
    """The first instant from `start` on, on a whole minute if later, half an hour from the others and not quiet."""
    at = start
    while True:
        if quiet and place.quiet_hours is not None and in_quiet_hours(at, place):
            at = _next(at, place.quiet_hours.end, place.zone)
        near = bisect_right(others, at - SPACING)
        if near == len(others) or others[near] >= at + SPACING:
            return at
        at = _whole_minute(others[near] + SPACING)


def _is_quiet(clock: time, hours: QuietHours) -> bool:
    if hours.start < hours.end:
        return hours.start <= clock < hours.end
    return clock >= hours.start or clock < hours.end


def _next(after: datetime, clock: time, zone: str) -> datetime:
    """The next instant, later than `after`, at which clocks of the zone show that time."""
    day = _local(after, zone).date()
    while True:
        wish = datetime.combine(day, clock)
        try:
            instant = resolve(wish, zone).instant
        except GapError as gap:
            instant = resolve(gap.after, zone).instant
        if instant > after:
            return instant
        day += timedelta(days=1)


def _whole_minute(instant: datetime) -> datetime:
    cut = instant.replace(second=0, microsecond=0)
    return cut if cut == instant else cut + timedelta(minutes=1)


def _local(instant: datetime, zone: str) -> datetime:
    return datetime.fromisoformat(local_text(instant, zone))


def _missed(one: Due) -> str:
    return f"it missed its time, {_minute(one.due_at, one)}"


def _minute(instant: datetime, one: Due) -> str:
    """The minute as people of the delivery's zone say it: "2027-07-30 09:00 in Asia/Tbilisi"."""
    return f"{local_text(instant, one.place.zone).replace('T', ' ')[:16]} in {one.place.zone}"


def _the_day(one: Due) -> str:
    same = _local(one.due_at, one.place.zone).date() == one.place.campaign.day
    return "the World Day" if same else "its day"
