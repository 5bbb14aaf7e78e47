"""What becomes of a late post: by its kind, its mission's clock, and what else its account does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posts.model import Campaign, Kind, QuietHours
from scheduler import lateness
from scheduler.lateness import SPACING, UNATTENDED_A_DAY, Agenda, Due, Go, GoLate, Hold, Place, Skip, judge, judge_all
from scheduler.plan import on_time

CAMPAIGN = Campaign(name="World Day", day=date(2027, 7, 30))
TBILISI = "Asia/Tbilisi"  # UTC+4
DUE = datetime(2027, 7, 30, 5, 0, tzinfo=UTC)  # 09:00 there
NIGHT = QuietHours(start=time(21), end=time(8))
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def place(zone: str = TBILISI, quiet: QuietHours | None = None) -> Place:
    return Place(zone=zone, quiet_hours=quiet, campaign=CAMPAIGN)


def due(kind: Kind = Kind.DAY, at: datetime = DUE, **more: Any) -> Due:
    given: dict[str, Any] = {
        "delivery_id": 1,
        "account": "ge-feed",
        "next_at": at,
        "not_after": None,
        "let_go": False,
        "place": place(),
    }
    return Due(kind=kind, due_at=at, **(given | more))


def local(hour: int, minute: int = 0, *, day: int = 30, second: int = 0, zone: str = TBILISI) -> datetime:
    return datetime(2027, 7, day, hour, minute, second, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def agenda(*at: datetime, late: bool = False) -> Agenda:
    made = Agenda()
    for one in at:
        made.note(one, lateness.local_day(one, TBILISI), late=late, by_rule=late)
    return made


# --- the table


@pytest.mark.parametrize(
    ("kind", "late_by", "verdict"),
    [
        (Kind.EXACT, 5 * MINUTE, Go),
        (Kind.EXACT, 5 * MINUTE + timedelta(seconds=1), Hold),
        (Kind.EXACT, 14 * HOUR, Hold),
        (Kind.EXACT, 15 * HOUR, Skip),
        (Kind.DAY, 15 * MINUTE, Go),
        (Kind.DAY, 15 * MINUTE + timedelta(seconds=1), GoLate),
        (Kind.DAY, 15 * HOUR - MINUTE, GoLate),
        (Kind.DAY, 15 * HOUR, Hold),
        (Kind.DAY, timedelta(days=3), Hold),
        (Kind.WINDOW, 15 * MINUTE, Go),
        (Kind.WINDOW, 16 * MINUTE, GoLate),
        (Kind.WINDOW, timedelta(days=6), GoLate),
        (Kind.WINDOW, timedelta(days=7), Skip),
        (Kind.EVERGREEN, 15 * MINUTE, Go),
        (Kind.EVERGREEN, timedelta(days=7), GoLate),
        (Kind.EVERGREEN, timedelta(days=7, seconds=1), Hold),
        (Kind.RECAP, 15 * MINUTE, Go),
        (Kind.RECAP, timedelta(days=14), GoLate),
        (Kind.RECAP, timedelta(days=14, seconds=1), Hold),
    ],
)
def test_a_kind_bears_lateness_so_long(kind: Kind, late_by: timedelta, verdict: type) -> None:
    """A livestream's announcement is worthless after an hour; a recap is fine next week."""
    assert isinstance(judge(due(kind), Agenda(), DUE + late_by), verdict)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("late_by", [timedelta(), 3 * timedelta(seconds=1), 30 * timedelta(days=1)])
def test_a_not_after_is_stronger_than_any_rule(kind: Kind, late_by: timedelta) -> None:
    """It is the officer's own limit; past it nothing goes and nobody has to decide."""
    one = due(kind, not_after=DUE - MINUTE)
    assert judge(one, Agenda(), DUE + late_by) == Skip(reason=lateness.PAST_ITS_LIMIT)


def test_lateness_counts_from_the_wish_and_not_from_the_next_try() -> None:
    """A platform that asked us to wait an hour has made the post late all the same."""
    one = due(next_at=DUE + HOUR)
    assert isinstance(judge(one, Agenda(), DUE + HOUR), GoLate)


# --- the day ends at each mission's midnight


@pytest.mark.parametrize(
    ("now", "over"),
    [
        (datetime(2027, 7, 30, 18, 59, tzinfo=UTC), set()),
        (datetime(2027, 7, 30, 19, 0, tzinfo=UTC), {"Asia/Tashkent", "Asia/Dushanbe"}),
        (datetime(2027, 7, 30, 19, 1, tzinfo=UTC), {"Asia/Tashkent", "Asia/Dushanbe"}),
        (datetime(2027, 7, 30, 20, 1, tzinfo=UTC), {"Asia/Tashkent", "Asia/Dushanbe", TBILISI}),
        (
            datetime(2027, 7, 30, 21, 1, tzinfo=UTC),
            {"Asia/Tashkent", "Asia/Dushanbe", TBILISI, "Europe/Kyiv", "Europe/Minsk"},
        ),
    ],
)
def test_the_world_day_ends_at_each_mission_s_own_midnight(now: datetime, over: set[str]) -> None:
    """Dushanbe's day ends while Kyiv still publishes."""
    zones = ("Asia/Tashkent", "Asia/Dushanbe", TBILISI, "Europe/Kyiv", "Europe/Minsk")
    told = {zone: judge(due(at=local(16, zone=zone), place=place(zone)), Agenda(), now) for zone in zones}

    assert {zone for zone, one in told.items() if isinstance(one, Hold)} == over
    assert {zone for zone, one in told.items() if isinstance(one, GoLate)} == set(zones) - over
    assert all("the World Day is over there" in one.reason for one in told.values() if isinstance(one, Hold))


def test_a_day_post_is_not_on_time_after_its_midnight() -> None:
    """ "Today is the World Day" is wrong at two minutes past twelve, however short the delay."""
    one = due(at=local(23, 58))
    assert judge(one, Agenda(), local(23, 59)) == Go(until=local(0, day=31) - timedelta(microseconds=1))
    assert isinstance(judge(one, Agenda(), local(0, 1, day=31)), Hold)


def test_an_exact_post_that_crosses_midnight_is_on_time_for_its_five_minutes() -> None:
    """It is bound to a moment, not to a day."""
    assert isinstance(judge(due(Kind.EXACT, at=local(23, 58)), Agenda(), local(0, 2, day=31)), Go)


# --- quiet hours


def test_nothing_late_goes_in_quiet_hours() -> None:
    """Nobody wants to be woken by a post that was due at noon."""
    one = due(Kind.WINDOW, at=local(20), place=place(quiet=NIGHT))
    told = judge(one, Agenda(), local(23))
    assert isinstance(told, GoLate)
    assert told.at == local(8, day=31)
    assert "2027-07-31 08:00" in told.reason


def test_a_day_post_in_the_evening_s_quiet_hours_has_no_place_left() -> None:
    """Its day ends before they do: a person must decide."""
    told = judge(due(at=local(20), place=place(quiet=NIGHT)), Agenda(), local(21, 30))
    assert isinstance(told, Hold)
    assert "no free half hour" in told.reason


def test_a_late_post_may_only_go_until_quiet_hours_begin() -> None:
    """A sender that hangs for ten minutes must not post into the night."""
    told = judge(due(at=local(20), place=place(quiet=NIGHT)), Agenda(), local(20, 55))
    assert isinstance(told, GoLate)
    assert (told.at, told.until) == (local(20, 55), local(21) - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("hours", "clock", "quiet"),
    [
        (NIGHT, time(21), True),
        (NIGHT, time(7, 59), True),
        (NIGHT, time(8), False),
        (NIGHT, time(20, 59), False),
        (QuietHours(start=time(13), end=time(14)), time(13), True),
        (QuietHours(start=time(13), end=time(14)), time(14), False),
        (QuietHours(start=time(13), end=time(14)), time(2), False),
    ],
)
def test_quiet_hours_may_cross_midnight(hours: QuietHours, clock: time, quiet: bool) -> None:
    """Most do."""
    assert lateness.in_quiet_hours(local(clock.hour, clock.minute), place(quiet=hours)) is quiet


@pytest.mark.parametrize(
    ("day", "wakes"),
    [
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),  # 03:30 is skipped: 04:30
        (datetime(2027, 10, 31, 0, 10, tzinfo=UTC), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # the first 03:30
    ],
)
def test_quiet_hours_end_on_days_on_which_the_clocks_change(day: datetime, wakes: datetime) -> None:
    """An end that does not exist that day, or comes twice, must not stop the daemon."""
    hours = QuietHours(start=time(21), end=time(3, 30))
    one = due(Kind.EVERGREEN, at=day - HOUR, place=place("Europe/Kyiv", hours))
    told = judge(one, Agenda(), day)
    assert isinstance(told, GoLate)
    assert told.at == wakes


# --- no burst


def test_a_late_post_keeps_half_an_hour_from_the_account_s_others() -> None:
    """From what went out just now and from what is still to come."""
    now = local(10)
    told = judge(due(), agenda(local(9, 50), local(10, 40)), now)
    assert isinstance(told, GoLate)
    assert told.at == local(11, 10)
    assert "re-spaced to 2027-07-30 11:10 in Asia/Tbilisi" in told.reason


def test_a_late_post_goes_at_once_where_its_account_is_quiet() -> None:
    """There is no reason to make it later still."""
    now = local(10, 0, second=17)
    told = judge(due(), agenda(local(9, 30)), now)
    assert told == GoLate(at=now, until=now + 15 * MINUTE, by_rule=True)


def test_of_many_missed_three_go_in_their_order_and_the_rest_is_held() -> None:
    """No burst after downtime."""
    missed = [due(delivery_id=number, at=DUE + number * MINUTE) for number in range(6, 0, -1)]
    told = judge_all(missed, {"ge-feed": Agenda()}, now := DUE + 2 * HOUR)

    assert [one.delivery_id for one, _ in told] == [1, 2, 3, 4, 5, 6]
    assert [one.at for _, one in told[:3] if isinstance(one, GoLate)] == [now, now + SPACING, now + 2 * SPACING]
    for _, one in told[3:]:
        assert isinstance(one, Hold)
        assert "3 late posts of ge-feed" in one.reason


def test_another_account_has_its_own_three() -> None:
    """One account's readers do not see the other's."""
    missed = [due(delivery_id=1), due(delivery_id=2, account="ge-wall")]
    told = judge_all(missed, {"ge-feed": Agenda(), "ge-wall": Agenda()}, now := DUE + HOUR)
    assert [one.at for _, one in told if isinstance(one, GoLate)] == [now, now]


def test_those_that_went_late_today_count() -> None:
    """A second outage on the same day must not bring three more."""
    full = agenda(*(DUE + number * HOUR for number in range(UNATTENDED_A_DAY)), late=True)
    assert isinstance(judge(due(), full, DUE + 6 * HOUR), Hold)
    yesterday = agenda(*(DUE - timedelta(days=1) + number * HOUR for number in range(UNATTENDED_A_DAY)), late=True)
    assert isinstance(judge(due(), yesterday, DUE + 6 * HOUR), GoLate)


# --- a person's word


@pytest.mark.parametrize("kind", list(Kind))
def test_a_person_may_let_a_late_post_go(kind: Kind) -> None:
    """After midnight, after three others, after its moment: it is theirs to judge."""
    now = local(1, day=31)
    full = agenda(*(now - number * HOUR for number in range(1, 4)), late=True)
    told = judge(due(kind, let_go=True, next_at=now), full, now)
    assert told == GoLate(at=now, until=now + 15 * MINUTE, by_rule=False)


def test_a_person_s_word_makes_no_burst() -> None:
    """Forty released at once still come one every half hour."""
    now = DUE + 5 * HOUR
    released = [due(delivery_id=number, let_go=True, next_at=now) for number in range(1, 6)]
    told = judge_all(released, {"ge-feed": Agenda()}, now)
    assert [one.at for _, one in told if isinstance(one, GoLate)] == [now + number * SPACING for number in range(5)]


def test_a_person_s_word_waits_for_the_morning_unless_it_is_for_a_moment() -> None:
    """Released at night, it goes when people are awake; what is bound to a moment goes in it."""
    now = local(23)
    night = place(quiet=NIGHT)
    day = judge(due(let_go=True, next_at=now, place=night), Agenda(), now)
    exact = judge(due(Kind.EXACT, let_go=True, next_at=now, place=night), Agenda(), now)
    assert isinstance(day, GoLate)
    assert isinstance(exact, GoLate)
    assert (day.at, exact.at) == (local(8, day=31), now)


def test_a_person_s_word_holds_for_a_quarter_of_an_hour() -> None:
    """Released before a pause of three days, it is not what they meant any more."""
    one = due(let_go=True, next_at=DUE + HOUR)
    assert isinstance(judge(one, Agenda(), DUE + HOUR + 15 * MINUTE), GoLate)
    assert isinstance(judge(one, Agenda(), DUE + timedelta(days=3)), Hold)


def test_a_limit_before_the_first_free_moment_asks_a_person() -> None:
    """It would be skipped without a word, though somebody could still let it go in time."""
    one = due(not_after=DUE + HOUR + 20 * MINUTE)
    told = judge(one, agenda(DUE + HOUR), DUE + HOUR)
    assert isinstance(told, Hold)


# --- whatever happens


KINDS = st.sampled_from(list(Kind))
ZONES = st.sampled_from([TBILISI, "Asia/Tashkent", "Europe/Kyiv", "Europe/Minsk", "UTC"])
CLOCKS = st.times().map(lambda one: one.replace(second=0, microsecond=0))
HOURS = st.one_of(
    st.none(),
    st.tuples(CLOCKS, CLOCKS)
    .filter(lambda two: two[0] != two[1])
    .map(lambda two: QuietHours(start=two[0], end=two[1])),
)
INSTANTS = st.timedeltas(-timedelta(days=29), timedelta(days=20)).map(lambda one: DUE + one)


@st.composite
def outages(draw: st.DrawFn) -> tuple[list[Due], Agenda, datetime]:
    """Posts of one account, its other posts, and the moment at which it all comes to light."""
    where = place(draw(ZONES), draw(HOURS))
    now = draw(INSTANTS)
    missed = [
        due(draw(KINDS), at=now - ago, delivery_id=number, place=where, let_go=draw(st.booleans()), next_at=now - ago)
        for number, ago in enumerate(draw(st.lists(st.timedeltas(timedelta(), timedelta(days=20)), max_size=12)))
    ]
    made = Agenda()
    for one in draw(st.lists(st.timedeltas(-SPACING, timedelta(days=2)), max_size=8)):
        made.note(now + one, lateness.local_day(now + one, where.zone), late=False, by_rule=False)
    return missed, made, now


@given(outages())
def test_no_late_post_comes_early_at_night_or_in_a_burst(outage: tuple[list[Due], Agenda, datetime]) -> None:
    """Whatever was missed, whenever, wherever."""
    missed, busy, now = outage
    before = list(busy.instants)
    told = judge_all(missed, {"ge-feed": busy}, now)
    late = [(one, verdict) for one, verdict in told if isinstance(verdict, GoLate)]

    assert sorted(one.delivery_id for one, _ in told) == sorted(one.delivery_id for one in missed)
    instants = sorted(verdict.at for _, verdict in late)
    assert all(second - first >= SPACING for first, second in pairwise(instants))
    days: dict[str, int] = {}
    for one, verdict in late:
        assert now <= verdict.at <= verdict.until <= verdict.at + lateness.GOES_WITHIN
        assert one.kind is Kind.EXACT or not lateness.in_quiet_hours(verdict.at, one.place)
        assert one.kind is Kind.EXACT or not lateness.in_quiet_hours(verdict.until, one.place)
        if verdict.by_rule:
            assert all(abs(verdict.at - other) >= SPACING for other in before)
            day = lateness.local_day(verdict.at, one.place.zone)
            days[day] = days.get(day, 0) + 1
    assert all(many <= UNATTENDED_A_DAY for many in days.values())


@given(KINDS, ZONES, HOURS, INSTANTS, st.timedeltas(timedelta(), timedelta(seconds=299)))
def test_a_restart_of_minutes_changes_nothing(
    kind: Kind, zone: str, quiet: QuietHours | None, at: datetime, ago: timedelta
) -> None:
    """Nobody who restarts the machine has to think of what is due just now, unless its day ends meanwhile."""
    told = judge(due(kind, at=at, place=place(zone, quiet)), agenda(at), at + ago)
    same_day = lateness.local_day(at, zone) == lateness.local_day(at + ago, zone)
    assert isinstance(told, Go) or (kind is Kind.DAY and not same_day)
    if isinstance(told, Go):
        assert at + ago <= told.until <= at + on_time(kind)
