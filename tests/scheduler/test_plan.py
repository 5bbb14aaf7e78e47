"""When a post goes out: local wishes, zones whose clocks jump, campaign days and the rhythm of readings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posts.model import Campaign, Kind, Mission
from scheduler import plan
from scheduler.model import WrongUse

CAMPAIGN = Campaign(name="World Day", day=date(2027, 7, 30))
CADENCE = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 360, 1440))
FAR = datetime(2028, 1, 1, tzinfo=UTC)
PUBLISHED = datetime(2027, 7, 30, 5, 0, tzinfo=UTC)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


def mission(code: str, zone: str) -> Mission:
    return Mission(code=code, name=f"Mission {code}", time_zone=zone, languages=("en",))


@pytest.mark.parametrize(
    ("zone", "utc_hour"),
    [
        ("Europe/Minsk", 6),
        ("Europe/Kyiv", 6),
        ("Europe/Kiev", 6),
        ("Europe/Chisinau", 6),
        ("Asia/Tbilisi", 5),
        ("Asia/Yerevan", 5),
        ("Asia/Baku", 5),
        ("Asia/Tashkent", 4),
        ("Asia/Dushanbe", 4),
        ("Asia/Almaty", 4),
        ("Asia/Bishkek", 3),
        ("Europe/Vienna", 7),
    ],
)
def test_nine_o_clock_on_the_world_day_is_this_instant(zone: str, utc_hour: int) -> None:
    """Every mission speaks at nine by its own clocks; an hour off on the day is what people remember."""
    resolved = plan.resolve(local("2027-07-30T09:00"), zone)
    assert resolved.instant == datetime(2027, 7, 30, utc_hour, tzinfo=UTC)
    assert resolved.local == local("2027-07-30T09:00")
    assert (resolved.zone, resolved.twice) == (zone, False)


def test_almaty_has_the_offset_it_took_in_2024() -> None:
    """Zone data older than 2024a would send an hour early: the installed package must be newer than that."""
    assert plan.resolve(local("2024-07-30T09:00"), "Asia/Almaty").instant == datetime(2024, 7, 30, 4, tzinfo=UTC)


def test_clocks_of_chisinau_follow_the_package_and_not_the_system() -> None:
    """Versions of the zone data disagree about this night by an hour; only the locked package counts."""
    resolved = plan.resolve(local("2026-03-29T02:30"), "Europe/Chisinau")
    assert resolved.instant == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert resolved.tzdata == plan.tzdata_version()


def test_a_time_that_the_clocks_jump_over_is_refused_with_two_suggestions() -> None:
    """Shifting a post silently would surprise the officer who wrote the hour down."""
    with pytest.raises(plan.GapError, match=r"write 02:30 or 04:30") as caught:
        plan.resolve(local("2027-03-28T03:30"), "Europe/Kyiv")
    assert caught.value.before == local("2027-03-28T02:30")
    assert caught.value.after == local("2027-03-28T04:30")


def test_a_time_that_happens_twice_means_the_first_and_says_so() -> None:
    """One of the two instants has to be chosen once and for all, or a post could go out at both."""
    resolved = plan.resolve(local("2027-10-31T03:30").replace(fold=1), "Europe/Kyiv")
    assert resolved.instant == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert resolved.twice


@pytest.mark.parametrize("zone", ["Asia/Tiblisi", "", "../zones", "Asia", "asia/tbilisi", "/etc/localtime"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    """A zone we cannot find must never fall back to that of the machine."""
    with pytest.raises(WrongUse, match="no IANA time zone"):
        plan.resolve(local("2027-07-30T09:00"), zone)


def test_a_local_wish_brings_no_offset_of_its_own() -> None:
    """An offset and a zone may contradict each other, and nobody could say which was meant."""
    with pytest.raises(WrongUse, match="UTC offset"):
        plan.resolve(datetime(2027, 7, 30, 9, tzinfo=UTC), "Asia/Tbilisi")


def test_the_edge_of_the_calendar_is_refused() -> None:
    """A mistyped year in a sheet is an answer to a person, not a traceback."""
    with pytest.raises(WrongUse, match="edge of the calendar"):
        plan.resolve(local("0001-01-01T00:00"), "Asia/Tbilisi")


def test_a_naive_wave_is_one_local_hour_everywhere() -> None:
    """Nine in the morning in every country: that is how campaigns are planned."""
    missions = [mission("UA", "Europe/Kyiv"), mission("TJ", "Asia/Dushanbe")]
    planned = plan.wave(local("2027-07-30T09:00"), missions)
    assert [one.code for one, _ in planned] == ["UA", "TJ"]
    assert [resolved.instant.hour for _, resolved in planned] == [6, 4]
    assert {resolved.local for _, resolved in planned} == {local("2027-07-30T09:00")}


def test_an_aware_wave_is_one_instant_everywhere() -> None:
    """A joint moment, such as a live stream, is the same moment on every clock."""
    vienna_noon = datetime(2027, 7, 30, 12, tzinfo=timezone(timedelta(hours=2)))
    planned = plan.wave(vienna_noon, [mission("UA", "Europe/Kyiv"), mission("TJ", "Asia/Dushanbe")])
    assert {resolved.instant for _, resolved in planned} == {datetime(2027, 7, 30, 10, tzinfo=UTC)}
    assert {resolved.instant.tzinfo for _, resolved in planned} == {UTC}
    assert [resolved.local.hour for _, resolved in planned] == [13, 15]


def test_an_aware_wave_keeps_its_instant_where_the_local_time_happens_twice() -> None:
    """The second half past three is a moment of its own; moving it back an hour would break the wave."""
    instant = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    [(_, resolved)] = plan.wave(instant, [mission("UA", "Europe/Kyiv")])
    assert (resolved.instant, resolved.local, resolved.twice) == (instant, local("2027-10-31T03:30"), True)


@pytest.mark.parametrize(
    ("kind", "day", "expected"),
    [
        (None, date(2027, 7, 30), Kind.DAY),
        (None, date(2027, 7, 29), Kind.WINDOW),
        (None, date(2028, 7, 30), Kind.WINDOW),
        (Kind.RECAP, date(2027, 7, 30), Kind.RECAP),
    ],
)
def test_a_post_without_a_kind_takes_that_of_its_local_date(kind: Kind | None, day: date, expected: Kind) -> None:
    """Officers leave the column empty; the World Day's own posts must still end with the day."""
    assert plan.kind_for(kind, day, CAMPAIGN) is expected


@pytest.mark.parametrize(("kind", "minutes"), [(kind, 5 if kind is Kind.EXACT else 15) for kind in Kind])
def test_on_time_lasts_this_long(kind: Kind, minutes: int) -> None:
    """Past this span the lateness rules begin; five minutes for what was promised to the minute."""
    assert plan.on_time(kind) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("zone", "end"),
    [
        ("Asia/Dushanbe", datetime(2027, 7, 30, 19, tzinfo=UTC)),
        ("Asia/Tbilisi", datetime(2027, 7, 30, 20, tzinfo=UTC)),
        ("Europe/Kyiv", datetime(2027, 7, 30, 21, tzinfo=UTC)),
    ],
)
def test_the_world_day_ends_at_each_missions_own_midnight(zone: str, end: datetime) -> None:
    """Dushanbe's day is over while Kyiv still publishes."""
    assert plan.day_end(date(2027, 7, 30), zone) == end


def test_a_day_ends_also_where_midnight_does_not_exist() -> None:
    """In Beirut the clocks jump from midnight to one; the day still has one end."""
    assert plan.day_end(date(2027, 3, 27), "Asia/Beirut") == datetime(2027, 3, 27, 22, tzinfo=UTC)


def test_the_window_ends_with_its_last_local_day() -> None:
    """With six days after the thirtieth, the fifth of August is the last one on which a teaser goes out."""
    assert plan.window_end(CAMPAIGN, "Asia/Tbilisi") == datetime(2027, 8, 5, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "next_after"),
    [
        (timedelta(), timedelta(minutes=1)),
        (timedelta(seconds=-30), timedelta(minutes=1)),
        (timedelta(minutes=1), timedelta(minutes=5)),
        (timedelta(minutes=16), timedelta(hours=1)),
        (timedelta(hours=23), timedelta(days=1)),
        (timedelta(days=1), timedelta(days=2)),
        (timedelta(days=9, hours=1), timedelta(days=10)),
    ],
)
def test_the_next_reading_is_the_first_of_the_rhythm_still_to_come(after: timedelta, next_after: timedelta) -> None:
    """After an outage the missed readings are gaps: reading them all at once would tell nothing new."""
    assert plan.next_reading(PUBLISHED, PUBLISHED + after, CADENCE, FAR) == PUBLISHED + next_after


def test_offsets_may_be_equal() -> None:
    """A short rhythm such as 5 s, 60 s, 60 s is only a clumsy way to write it, and goes on every minute."""
    cadence = [timedelta(seconds=seconds) for seconds in (5, 60, 60)]
    assert plan.next_reading(PUBLISHED, PUBLISHED + timedelta(seconds=60), cadence, FAR) == PUBLISHED + timedelta(
        seconds=120
    )


def test_readings_end_with_the_measured_span() -> None:
    """Without an end every post would be read for ever; the last instant itself still counts."""
    until = PUBLISHED + timedelta(days=2)
    assert plan.next_reading(PUBLISHED, until - timedelta(seconds=1), CADENCE, until) == until
    assert plan.next_reading(PUBLISHED, until, CADENCE, until) is None


def test_local_text_is_what_the_clock_on_the_wall_says() -> None:
    """People check a queue against their own clock."""
    assert plan.local_text(datetime(2027, 7, 30, 5, tzinfo=UTC), "Asia/Tbilisi") == "2027-07-30T09:00:00"


def test_local_text_refuses_a_time_that_is_no_instant() -> None:
    """Python would take a naive time for one of the machine's own zone, an error no one would see."""
    with pytest.raises(WrongUse, match="names no instant"):
        plan.local_text(local("2027-07-30T05:00"), "Asia/Tbilisi")


@given(
    instant=st.datetimes(min_value=local("2020-01-01"), max_value=local("2037-12-31"), timezones=st.just(UTC)),
    zone=st.sampled_from(["Europe/Kyiv", "Asia/Tbilisi", "Asia/Almaty", "Europe/Vienna", "Asia/Tehran", "Asia/Beirut"]),
)
def test_every_instant_comes_back_from_its_local_time(instant: datetime, zone: str) -> None:
    """Local time and instant are stored side by side and must never contradict each other."""
    [(_, there)] = plan.wave(instant, [mission("XX", zone)])
    back = plan.resolve(there.local, zone)
    assert (back.local, back.twice) == (there.local, there.twice)
    assert instant - back.instant in ({timedelta(), timedelta(hours=1)} if there.twice else {timedelta()})


@given(elapsed=st.timedeltas(min_value=timedelta(), max_value=timedelta(days=200)))
def test_a_reading_is_never_in_the_past(elapsed: timedelta) -> None:
    """A reading due in the past would be taken again and again without a pause."""
    now = PUBLISHED + elapsed
    reading = plan.next_reading(PUBLISHED, now, CADENCE, now + timedelta(days=1))
    assert reading is not None
    assert now < reading <= now + timedelta(days=1)
