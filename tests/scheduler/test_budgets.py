"""A month's posts are kept to, however many senders there are, and the budget ends with an account that waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.contract import Ambiguous, Receipt, Rejected, Retryable
from scheduler.budgets import made_this_month
from scheduler.model import State
from scheduler.store import pauses
from tests.fakes.adapter import Gate, ObedientAdapter
from tests.scheduler.office import Office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapters.contract import Progress
    from posts.model import Message
    from tests.fakes.world import World

FEED = "ge-feed"


@pytest.fixture
def office(world: World) -> Iterator[Callable[[ObedientAdapter], Office]]:
    """Opens an office where the feed may make three posts a month."""
    opened: list[Office] = []
    world.accounts[FEED] = replace(world.accounts[FEED], posts_per_month=3)

    def open_one(adapter: ObedientAdapter) -> Office:
        opened.append(Office(world, adapter, size=8))
        return opened[-1]

    yield open_one
    for one in opened:
        one.stop()


def made(world: World, now: datetime | None = None) -> int:
    with world.database.read() as tx:
        return made_this_month(tx, FEED, now or world.clock())


def test_what_is_beyond_the_budget_waits_for_a_person_who_is_told_how_to_raise_it(
    world: World, office: Callable[[ObedientAdapter], Office]
) -> None:
    """A bill that nobody wanted is a harm; a post that vanished would be one too."""
    numbers, adapter = [world.delivery() for _ in range(5)], ObedientAdapter()
    here = office(adapter)
    for _ in range(3):
        here.pass_on()
    states = [world.state(one) for one in numbers]
    assert states.count(State.PUBLISHED) == 3
    assert len(adapter.published) == made(world) == 3
    assert State.HELD in states
    reason = world.row(numbers[states.index(State.HELD)])["reason"]
    assert "3 posts of July 2027" in reason
    assert "credentials" not in reason
    assert "posts_per_month" in reason
    with world.database.read() as tx:
        assert [one["subject"] for one in pauses.active(tx)] == [FEED]


def test_senders_at_once_do_not_spend_the_same_post(world: World, office: Callable[[ObedientAdapter], Office]) -> None:
    """Each has seen room before; only the commit before the call knows."""
    for _ in range(8):
        world.delivery()
    gate = Gate()
    adapter = ObedientAdapter(gate=gate)
    here = office(adapter)
    here.begin()
    gate.open()
    here.finish()
    here.pass_on()
    assert len(adapter.published) == 3


def test_another_account_is_not_counted(world: World, office: Callable[[ObedientAdapter], Office]) -> None:
    """One mission's money is not another's."""
    numbers, adapter = [world.delivery("ge-wall") for _ in range(5)], ObedientAdapter()
    here = office(adapter)
    here.pass_on()
    here.pass_on()
    assert {world.state(one) for one in numbers} == {State.PUBLISHED}
    assert made(world) == 0


@pytest.mark.parametrize(
    ("failure", "counted"), [(Retryable("later"), 0), (Rejected("too long"), 0), (Ambiguous("no answer"), 1)]
)
def test_what_surely_did_not_go_out_costs_nothing_and_what_may_have_does(
    world: World, office: Callable[[ObedientAdapter], Office], failure: Exception, counted: int
) -> None:
    """Doubt is counted as spent: a budget that is kept only if all goes well is none."""
    world.delivery()

    def fails(_message: Message, _key: str, progress: Progress) -> Receipt:
        progress.posting()
        raise failure

    office(ObedientAdapter(script=[fails])).pass_on()
    assert made(world) == counted


def test_a_new_month_is_a_new_budget(world: World, office: Callable[[ObedientAdapter], Office]) -> None:
    """By UTC, whatever the mission's own time says."""
    world.delivery()
    office(ObedientAdapter()).pass_on()
    first_of_next = (world.clock().replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=0, second=0)
    assert (made(world, first_of_next - timedelta(seconds=1)), made(world, first_of_next)) == (1, 0)
