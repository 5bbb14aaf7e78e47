"""What the database itself refuses, whoever asks."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError, StatementError

from scheduler.model import MOVES, NEEDS_REASON, State
from scheduler.store.database import open_database
from scheduler.store.schema import delivery, heartbeat

if TYPE_CHECKING:
    from datetime import datetime

    from tests.fakes.world import World


@pytest.mark.parametrize("before", list(State))
def test_a_delivery_makes_exactly_the_moves_of_the_model(world: World, before: State) -> None:
    """A second program or a person with a SQL client must not bring a published post back to waiting."""
    for after in State:
        number = world.delivery()
        world.bring(number, before)

        if after in MOVES[before] or after is before:
            world.move(number, after)
            assert world.state(number) is after
        else:
            with pytest.raises(DBAPIError, match="may not make this move"):
                world.move(number, after)
            assert world.state(number) is before


@pytest.mark.parametrize("state", [one for one in State if one is not State.WAITING])
def test_a_delivery_starts_as_waiting(world: World, state: State) -> None:
    """Whatever else it was inserted as would never have been claimed, nor proven."""
    world.post("ge-feed")
    proof = "1, 'key', 'r', 'https://x.example', '2027-07-30 05:00:00.000000'"
    row = (
        "INSERT INTO delivery (post_id, account_id, mission, platform, state, reason, due_at, next_at, fence, key,"
        " remote_id, permalink, published_at, tries, progress, looks, local_due, time_zone, tzdata) SELECT post_id,"
        f" 'ge-wall', mission, platform, '{state}', 'why', due_at, next_at, {proof}, 0, '{{}}', 0, local_due,"
        " time_zone, tzdata FROM delivery"
    )

    with pytest.raises(DBAPIError, match="starts as waiting"):
        world.run(row)


@pytest.mark.parametrize("missing", ["remote_id = NULL", "remote_id = ''", "permalink = NULL", "published_at = NULL"])
@pytest.mark.parametrize("state", [State.PUBLISHED, State.REMOVED])
def test_published_is_never_said_without_proof(world: World, state: State, missing: str) -> None:
    """A false "published" is a silent miss."""
    number = world.delivery()
    world.bring(number, state)

    with pytest.raises(DBAPIError, match="published_is_proven"):
        world.run(f"UPDATE delivery SET {missing}")


@pytest.mark.parametrize("state", sorted(NEEDS_REASON))
def test_what_stopped_has_a_reason(world: World, state: State) -> None:
    """Whoever finds a post that is not out must not have to guess why."""
    number = world.delivery()
    world.bring(number, state)

    with pytest.raises(DBAPIError, match="stopped_has_a_reason"):
        world.run("UPDATE delivery SET reason = ''")


@pytest.mark.parametrize("missing", ["key = NULL", "fence = 0"])
def test_nothing_is_sending_without_an_intent(world: World, missing: str) -> None:
    """Without a key and a fence on disk nobody could say later whose call it was."""
    number = world.delivery()
    world.bring(number, State.SENDING)

    with pytest.raises(DBAPIError, match="sending_has_an_intent"):
        world.run(f"UPDATE delivery SET {missing}")


def test_a_post_has_one_delivery_per_account(world: World) -> None:
    """Two rows for one account would be two posts in public."""
    world.post("ge-feed")

    with pytest.raises(DBAPIError):
        world.run(
            "INSERT INTO delivery (post_id, account_id, mission, platform, state, reason, due_at, next_at, fence,"
            " tries, progress, looks, local_due, time_zone, tzdata) SELECT post_id, account_id, mission, platform,"
            " 'waiting', '', due_at, next_at, 0, 0, '{}', 0, local_due, time_zone, tzdata FROM delivery"
        )
    assert world.count("delivery") == 1


def test_two_deliveries_never_share_a_key(world: World) -> None:
    """A platform that honours keys would answer the second with the first one's post."""
    first, second = world.delivery(), world.delivery()
    world.bring(first, State.SENDING)

    with pytest.raises(DBAPIError, match="key"), world.database.write() as tx:
        tx.execute(update(delivery).where(delivery.c.id == second).values(key=f"key-{first}"))


def test_a_delivery_is_never_deleted(world: World) -> None:
    """A deleted row would be forgotten at the platform, and its post could be imported and sent again."""
    world.delivery()

    with pytest.raises(DBAPIError):
        world.run("DELETE FROM delivery")


@pytest.mark.parametrize("clash", ["id", "post and account"])
def test_a_delivery_is_never_replaced(world: World, clash: str) -> None:
    """REPLACE is a hidden delete: a published delivery would start anew as waiting, and go out twice."""
    number = world.delivery()
    world.bring(number, State.PUBLISHED)
    if world.database.dialect != "sqlite":
        return  # PostgreSQL knows no REPLACE; its triggers see ON CONFLICT DO UPDATE as the update it is
    column = "id" if clash == "id" else "NULL"
    row = (
        "INSERT OR REPLACE INTO delivery (id, post_id, account_id, mission, platform, state, reason, due_at, next_at,"
        " fence, tries, progress, looks, local_due, time_zone, tzdata) SELECT"
        f" {column}, post_id, account_id, mission, platform, 'waiting', '', due_at, next_at, 0, 0, '{{}}', 0,"
        " local_due, time_zone, tzdata FROM delivery"
    )

    other = sqlite3.connect(str(world.database.url.database))  # any client: none sets recursive_triggers
    with closing(other), pytest.raises(sqlite3.IntegrityError, match="never replaced"):
        other.execute(row)
    assert world.state(number) is State.PUBLISHED


@pytest.mark.parametrize("table", ["audit", "engagement"])
@pytest.mark.parametrize("change", ["UPDATE {} SET hash = 'x'", "DELETE FROM {}", "DELETE FROM {} WHERE id = 1"])
def test_the_ledger_is_append_only(world: World, table: str, change: str) -> None:
    """What was done and what was counted can be added to, never changed."""
    _one_reading(world)

    with pytest.raises(DBAPIError, match="append-only"):
        world.run(change.format(table))


@pytest.mark.parametrize("table", ["audit", "engagement"])
def test_the_ledger_cannot_be_emptied_or_replaced(world: World, table: str) -> None:
    """Each database has one more way around a trigger on UPDATE and DELETE; both are closed."""
    _one_reading(world)
    columns = "id, previous_hash" if world.database.dialect == "sqlite" else ""
    way = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = 1" if columns else f"TRUNCATE {table}"

    with pytest.raises(DBAPIError, match="append-only"):
        world.run(way)


@pytest.mark.parametrize("table", ["delivery", "post", "account"])
def test_postgres_truncates_nothing_by_a_way_round(world: World, table: str) -> None:
    """TRUNCATE … CASCADE on a parent would empty the deliveries too."""
    number = world.delivery()
    statement = f"DELETE FROM {table}" if world.database.dialect == "sqlite" else f"TRUNCATE {table} CASCADE"

    with pytest.raises(DBAPIError):
        world.run(statement)
    assert world.state(number) is State.WAITING


def test_a_time_without_a_zone_is_refused(world: World) -> None:
    """09:00 without a zone is four different moments in four missions."""
    naive: datetime = world.clock().replace(tzinfo=None)

    with pytest.raises(StatementError, match="has no time zone"), world.database.write() as tx:
        tx.execute(insert(heartbeat).values(id=1, owner="x", started_at=naive, beat_at=naive, tzdata="x"))


def test_an_instant_comes_back_as_the_same_instant_in_utc(world: World, url: str) -> None:
    """Written in any zone, by one connection and read by another, it is the same moment."""
    number = world.delivery()
    other = open_database(url)
    with other.read() as tx:
        row = tx.execute(text("SELECT due_at FROM delivery")).scalar_one()
    other.close()

    assert world.row(number)["due_at"] == world.clock()
    assert world.row(number)["due_at"].utcoffset().total_seconds() == 0
    assert str(row).startswith("2027-07-30 05:00:00")


def _one_reading(world: World) -> None:
    number = world.delivery()
    world.publish(number)
    world.run(
        "INSERT INTO engagement (id, delivery_id, read_at, metric, value, source, previous_hash, hash)"
        f" VALUES (1, {number}, '2027-07-30 05:00:00.000000', 'likes', 3, 'test', '', 'x')"
    )
