"""One pass over what is live: its counts are read and appended, and a gap stays a gap."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapters.contract import AuthExpired, Gone, Reading, Retryable
from scheduler.delivery import Rhythm
from scheduler.measure import measure_due
from scheduler.model import State, WrongUse
from tests.fakes.adapter import ObedientAdapter
from tests.fakes.world import outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from adapters.contract import Adapter
    from tests.fakes.world import World

MINUTE = timedelta(minutes=1)
CADENCE = (MINUTE, 5 * MINUTE, 60 * MINUTE)


class Counter(ObedientAdapter):
    """Gives its `counts` for every post but those in `gone`; remembers what it was asked for."""

    def __init__(self, *, fault: Exception | None = None, gone: Sequence[str] = (), **counts: Any):
        super().__init__(counts=counts)
        self.fault = fault
        self.gone = gone
        self.asked: list[list[str]] = []
        self.while_asked: Callable[[], None] = lambda: None

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading | Gone]:
        self.asked.append(sorted(remote_ids))
        self.while_asked()
        if self.fault:
            raise self.fault
        return [
            Reading(remote_id=one, metric=metric, value=value, source="test")
            for one in remote_ids
            if one not in self.gone
            for metric, value in self.counts.items()
        ]


def test_an_account_is_asked_once_for_all_its_posts(world: World) -> None:
    """A call per post would use up the day's quota in the morning."""
    live = [_live(world, "ge-feed"), _live(world, "ge-feed"), _live(world, "tj-feed")]
    feed, other = Counter(likes=3), Counter(likes=5)
    world.clock.tick(minutes=1)

    assert _measure(world, {"ge-feed": feed, "tj-feed": other}) == 3

    assert feed.asked == [[f"r{live[0]}", f"r{live[1]}"]]
    assert other.asked == [[f"r{live[2]}"]]
    assert _likes(world) == {live[0]: 3, live[1]: 3, live[2]: 5}


def test_nothing_is_asked_before_its_time(world: World) -> None:
    """A minute after publication at the earliest."""
    _live(world, "ge-feed")
    world.clock.tick(seconds=59)

    assert _measure(world, {}) == 0


def test_the_rhythm_thins_out_with_age(world: World) -> None:
    """A minute, five, an hour, and every hour from then on."""
    number = _live(world, "ge-feed")
    published = world.clock()
    adapter = Counter(likes=1)
    at = []
    for _ in range(5):
        world.clock.now = world.row(number)["measure_at"]
        at.append((world.clock() - published) // MINUTE)
        _measure(world, {"ge-feed": adapter})

    assert at == [1, 5, 60, 120, 180]
    assert world.count("engagement") == 5


def test_readings_missed_while_nothing_ran_are_not_made_up(world: World) -> None:
    """One reading now, and on with the rhythm; a burst of twenty would say nothing new."""
    number = _live(world, "ge-feed")
    world.clock.tick(minutes=150)
    _measure(world, {"ge-feed": Counter(likes=1)})

    assert world.count("engagement") == 1
    assert world.row(number)["measure_at"] == world.clock() + 30 * MINUTE


def test_reading_ends_with_the_campaign(world: World) -> None:
    """After `until` nobody asks any more."""
    number = _live(world, "ge-feed")
    world.clock.tick(minutes=1)

    _measure(world, {"ge-feed": Counter(likes=1)}, until=world.clock() + 3 * MINUTE)

    assert world.row(number)["measure_at"] is None
    assert _likes(world) == {number: 1}


@pytest.mark.parametrize(
    "fault", [Retryable("busy"), AuthExpired("revoked"), ZeroDivisionError(), WrongUse("no such account")], ids=repr
)
def test_a_platform_that_fails_leaves_a_gap_and_stops_nobody(world: World, fault: Exception) -> None:
    """No row, never a 0; the others are read, and it is asked again by the rhythm."""
    bad, good = _live(world, "ge-feed"), _live(world, "tj-feed")
    world.clock.tick(minutes=1)

    _measure(world, {"ge-feed": Counter(fault=fault), "tj-feed": Counter(likes=2)})

    assert _likes(world) == {good: 2}
    assert world.row(bad)["measure_at"] == world.clock() + 4 * MINUTE
    assert world.state(bad) is State.PUBLISHED


def test_an_account_that_is_no_longer_configured_stops_nobody(world: World) -> None:
    """Its old posts stay as they are."""
    _live(world, "ge-feed")
    good = _live(world, "tj-feed")
    world.clock.tick(minutes=1)

    _measure(world, {"tj-feed": Counter(likes=2)})

    assert _likes(world) == {good: 2}


def test_a_platform_s_wish_to_wait_is_kept(world: World) -> None:
    """It told us when; asking sooner is how accounts get blocked."""
    number = _live(world, "ge-feed")
    world.clock.tick(minutes=1)

    _measure(world, {"ge-feed": Counter(fault=Retryable("slow down", after=timedelta(minutes=40)))})

    assert world.row(number)["measure_at"] == world.clock() + 40 * MINUTE


def test_a_post_that_is_left_out_has_no_counts_and_stays_published(world: World) -> None:
    """What the platform leaves out is left out here; it has not said that the post is gone."""
    gone, there = _live(world, "ge-feed"), _live(world, "ge-feed")
    for _ in range(3):
        world.clock.tick(minutes=60)
        _measure(world, {"ge-feed": Counter(likes=2, gone=[f"r{gone}"])})

    assert _likes(world) == {there: 2}
    assert world.state(gone) is State.PUBLISHED


class Denying(Counter):
    """Says of the posts in `gone` that they are not there."""

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading | Gone]:
        denied = [Gone(remote_id=one) for one in remote_ids if one in self.gone]
        return [*Counter.measure(self, remote_ids), *denied]


def test_a_post_that_the_platform_denies_twice_is_removed(world: World) -> None:
    """Somebody deleted it there: the report must not count it as out, and the audit tells who said so."""
    number = _live(world, "ge-feed")
    denying = {"ge-feed": Denying(gone=[f"r{number}"])}
    world.clock.tick(minutes=1)
    _measure(world, denying)
    assert (world.state(number), world.row(number)["measure_at"]) == (State.PUBLISHED, world.clock() + 10 * MINUTE)

    world.clock.tick(minutes=10)
    _measure(world, denying)

    row = world.row(number)
    assert (row["state"], row["measure_at"]) == (State.REMOVED, None)
    assert "gone at the platform" in row["reason"]
    last = world.audit(f"delivery:{number}")[-1]
    assert (last["actor"], last["verb"]) == ("daemon", "gone")
    assert world.view("absence") == []


def test_a_post_that_is_seen_again_was_not_gone(world: World) -> None:
    """A server under repair; the count of denials starts anew."""
    number = _live(world, "ge-feed")
    denying, seeing = {"ge-feed": Denying(gone=[f"r{number}"])}, {"ge-feed": Counter(likes=1)}
    for answer in (denying, seeing, denying):
        world.clock.now = max(world.row(number)["measure_at"], world.clock() + 10 * MINUTE)
        _measure(world, answer)

    assert world.state(number) is State.PUBLISHED
    assert len(world.view("absence")) == 1


def test_two_answers_within_minutes_are_one(world: World) -> None:
    """A lagging copy of the platform says the same thing twice in a row."""
    number = _live(world, "ge-feed")
    denying = {"ge-feed": Denying(gone=[f"r{number}"])}
    for _ in range(2):
        world.clock.tick(minutes=5)
        world.run("UPDATE delivery SET measure_at = published_at WHERE id = :id", id=number)
        _measure(world, denying)

    assert world.state(number) is State.PUBLISHED


def test_what_a_person_takes_down_meanwhile_stays_as_they_left_it(world: World) -> None:
    """Their reason is the one that counts."""
    number = _live(world, "ge-feed")
    denying = Denying(gone=[f"r{number}"])
    world.clock.tick(minutes=1)
    _measure(world, {"ge-feed": denying})
    world.clock.tick(minutes=10)
    denying.while_asked = lambda: world.move(number, State.REMOVED)
    _measure(world, {"ge-feed": denying})

    assert (world.state(number), world.row(number)["reason"]) == (State.REMOVED, "why")


def test_counts_of_posts_nobody_asked_for_are_left_out(world: World) -> None:
    """A platform that answers with more must not put it under somebody else's post."""
    number = _live(world, "ge-feed")
    adapter = Counter()
    world.clock.tick(minutes=1)

    class Talkative(Counter):
        def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading]:
            return [Reading(remote_id=one, metric="likes", value=1, source="t") for one in (*remote_ids, "other")]

    adapter = Talkative()
    _measure(world, {"ge-feed": adapter})

    assert _likes(world) == {number: 1}


@pytest.mark.parametrize("nonsense", [None, "many", 2**70])
def test_a_count_that_is_no_count_stops_nobody(world: World, nonsense: Any) -> None:
    """One platform's changed answer must not end all reading for ever."""
    bad, good = _live(world, "ge-feed"), _live(world, "tj-feed")
    world.clock.tick(minutes=1)

    _measure(world, {"ge-feed": Counter(likes=nonsense), "tj-feed": Counter(likes=2)})

    assert _likes(world) == {good: 2}
    assert world.row(bad)["measure_at"] == world.clock() + 4 * MINUTE


def test_no_connection_is_held_while_a_platform_is_asked(world: World) -> None:
    """A slow platform must not use up the connections that publishing needs."""
    _live(world, "ge-feed")
    adapter = Counter(likes=1)
    held: list[int] = []
    adapter.while_asked = lambda: held.append(world.database._reader.pool.checkedout())  # type: ignore[attr-defined]
    world.clock.tick(minutes=1)

    _measure(world, {"ge-feed": adapter})

    assert held == [0]


def test_once_stopping_no_further_account_is_asked(world: World) -> None:
    """Ten platforms that hang must not keep the daemon from ending in time."""
    first, second = _live(world, "ge-feed"), _live(world, "tj-feed")
    world.clock.tick(minutes=1)
    asked: list[str] = []
    adapter = Counter(likes=1)
    adapter.while_asked = lambda: asked.append("once")
    rhythm = Rhythm(cadence=CADENCE, until=world.clock() + timedelta(days=90))

    measure_due(world.database, lambda _: adapter, rhythm, world.clock, lambda: bool(asked))

    assert asked == ["once"]
    assert _likes(world) == {first: 1}
    assert world.row(second)["measure_at"] == world.clock()


def test_a_pause_does_not_stop_the_reading(world: World) -> None:
    """The red button is for sending; what is out is still seen."""
    number = _live(world, "ge-feed")
    world.run(
        "INSERT INTO pause (scope, subject, why, by, at) VALUES ('all', '', 'x', 'x', '2027-07-30 05:00:00.000000')"
    )
    world.clock.tick(minutes=1)

    _measure(world, {"ge-feed": Counter(likes=1)})

    assert _likes(world) == {number: 1}


def _live(world: World, account: str) -> int:
    number = world.delivery(account)
    (claimed,) = world.claim()
    world.record(outcome(claimed, State.PUBLISHED, world.clock(), name="receipt", measure_at=world.clock() + MINUTE))
    return number


def test_a_server_that_hangs_delays_no_other_server_s_counts(world: World) -> None:
    """Counts are read every two seconds, and a silent server takes fifteen for every account."""
    _live(world, "ge-feed")
    good = _live(world, "tj-feed")
    read = threading.Event()
    slow, quick = Counter(likes=1), Counter(likes=2)
    seen: list[bool] = []
    slow.while_asked = lambda: seen.append(read.wait(20))
    quick.while_asked = read.set
    world.clock.tick(minutes=1)

    rhythm = Rhythm(cadence=CADENCE, until=world.clock() + timedelta(days=90))
    adapters = {"ge-feed": slow, "tj-feed": quick}
    measure_due(world.database, adapters.__getitem__, rhythm, world.clock, lambda: False, str)

    assert seen == [True]
    assert _likes(world)[good] == 2


def _measure(world: World, adapters: Mapping[str, Adapter], **rhythm: Any) -> int:
    given = Rhythm(cadence=CADENCE, until=rhythm.get("until", world.clock() + timedelta(days=90)))
    return measure_due(world.database, adapters.__getitem__, given, world.clock)


def _likes(world: World) -> dict[int, int]:
    return {row["delivery_id"]: row["value"] for row in world.view("engagement") if row["metric"] == "likes"}
