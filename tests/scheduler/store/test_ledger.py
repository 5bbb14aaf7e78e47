"""The hash chains of audit and engagement: what was written is found changed, or found whole."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from adapters.contract import Reading
from scheduler.store import ledger, readings
from scheduler.store.ledger import Entry, Verdict

if TYPE_CHECKING:
    from scheduler.store.database import Database
    from tests.fakes.world import World

TRIGGERS = {
    "sqlite": ["DROP TRIGGER {0}_no_update", "DROP TRIGGER {0}_no_delete"],
    "postgresql": ["DROP TRIGGER {0}_append_only ON {0}"],
}


@pytest.mark.parametrize("table", ["audit", "engagement"])
def test_an_untouched_chain_is_whole(world: World, table: str) -> None:
    """The check must be quiet where nothing is wrong, or nobody will believe it."""
    _write(world, table, rows=3)

    assert verify(world.database) == Verdict(rows=world.count("audit") + world.count("engagement"), first_bad=None)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        *(("audit", one) for one in ("actor", "verb", "subject", "before", "after", "hash", "previous_hash")),
        *(("engagement", one) for one in ("metric", "source", "hash", "previous_hash")),
    ],
)
def test_one_changed_letter_is_found(world: World, table: str, column: str) -> None:
    """Every column is under the hash: no one who, what or how many can be re-written unseen."""
    _write(world, table, rows=3)
    bad = world.count(table) - 1
    _unlock(world, table)
    world.run(f"UPDATE {table} SET {column} = {column} || 'x' WHERE id = {bad}")

    assert verify(world.database).first_bad == f"{table}:{bad}"


@pytest.mark.parametrize(("table", "column"), [("audit", "at"), ("engagement", "read_at")])
def test_a_changed_moment_is_found(world: World, table: str, column: str) -> None:
    """When something was done is as much evidence as what."""
    _write(world, table, rows=2)
    bad = world.count(table)
    _unlock(world, table)
    world.run(f"UPDATE {table} SET {column} = '2027-07-30 05:00:01.000000' WHERE id = {bad}")

    assert verify(world.database).first_bad == f"{table}:{bad}"


def test_a_changed_count_is_found(world: World) -> None:
    """Engagement is what the campaign's report is made of."""
    _write(world, "engagement", rows=2)
    _unlock(world, "engagement")
    world.run("UPDATE engagement SET value = value + 1 WHERE id = 1")

    assert verify(world.database).first_bad == "engagement:1"


@pytest.mark.parametrize("table", ["audit", "engagement"])
@pytest.mark.parametrize("place", ["first", "middle", "last", "all"])
def test_a_deleted_row_is_found(world: World, table: str, place: str) -> None:
    """Also the last one, after which no other row tells that something is missing; also when nothing is left."""
    _write(world, table, rows=4)
    last = world.count(table)
    gone = {"first": 1, "middle": last - 1, "last": last, "all": None}[place]
    _unlock(world, table)
    world.run(f"DELETE FROM {table}" + (f" WHERE id = {gone}" if gone else ""))

    assert verify(world.database).first_bad is not None


@pytest.mark.parametrize("table", ["audit", "engagement"])
def test_what_is_written_after_a_deleted_last_row_does_not_hide_it(world: World, table: str) -> None:
    """A busy daemon must not heal the chain by taking the missing number again."""
    _write(world, table, rows=3)
    last = world.count(table)
    _unlock(world, table)
    world.run(f"DELETE FROM {table} WHERE id = {last}")
    _write(world, table, rows=2)

    assert verify(world.database).first_bad == f"{table}:{last + 1}"


def test_a_row_that_somebody_put_in_is_found(world: World) -> None:
    """Adding is allowed to everybody who can write, a hash that fits is not."""
    rows = world.count("audit")
    world.run(
        "INSERT INTO audit (id, at, actor, verb, subject, before, after, previous_hash, hash)"
        f" VALUES ({rows + 1}, '2027-07-30 05:00:00.000000', 'a', 'b', 'c', '', '', '', 'x')"
    )

    assert verify(world.database).first_bad == f"audit:{rows + 1}"


def test_nothing_is_written_down_when_the_transaction_fails(world: World) -> None:
    """The audit tells what happened; a change that was rolled back did not."""
    before = world.audit()

    with pytest.raises(ZeroDivisionError):
        _write_and_fail(world)

    assert world.audit() == before
    assert verify(world.database).first_bad is None


def test_many_writers_at_once_make_one_chain(world: World) -> None:
    """Two rows with one predecessor would break the chain without anybody having done wrong."""
    start = threading.Barrier(4)

    def write() -> None:
        start.wait(10)
        for _ in range(5):
            with world.database.write() as tx:
                ledger.write_down(tx, [entry(world, "one"), entry(world, "two")])

    rows = world.count("audit")
    writers = [threading.Thread(target=write) for _ in range(4)]
    for one in writers:
        one.start()
    for one in writers:
        one.join(30)

    assert verify(world.database) == Verdict(rows=rows + 40, first_bad=None)


def entry(world: World, verb: str) -> Entry:
    return Entry(at=world.clock(), actor="ҷурабек@iom.example", verb=verb, subject="test:1", after={"ғ": "ӯ"})


def verify(database: Database) -> Verdict:
    with database.read() as tx:
        return ledger.verify(tx)


def _write(world: World, table: str, rows: int) -> None:
    for number in range(rows):
        if table == "engagement":
            if not world.count("delivery"):
                world.publish(world.delivery())
            with world.database.write() as tx:
                read = Reading(remote_id="r1", metric="likes", value=number, source="test")
                readings.append(tx, [(1, read)], read_at=world.clock())
        else:
            with world.database.write() as tx:
                ledger.write_down(tx, [entry(world, "test")])


def _write_and_fail(world: World) -> None:
    with world.database.write() as tx:
        ledger.write_down(tx, [entry(world, "pause")])
        raise ZeroDivisionError


def _unlock(world: World, table: str) -> None:
    """As somebody would who owns the database and wants to re-write what it says."""
    for statement in TRIGGERS[world.database.dialect]:
        world.run(statement.format(table))
