"""The checker sees what it is there to see: a judge that never convicts proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from scheduler.model import State
from tests.faults.checker import Taken, check

if TYPE_CHECKING:
    from scheduler.store.database import Database
    from tests.fakes.world import World


def taken(mark: str = "1", remote_id: str = "r1") -> Taken:
    return Taken(account="ge-feed", mark=mark, remote_id=remote_id)


@pytest.fixture
def number(world: World) -> int:
    return world.delivery(words="n1n Sample")


def test_a_published_post_that_the_platform_has_is_as_it_should_be(
    database: Database, world: World, number: int
) -> None:
    """Without this the others could pass for any reason."""
    world.publish(number, remote_id="r1")
    verdict = check(database, [taken()], expected=1)
    assert verdict.violations == []
    assert verdict.states == {State.PUBLISHED: 1}


def test_a_second_one_is_a_duplicate_whatever_its_id(database: Database, world: World, number: int) -> None:
    """The public sees two posts, not two ids."""
    world.publish(number, remote_id="r1")
    verdict = check(database, [taken(), taken(remote_id="r2")], expected=1)
    assert (verdict.duplicates, len(verdict.violations)) == (1, 1)


def test_published_without_the_platform_is_a_false_published(database: Database, world: World, number: int) -> None:
    """The report says it is out, and nobody will ever look again."""
    world.publish(number, remote_id="r1")
    assert check(database, [], expected=1).lost == 1
    assert check(database, [taken(remote_id="another")], expected=1).lost == 1


@pytest.mark.parametrize("state", [State.WAITING, State.FAILED, State.CANCELLED, State.SKIPPED, State.HELD])
def test_a_yes_that_the_database_does_not_know_of_is_lost(
    database: Database, world: World, number: int, state: State
) -> None:
    """It is one release away from a duplicate."""
    world.bring(number, state)
    verdict = check(database, [taken()], expected=1, settled=False)
    assert (verdict.lost, len(verdict.violations)) == (1, 1)


def test_a_yes_that_is_known_to_be_unclear_is_not_lost(database: Database, world: World, number: int) -> None:
    """Unclear is the honest word for it."""
    world.bring(number, State.UNCLEAR)
    assert check(database, [taken()], expected=1, settled=False).violations == []


@pytest.mark.parametrize("state", [State.WAITING, State.SENDING, State.UNCLEAR])
def test_what_is_still_on_its_way_at_the_end_is_lost(
    database: Database, world: World, number: int, state: State
) -> None:
    """Nobody would ever look."""
    world.bring(number, state)
    assert check(database, [], expected=1).lost == 1
    assert check(database, [], expected=1, settled=False).violations == []


def test_a_delivery_that_is_gone_is_lost(database: Database, world: World, number: int) -> None:
    """The count is the judge of what was there."""
    world.publish(number, remote_id="r1")
    assert check(database, [taken()], expected=2).lost == 1


def test_a_broken_chain_is_seen(database: Database, world: World, number: int) -> None:
    """Whoever can rewrite history can hide a duplicate."""
    world.publish(number, remote_id="r1")
    with database.write() as tx:
        tx.execute(text("UPDATE ledger_head SET last_hash = 'x' WHERE name = 'audit'"))
    assert len(check(database, [taken()], expected=1).violations) == 1
