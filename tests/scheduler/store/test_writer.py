"""One thread writes for all senders, many rows to a transaction."""

from __future__ import annotations

import threading
from concurrent.futures import wait
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, insert

from scheduler.model import State, Unavailable
from scheduler.store import outcomes
from scheduler.store.schema import heartbeat
from scheduler.store.writer import GroupWriter
from tests.fakes.world import outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future

    from scheduler.model import Outcome
    from scheduler.store.database import Database, Transaction
    from tests.fakes.world import World


@pytest.fixture
def writer(database: Database) -> Iterator[GroupWriter]:
    made = GroupWriter(database)
    yield made
    made.close()


class Begins:
    """Counts the transactions that a database begins."""

    def __init__(self, database: Database):
        self.count = 0
        event.listen(database._writer, "begin", self._more)

    def _more(self, _connection: object) -> None:
        self.count += 1


def test_what_waits_together_is_committed_together(world: World, writer: GroupWriter) -> None:
    """Sixty-four senders that each commit for themselves fight over one lock."""
    numbers = [world.delivery() for _ in range(20)]
    made = [outcome(one, State.PUBLISHED, world.clock(), name="receipt") for one in world.claim()]
    promised = [writer.hand_in(outcomes.record, one.delivery_id, one) for one in made]
    begins = Begins(world.database)

    writer.start()

    assert [one.result(10) for one in promised] == [True] * 20
    assert begins.count == 1
    assert {world.state(one) for one in numbers} == {State.PUBLISHED}


def test_one_bad_row_does_not_take_the_others_down(world: World, writer: GroupWriter) -> None:
    """An outcome that the database refuses is one sender's trouble, not sixty-four senders'."""
    numbers = [world.delivery() for _ in range(4)]
    good = [outcome(one, State.PUBLISHED, world.clock(), name="receipt") for one in world.claim()]
    bad = outcome_without_proof(good[1])
    promised = [writer.hand_in(outcomes.record, one.delivery_id, one) for one in (good[0], bad, *good[2:])]

    writer.start()

    assert [one.result(10) for one in promised if one is not promised[1]] == [True] * 3
    with pytest.raises(Exception, match="published_is_proven"):
        promised[1].result(10)
    assert [world.state(one) for one in numbers] == [State.PUBLISHED, State.SENDING, State.PUBLISHED, State.PUBLISHED]


def test_what_comes_before_a_group_is_done_before_the_database_is_locked(world: World, writer: GroupWriter) -> None:
    """It waits for another disk; whoever claims must not wait for that too."""
    world.delivery()
    begins, seen = Begins(world.database), []
    writer.before(_all, lambda items: seen.append((list(items), begins.count)))
    writer.start()

    assert writer.hand_in(_all, 1, "one").result(10)
    assert seen == [(["one"], 0)]


def test_what_fails_before_a_group_concerns_only_that_group(world: World, writer: GroupWriter) -> None:
    """A journal that cannot be written stops posting; what came of other calls is written all the same."""
    world.delivery()
    (claimed,) = world.claim()

    def refuse(_items: Sequence[Any]) -> None:
        raise Unavailable("no room")

    writer.before(_all, refuse)
    refused = writer.hand_in(_all, 7, "one")
    written = writer.hand_in(
        outcomes.record, claimed.delivery_id, outcome(claimed, State.PUBLISHED, world.clock(), name="receipt")
    )
    writer.start()

    assert written.result(10)
    with pytest.raises(Unavailable, match="no room"):
        refused.result(10)


def _all(_tx: Transaction, items: Sequence[Any]) -> set[int]:
    return set(range(1, len(items) + 1))


def test_what_the_group_did_not_accept_is_told(world: World, writer: GroupWriter) -> None:
    """A sender that lost its fence hears it, and stops."""
    world.delivery()
    (old,) = world.claim()
    world.record(outcome(old, State.WAITING, world.clock(), next_at=world.clock()))
    writer.start()

    late = outcome(old, State.FAILED, world.clock())

    assert writer.hand_in(outcomes.record, old.delivery_id, late).result(10) is False


def test_each_of_two_words_about_one_delivery_gets_its_own_answer(world: World, writer: GroupWriter) -> None:
    """Two that wait together must not share one yes: the one whose fence is old would post as well."""
    number = world.delivery()
    (old,) = world.claim()
    world.record(outcome(old, State.WAITING, world.clock(), next_at=world.clock()))
    (new,) = world.claim()
    made = [outcome(new, State.PUBLISHED, world.clock(), name="receipt"), outcome(old, State.FAILED, world.clock())]
    promised = [writer.hand_in(outcomes.record, number, one) for one in made]

    writer.start()

    assert [one.result(10) for one in promised] == [True, False]
    assert world.state(number) is State.PUBLISHED


def test_closing_writes_everything_first(world: World) -> None:
    """What a platform has said must not be lost because we were asked to stop."""
    numbers = [world.delivery() for _ in range(30)]
    writer = GroupWriter(world.database, most=7)
    made = [outcome(one, State.PUBLISHED, world.clock(), name="receipt") for one in world.claim()]
    promised = [writer.hand_in(outcomes.record, one.delivery_id, one) for one in made]
    writer.start()

    writer.close()

    assert all(one.done() and one.result() for one in promised)
    assert {world.state(one) for one in numbers} == {State.PUBLISHED}


def test_what_is_handed_in_after_closing_is_refused(database: Database) -> None:
    """Nobody may wait for ever for a writer that has gone home."""
    writer = GroupWriter(database)
    writer.start()
    writer.close()

    with pytest.raises(Unavailable):
        writer.hand_in(_accept, 1, 1).result(1)


def test_a_database_that_is_away_is_asked_once_for_the_whole_group(database: Database, writer: GroupWriter) -> None:
    """Asking again for each of 256 would wait out the lock 256 times."""
    asked: list[Sequence[Any]] = []

    def away(_tx: Transaction, items: Sequence[Any]) -> set[int]:
        asked.append(items)
        raise Unavailable("the database is away")

    promised = [writer.hand_in(away, number, number) for number in range(5)]
    writer.start()
    wait(promised, 10)

    assert asked == [[0, 1, 2, 3, 4]]
    assert all(isinstance(one.exception(), Unavailable) for one in promised)


def test_the_writer_survives_what_a_group_raises(database: Database, writer: GroupWriter) -> None:
    """One programming error must not stop every later outcome from being written."""

    def broken(_tx: Transaction, _items: Sequence[Any]) -> set[int]:
        raise ZeroDivisionError

    writer.start()
    first: Future[bool] = writer.hand_in(broken, 1, 1)

    with pytest.raises(ZeroDivisionError):
        first.result(10)
    assert writer.hand_in(_accept, 2, 2).result(10) is True


def test_a_promise_is_kept_only_after_the_commit(world: World, writer: GroupWriter) -> None:
    """Whoever is told "written" may let a platform act on it."""
    seen: list[int] = []
    inside, go_on = threading.Event(), threading.Event()

    def slow(tx: Transaction, items: Sequence[Any]) -> set[int]:
        now = world.clock()
        tx.execute(insert(heartbeat).values(id=1, owner="x", started_at=now, beat_at=now, tzdata="x"))
        inside.set()
        go_on.wait(10)
        return set(items)

    writer.start()
    promise = writer.hand_in(slow, 1, 1)
    promise.add_done_callback(lambda _: seen.append(world.count("heartbeat")))

    assert inside.wait(10)
    assert not promise.done()
    assert world.count("heartbeat") == 0
    go_on.set()
    assert promise.result(10) is True
    writer.hand_in(_accept, 2, 2).result(10)
    assert seen == [1]


def outcome_without_proof(good: Outcome) -> Outcome:
    return replace(good, permalink=None)


def _accept(_tx: Transaction, items: Sequence[Any]) -> set[int]:
    return set(items)
