"""The rules for late posts over a real database: which go, which wait for a person, and that nothing comes twice."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from posts.model import Kind
from scheduler import catching_up
from scheduler.model import Scope, State
from scheduler.plan import on_time
from scheduler.store import claims, late, pauses
from tests.fakes.clock import MORNING
from tests.fakes.world import outcome

if TYPE_CHECKING:
    from tests.fakes.world import World

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
MANY = 10_000
WITHIN_S = 20  # on a busy machine; a few seconds on an idle one


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("over", [timedelta(), timedelta(seconds=1)])
def test_what_is_on_time_is_left_alone(world: World, kind: Kind, over: timedelta) -> None:
    """A restart of a minute changes nothing; only what is later gets a row in the audit."""
    number = world.delivery(kind=kind)
    before = world.row(number)
    world.clock.tick(seconds=(on_time(kind) + over).total_seconds())
    world.catch_up()

    assert (world.row(number) == before) is (not over)
    assert [row["verb"] for row in world.audit(f"delivery:{number}")] == (["late"] if over else [])


def test_three_go_late_and_the_rest_is_held_with_its_reason(world: World) -> None:
    """Forty posts at once after an outage are harm; each says what became of it."""
    numbers = [world.delivery(due=MORNING + number * MINUTE) for number in range(5)]
    now = world.clock.tick(hours=2)
    world.catch_up()

    rows = [world.row(one) for one in numbers]
    assert [row["state"] for row in rows] == ["waiting"] * 3 + ["held"] * 2
    assert [row["next_at"] for row in rows[:3]] == [now, now + 30 * MINUTE, now + HOUR]
    assert rows[1]["reason"] == (
        "it missed its time, 2027-07-30 09:01 in Asia/Tbilisi: re-spaced to 2027-07-30 11:30 in Asia/Tbilisi,"
        " nobody need act"
    )
    assert "3 late posts of ge-feed" in rows[3]["reason"]
    assert [one.delivery_id for one in world.claim()] == numbers[:1]
    assert world.row(numbers[0])["due_at"] == MORNING


def test_a_second_outage_on_the_same_day_lets_no_more_go(world: World) -> None:
    """Three a day, however often the machine stands still."""
    gone = [world.delivery(due=MORNING + number * MINUTE) for number in range(3)]
    world.clock.tick(hours=1)
    for number in gone:
        world.catch_up()
        world.publish(number)
        world.clock.tick(minutes=30)
    fourth = world.delivery()
    world.clock.tick(hours=2)
    world.catch_up()

    assert world.state(fourth) is State.HELD
    assert [world.row(one)["let_go"] for one in gone] == ["rules"] * 3


def test_a_late_post_whose_instant_was_missed_again_is_judged_anew(world: World) -> None:
    """It was to come at 11:30 and the machine stood still until three: it must not burst out then."""
    first, second = world.delivery(), world.delivery()
    world.clock.tick(hours=2)
    world.catch_up()
    world.publish(first)
    now = world.clock.tick(hours=4)
    world.catch_up()

    row = world.row(second)
    assert (row["state"], row["next_at"], row["let_go"]) == ("waiting", now, "rules")
    assert row["go_until"] == now + 15 * MINUTE


def test_what_is_past_its_not_after_is_skipped(world: World) -> None:
    """It is over, and says why; nobody has to decide."""
    number = world.delivery(due=MORNING + HOUR, not_after=MORNING + MINUTE)
    world.clock.tick(minutes=1)
    world.catch_up()
    assert world.state(number) is State.WAITING

    world.clock.tick(seconds=1)
    world.catch_up()
    assert world.state(number) is State.SKIPPED
    assert "not after" in world.row(number)["reason"]


def test_a_thread_that_is_out_in_part_is_never_skipped_as_if_nothing_were(world: World) -> None:
    """Its half stands on the channel, and "it did not go out" would be a lie."""
    late = world.clock() + MINUTE
    number, other = world.delivery(not_after=late), world.delivery(not_after=late)
    claimed = {one.delivery_id: one for one in world.claim()}
    with world.database.write() as tx:
        part: dict[str, dict[str, object]] = {"part-1": {"permalink": "https://t.example/c/7"}}
        claims.save_progress(tx, [(number, claimed[number].fence, part)])
    world.record(*(outcome(one, State.WAITING, world.clock()) for one in claimed.values()))
    world.clock.tick(hours=2)
    world.catch_up()
    assert (world.state(number), world.state(other)) == (State.HELD, State.SKIPPED)
    assert "https://t.example/c/7" in world.row(number)["reason"]


@pytest.mark.parametrize("why", ["paused", "not approved"])
def test_what_cannot_go_out_anyway_is_not_judged(world: World, why: str) -> None:
    """A paused post is late when it is resumed, not before; a draft is not late at all."""
    number = world.delivery(approved=why != "not approved")
    if why == "paused":
        _press(world)
    before = world.row(number)
    world.clock.tick(days=1)
    world.catch_up()

    assert world.row(number) == before


def test_resuming_asks_the_rules(world: World) -> None:
    """A pause of a day ends with what is still worth sending, and not with a burst."""
    numbers = [world.delivery() for _ in range(5)]
    _press(world)
    world.clock.tick(hours=3)
    with world.database.write() as tx:
        pauses.release(tx, Scope.ALL, "", why="over", by="officer", now=world.clock())
    world.catch_up()

    assert len(world.claim()) == 1
    assert [world.state(one) for one in numbers[3:]] == [State.HELD, State.HELD]


def test_a_draft_s_time_is_no_neighbour(world: World) -> None:
    """Nobody knows whether it ever goes; it must not push a late post aside."""
    world.delivery(due=MORNING + HOUR, approved=False)
    number = world.delivery()
    now = world.clock.tick(hours=1)
    world.catch_up()

    assert world.row(number)["next_at"] == now


def test_quiet_hours_and_zone_are_the_mission_s(world: World) -> None:
    """Nothing late is sent inside them."""
    world.run("UPDATE mission SET quiet_hours = '09:30-12:00' WHERE code = 'GE'")
    georgia, tajikistan = world.delivery(), world.delivery("tj-feed")
    now = world.clock.tick(hours=1)
    world.catch_up()

    assert world.row(georgia)["next_at"] == datetime.fromisoformat("2027-07-30T08:00:00+00:00")
    assert world.row(tajikistan)["next_at"] == now


def test_what_was_stored_before_there_were_rules_is_judged_when_it_falls_due(world: World) -> None:
    """An upgraded database knows no time until when its deliveries may go: they must neither stay nor burst."""
    fresh, old = world.delivery("ge-wall", due=MORNING + HOUR), world.delivery()
    world.run("UPDATE delivery SET go_until = '1970-01-01 00:00:00.000000'")
    now = world.clock.tick(hours=1)
    world.catch_up()

    assert world.row(fresh)["go_until"] == now + 15 * MINUTE
    assert world.row(fresh)["let_go"] is None
    assert {one.delivery_id for one in world.claim()} == {fresh, old}


def test_it_is_counted_how_many_are_late(world: World) -> None:
    """Those not judged yet, and those that go later than they were wished for."""
    for _ in range(3):
        world.delivery()
    world.delivery(due=MORNING + 3 * HOUR)
    world.clock.tick(hours=1)
    with world.database.read() as tx:
        assert late.late_count(tx, world.clock()) == 3
    world.catch_up()
    with world.database.read() as tx:
        assert late.late_count(tx, world.clock()) == 3


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_ten_thousand_late_ones_are_judged_within_seconds(world: World) -> None:
    """A year's plan that nobody sent must not keep what is on time from going."""
    first = world.delivery(due=MORNING - HOUR)
    world.run(
        f"WITH RECURSIVE n(value) AS (SELECT 2 UNION ALL SELECT value + 1 FROM n WHERE value < {MANY})"
        " INSERT INTO post (campaign_id, mission, kind, review, content_hash, text, language, link, first_comment,"
        " created_by, created_at, external_id, source_hash, notes)"
        " SELECT campaign_id, mission, kind, review, content_hash, text, language, link, first_comment, created_by,"
        " created_at, 'copy-' || n.value, source_hash, notes FROM post, n"
    )
    world.run(
        "INSERT INTO approval (post_id, content_hash, by, at) SELECT p.id, p.content_hash, a.by, a.at"
        " FROM post p, approval a WHERE p.id > 1 AND a.post_id = 1"
    )
    world.run(
        "INSERT INTO delivery (post_id, account_id, mission, platform, state, reason, due_at, next_at, fence, tries,"
        " progress, looks, local_due, time_zone, tzdata, go_until) SELECT p.id, account_id, d.mission, platform, state,"
        " reason, due_at, next_at, fence, tries, progress, looks, local_due, time_zone, tzdata, go_until"
        " FROM post p, delivery d WHERE p.id > 1 AND d.post_id = 1"
    )
    assert world.count("delivery") == MANY
    begun = time.monotonic()
    world.catch_up()

    assert time.monotonic() - begun < WITHIN_S
    assert world.state(first) is State.WAITING
    with world.database.read() as tx:
        held = tx.scalar(text("SELECT COUNT(*) FROM delivery WHERE state = 'held' AND reason <> ''"))
    assert held == MANY - 3


def _press(world: World) -> None:
    with world.database.write() as tx:
        pauses.press(tx, Scope.ALL, "", why="a wrong number", by="officer", now=world.clock())


MISSIONS = {
    "GE": "Asia/Tbilisi",
    "TJ": "Asia/Dushanbe",
    "UZ": "Asia/Tashkent",
    "UA": "Europe/Kyiv",
    "BY": "Europe/Minsk",
}


@pytest.mark.parametrize(
    ("at", "over"),
    [
        ("18:59", set()),
        ("19:01", {"TJ", "UZ"}),
        ("20:01", {"TJ", "UZ", "GE"}),
        ("21:01", {"TJ", "UZ", "GE", "UA", "BY"}),
    ],
)
def test_the_day_ends_mission_by_mission_while_others_still_publish(world: World, at: str, over: set[str]) -> None:
    """Posts of the World Day that nobody sent: at each moment some still go, and the others ask a person."""
    day = {code: _in_mission(world, code, zone, Kind.DAY) for code, zone in MISSIONS.items()}
    ever = {code: _in_mission(world, code, zone, Kind.EVERGREEN) for code, zone in MISSIONS.items()}
    world.clock.now = datetime.fromisoformat(f"2027-07-30T{at}:00+00:00")
    world.catch_up()
    world.claim()

    assert {code for code, number in day.items() if world.state(number) is State.HELD} == over
    assert {code for code, number in day.items() if world.state(number) is State.SENDING} == set(MISSIONS) - over
    assert all("the World Day is over there" in world.row(day[code])["reason"] for code in over)
    assert {world.state(number) for number in ever.values()} == {State.SENDING}


def _in_mission(world: World, code: str, zone: str, kind: Kind) -> int:
    """A delivery of that mission to an account of its own, due at noon in Greenwich."""
    account = f"{code.lower()}-{kind}"
    if code not in {one["code"] for one in world.view("mission")}:
        world.run(
            "INSERT INTO mission (code, name, time_zone, languages, quiet_hours, from_file)"
            " SELECT :code, name, :zone, languages, quiet_hours, from_file FROM mission WHERE code = 'GE'",
            code=code,
            zone=zone,
        )
    world.run(
        "INSERT INTO account (id, mission, platform, base_url, handle, secret, from_file)"
        " SELECT :id, :code, platform, base_url, handle, secret, from_file FROM account WHERE id = 'ge-feed'",
        id=account,
        code=code,
    )
    number = world.delivery(kind=kind, due=MORNING + 7 * HOUR)
    world.run(
        "UPDATE delivery SET mission = :code, account_id = :account WHERE id = :id",
        code=code,
        account=account,
        id=number,
    )
    return number


# --- after an outage


def test_after_an_outage_people_are_told_first(world: World) -> None:
    """Ten minutes in which somebody can still say no."""
    _beat(world)
    numbers = [world.delivery(due=MORNING + number * MINUTE) for number in range(5)]
    over = world.delivery(not_after=MORNING + MINUTE)
    now = world.clock.tick(hours=2)
    on_time = world.delivery("ge-wall")
    _beat(world)

    (told,) = world.view("heartbeat")
    assert "from 30 July 05:00 to 30 July 07:00 UTC. 6 missed: 3 go, 2 held, 1 skipped." in told["announcement"]
    assert "Until 07:10 UTC nothing late is sent or moved" in told["announcement"]
    assert [row["verb"] for row in world.audit("daemon")] == ["announce"]
    assert _catch_up(world) == now + catching_up.GRACE
    assert {world.state(one) for one in (*numbers, over)} == {State.WAITING}
    assert [one.delivery_id for one in world.claim()] == [on_time]


def test_after_the_grace_it_does_what_it_said(world: World) -> None:
    """Once, and what a person has stopped meanwhile stays stopped."""
    _beat(world)
    first, *rest = [world.delivery(due=MORNING + number * MINUTE) for number in range(5)]
    world.clock.tick(hours=2)
    _beat(world)
    world.bring(first, State.HELD)
    world.clock.tick(minutes=10)
    assert _catch_up(world) is None

    assert [world.state(one) for one in rest] == [State.WAITING] * 3 + [State.HELD]
    assert (world.state(first), world.row(first)["reason"]) == (State.HELD, "why")
    (told,) = world.view("heartbeat")
    assert (told["announcement"], told["grace_until"]) == (None, None)
    assert [row["verb"] for row in world.audit("daemon")] == ["announce", "catch-up"]
    assert _catch_up(world) is None
    assert world.count("audit") == len(world.audit())


def test_a_restart_within_the_grace_keeps_its_end(world: World) -> None:
    """Otherwise a daemon that restarts every five minutes would never send anything again."""
    _beat(world)
    world.delivery()
    begun = world.clock.tick(hours=2)
    _beat(world)
    world.clock.tick(minutes=6)
    _beat(world)

    assert _catch_up(world) == begun + catching_up.GRACE
    assert [row["verb"] for row in world.audit("daemon")] == ["announce"]


def test_a_grace_that_a_wrong_clock_began_ends_all_the_same(world: World) -> None:
    """It was years ahead, and is right now: what was missed would wait in silence until that year comes."""
    _beat(world)
    world.delivery()
    world.clock.tick(days=900, hours=2)
    _beat(world)
    now = world.clock.tick(days=-900)
    assert _catch_up(world) == now + catching_up.GRACE
    world.clock.tick(minutes=4)
    assert _catch_up(world) == now + catching_up.GRACE
    world.clock.tick(minutes=6)
    assert _catch_up(world) is None
    (told,) = world.view("heartbeat")
    assert (told["announcement"], told["grace_until"]) == (None, None)


def test_a_person_s_word_counts_in_the_grace(world: World) -> None:
    """Whoever reads the announcement can let the most important one go at once."""
    _beat(world)
    first, second = world.delivery(), world.delivery()
    now = world.clock.tick(hours=2)
    _beat(world)
    world.run(
        "UPDATE delivery SET let_go = 'person', next_at = :now WHERE id = :id", id=second, now=_stored(world, now)
    )
    _catch_up(world)

    assert [one.delivery_id for one in world.claim()] == [second]
    assert world.state(first) is State.WAITING


@pytest.mark.parametrize(
    ("why", "minutes"), [("short", 29), ("nothing was missed", 120), ("what was missed is paused", 120)]
)
def test_where_there_is_nothing_to_tell_nothing_is_told(world: World, why: str, minutes: int) -> None:
    """An alarm that means nothing is not read the next time."""
    _beat(world)
    number = world.delivery(due=MORNING + timedelta(days=1) if why == "nothing was missed" else None)
    if why == "what was missed is paused":
        _press(world)
    world.clock.tick(minutes=minutes)
    _beat(world)
    _catch_up(world)

    assert world.view("heartbeat")[0]["announcement"] is None
    assert (world.row(number)["let_go"] == "rules") is (why == "short")


def test_at_the_first_start_of_a_database_it_is_told_too(world: World) -> None:
    """It may be a plan of last week, or a copy."""
    world.delivery()
    world.clock.tick(hours=2)
    _beat(world)

    assert "Nothing was ever sent from this database. 1 missed: 1 go" in world.view("heartbeat")[0]["announcement"]


def test_a_daemon_that_woke_from_sleep_notices_it_in_its_pass(world: World) -> None:
    """The lid was closed for three hours: the first pass may come before the first heartbeat."""
    _beat(world)
    number = world.delivery()
    now = world.clock.tick(hours=3)

    assert _catch_up(world) == now + catching_up.GRACE
    assert world.state(number) is State.WAITING
    _beat(world)
    assert _catch_up(world) == now + catching_up.GRACE


def test_a_standstill_is_an_outage_when_it_ends(world: World) -> None:
    """The daemon lived, its disk was full for two hours: what was missed is missed all the same."""
    _beat(world)
    world.delivery()
    for _ in range(12):
        world.clock.tick(minutes=10)
        _beat(world, "the disk is full")
    assert world.view("heartbeat")[0]["announcement"] is None
    _beat(world)

    assert "1 missed: 1 go, 0 held, 0 skipped" in world.view("heartbeat")[0]["announcement"]


def _beat(world: World, standstill: str | None = None) -> None:
    with world.database.write() as tx:
        now = world.clock()
        catching_up.beat(tx, now=now, standstill=standstill, owner="test", started_at=now, tzdata="2027a")


def _catch_up(world: World) -> datetime | None:
    with world.database.write() as tx:
        return catching_up.catch_up(tx, world.clock())


def _stored(world: World, instant: datetime) -> datetime | str:
    return instant if world.database.dialect == "postgresql" else f"{instant:%Y-%m-%d %H:%M:%S.%f}"
