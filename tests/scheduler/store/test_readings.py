"""Engagement: what is due, what was read, and what reviewers see of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapters.contract import Reading
from scheduler.model import State
from scheduler.store import lists, readings
from scheduler.store.lists import Filter

if TYPE_CHECKING:
    from tests.fakes.world import World

COMMON = ("likes", "comments", "shares", "views", "clicks", "saves")


def test_what_is_live_and_due_is_read_longest_due_first(world: World) -> None:
    """Not before its time, not more than asked for."""
    first, second, third = (world.delivery() for _ in range(3))
    for number, minutes in ((first, 3), (second, 1), (third, 9)):
        _publish(world, number, minutes)

    world.clock.tick(minutes=3)

    assert _due(world) == [second, first]
    assert _due(world, most=1) == [second]


@pytest.mark.parametrize("state", [one for one in State if one is not State.PUBLISHED])
def test_only_what_is_live_is_read(world: World, state: State) -> None:
    """What was taken down has no counts any more."""
    number = world.delivery()
    world.bring(number, state)
    world.run("UPDATE delivery SET measure_at = next_at")

    assert _due(world) == []


def test_the_next_reading_is_planned_or_never(world: World) -> None:
    """None ends it: nobody reads a post of years ago."""
    number = world.delivery()
    _publish(world, number, 0)
    assert _due(world) == [number]

    _plan(world, number, world.clock() + timedelta(minutes=1))
    assert _due(world) == []
    world.clock.tick(minutes=1)
    assert _due(world) == [number]

    _plan(world, number, None)
    world.clock.tick(days=1)
    assert _due(world) == []


def test_a_reading_is_a_row_per_count(world: World) -> None:
    """Long format: a platform's own count needs no new column."""
    number = world.delivery()
    _publish(world, number, 1)
    _read(world, number, likes=3, quotes=1)

    rows = world.view("engagement")

    assert [(one["delivery_id"], one["metric"], one["value"], one["source"]) for one in rows] == [
        (number, "likes", 3, "test"),
        (number, "quotes", 1, "test"),
    ]


def test_nothing_read_is_nothing_written(world: World) -> None:
    """A gap is a gap, not a row of zeros."""
    with world.database.write() as tx:
        readings.append(tx, [], read_at=world.clock())

    assert world.count("engagement") == 0


def test_the_latest_counts_have_one_row_per_delivery(world: World) -> None:
    """Also for what was never read: NULL where nobody knows, never 0."""
    read, unread, waiting = (world.delivery() for _ in range(3))
    _publish(world, read, 1)
    _publish(world, unread, 1)
    _read(world, read, likes=3, views=0)

    rows = {row["delivery_id"]: row for row in world.view("engagement_latest")}

    assert sorted(rows) == [read, unread, waiting]
    assert [rows[read][one] for one in COMMON] == [3, None, None, 0, None, None]
    assert [rows[unread][one] for one in (*COMMON, "read_at")] == [None] * 7


def test_the_newest_value_wins_for_each_count_by_itself(world: World) -> None:
    """Also when it is lower: likes are taken back, and a count may be missing for once."""
    number = world.delivery()
    _publish(world, number, 1)
    _read(world, number, likes=9, shares=2)
    world.clock.tick(minutes=5)
    _read(world, number, likes=7)

    (row,) = world.view("engagement_latest")

    assert (row["likes"], row["shares"]) == (7, 2)
    assert str(row["read_at"]).startswith("2027-07-30 05:05")


def test_the_log_has_every_delivery_with_its_words_and_counts(world: World) -> None:
    """What a reviewer opens first, with any tool."""
    read, waiting = world.delivery(words="ғ"), world.delivery("tj-feed")
    _publish(world, read, 1)
    _read(world, read, likes=3)

    rows = {row["id"]: row for row in world.view("delivery_log")}

    assert sorted(rows) == [read, waiting]
    assert (rows[read]["state"], rows[read]["text"], rows[read]["likes"]) == ("published", "ғ", 3)
    assert (rows[waiting]["mission"], rows[waiting]["review"], rows[waiting]["likes"]) == ("TJ", "approved", None)


def test_a_mission_s_summary_counts_each_delivery_once_in_its_state(world: World) -> None:
    """Two counts of one post must not make two posts of it; the states add up to all."""
    first, second = world.delivery(), world.delivery()
    _publish(world, first, 1)
    _publish(world, second, 1)
    for number in (first, second):
        _read(world, number, likes=2, shares=5)
        _read(world, number, likes=3)
    world.bring(world.delivery(), State.SENDING)
    world.delivery("tj-feed")

    rows = {row["mission"]: row for row in world.view("mission_summary")}

    assert sorted(rows) == ["GE", "TJ"]
    assert (rows["GE"]["deliveries"], rows["GE"]["published"], rows["GE"]["sending"]) == (3, 2, 1)
    assert (rows["GE"]["likes"], rows["GE"]["shares"], rows["GE"]["views"]) == (6, 10, None)
    assert (rows["TJ"]["deliveries"], rows["TJ"]["waiting"], rows["TJ"]["likes"]) == (1, 1, None)
    assert sum(rows["GE"][one] for one in State) == rows["GE"]["deliveries"]
    assert type(rows["GE"]["likes"]) is int


def test_the_log_of_the_doors_leaves_out_what_is_not_known(world: World) -> None:
    """`metrics` of the JSON holds only what a platform gave."""
    number = world.delivery()
    _publish(world, number, 1)
    _read(world, number, likes=3, shares=0)

    with world.database.read() as tx:
        (row,) = lists.log(tx, Filter())

    assert row["metrics"] == {"likes": 3, "shares": 0}


def test_the_queue_is_narrowed_by_every_filter(world: World) -> None:
    """Each of them, and together."""
    here, there = world.delivery(), world.delivery("tj-feed", due=world.clock() + timedelta(hours=1))
    world.bring(here, State.HELD)

    for which, found in (
        (Filter(), [here, there]),
        (Filter(mission="TJ"), [there]),
        (Filter(account="ge-feed"), [here]),
        (Filter(state="held"), [here]),
        (Filter(post_id=world.row(there)["post_id"]), [there]),
        (Filter(since=world.clock() + timedelta(minutes=1)), [there]),
        (Filter(limit=1), [here]),
        (Filter(mission="TJ", state="held"), []),
    ):
        with world.database.read() as tx:
            assert [row["id"] for row in lists.queue(tx, which)] == found


def test_every_state_is_counted_also_with_none(world: World) -> None:
    """`status` always has the same keys."""
    world.bring(world.delivery(), State.HELD)
    world.delivery()

    with world.database.read() as tx:
        assert lists.counts(tx) == {str(one): int(one in {State.HELD, State.WAITING}) for one in State}
        assert lists.due_count(tx, world.clock()) == 1


def test_the_heartbeat_is_one_row_that_moves(world: World) -> None:
    """None before any daemon ran; after, when it last said that it lives."""
    with world.database.read() as tx:
        assert lists.last_beat(tx) is None
    for _ in range(2):
        with world.database.write() as tx:
            started = world.clock.now
            lists.beat(tx, owner="h:1", started_at=started, now=world.clock.tick(seconds=10), tzdata="2027a")

    with world.database.read() as tx:
        beat = lists.last_beat(tx)
    assert beat is not None
    assert (beat["owner"], beat["beat_at"]) == ("h:1", world.clock())


def _publish(world: World, number: int, measured_in_minutes: int) -> None:
    at = world.clock() + timedelta(minutes=measured_in_minutes)
    values: dict[str, Any] = {"at": at.replace(tzinfo=None).isoformat(" ", "microseconds"), "number": number}
    world.bring(number, State.PUBLISHED)
    if world.database.dialect == "postgresql":
        values["at"] = at
    world.run(
        "UPDATE delivery SET measure_at = :at, remote_id = 'r' || id WHERE id = :number",
        **values,
    )


def _read(world: World, number: int, **counts: int) -> None:
    read = [Reading(remote_id="r", metric=metric, value=value, source="test") for metric, value in counts.items()]
    with world.database.write() as tx:
        readings.append(tx, [(number, one) for one in read], read_at=world.clock())


def _due(world: World, most: int = 10) -> list[int]:
    with world.database.read() as tx:
        return [one.delivery_id for one in readings.due(tx, now=world.clock(), most=most)]


def _plan(world: World, number: int, at: Any) -> None:
    with world.database.write() as tx:
        readings.plan_next(tx, {number: at})
