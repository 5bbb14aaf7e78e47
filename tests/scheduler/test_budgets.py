"""A month's posts are kept to, however many senders there are, and the budget ends with an account that waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from adapters.contract import Ambiguous, Failure, Receipt, Rejected, Retryable
from adapters.parts import parts_out
from scheduler.budgets import made_this_month
from scheduler.model import State
from scheduler.store import claims, outcomes, pauses, spending
from tests.fakes.adapter import OBEDIENT, Gate, ObedientAdapter
from tests.fakes.world import outcome
from tests.scheduler.office import Office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapters.contract import Progress
    from posts.model import Message
    from tests.fakes.world import World

FEED = "ge-feed"
THREADED = replace(OBEDIENT, limits=replace(OBEDIENT.limits, parts_max=9))


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


# --- threads: each part is a post that is paid


class Threads:
    """Puts out the parts one by one; where `breaks` names one, it is not out, or nobody knows, at the first try."""

    def __init__(self, breaks: int = 0, failure: Failure | None = None):
        self.out: list[str] = []
        self._breaks = breaks
        self._failure = failure
        self._numbers = count(1)

    def adapter(self) -> ObedientAdapter:
        return ObedientAdapter(profile=THREADED, script=[self] * 20)

    def __call__(self, message: Message, _key: str, progress: Progress) -> Receipt:
        out = len(parts_out(progress))
        progress.posting()
        for number in range(out + 1, len(message.parts) + 1):
            if number == self._breaks and self._failure:
                failure, self._failure = self._failure, None
                raise failure
            self.out.append(message.parts[number - 1])
            name = f"r{next(self._numbers)}"
            progress.save(f"part-{number}", {"id": name, "permalink": f"https://obedient.example/{name}"})
        first = parts_out(progress)[0]
        return Receipt(remote_id=str(first["id"]), permalink=str(first["permalink"]))


def thread(parts: int) -> str:
    return "\n---\n".join(f"part {number}" for number in range(1, parts + 1))


def test_a_thread_counts_each_of_its_parts(world: World, office: Callable[[ObedientAdapter], Office]) -> None:
    """Each is a post that is paid: three parts are the whole month."""
    world.delivery(words=thread(3))
    threads = Threads()
    office(threads.adapter()).pass_on()
    assert (len(threads.out), made(world)) == (3, 3)


def test_a_thread_that_does_not_fit_whole_does_not_begin(
    world: World, office: Callable[[ObedientAdapter], Office]
) -> None:
    """Its first parts alone would stand there in public until the next month."""
    world.delivery(words="alone")
    threads = Threads()
    here = office(threads.adapter())
    here.pass_on()
    long = world.row(world.delivery(words=thread(3)))["id"]
    here.pass_on()
    assert threads.out == ["alone"]
    row = world.row(long)
    assert row["state"] == State.HELD
    assert (
        "has made 1 of its 3 posts of July 2027 (UTC), and the 3 parts of this thread are a post each" in row["reason"]
    )


def test_threads_at_once_do_not_spend_the_same_post(world: World, office: Callable[[ObedientAdapter], Office]) -> None:
    """Each has seen room before; only the commit before the calls knows, and it counts the parts."""
    for _ in range(4):
        world.delivery(words=thread(2))
    threads = Threads()
    here = office(threads.adapter())
    here.begin()
    here.finish()
    here.pass_on()
    assert threads.out == ["part 1", "part 2"]


@pytest.mark.parametrize(
    ("failure", "first", "state"),
    [(Retryable("later"), 1, State.WAITING), (Ambiguous("no answer"), 2, State.UNCLEAR)],
)
def test_of_a_thread_that_breaks_off_only_what_may_be_out_is_counted(
    world: World, office: Callable[[ObedientAdapter], Office], failure: Failure, first: int, state: State
) -> None:
    """Its later parts are counted when they go, or a thread that is broken off twice would cost a month."""
    number = world.delivery(words=thread(3))
    threads = Threads(breaks=2, failure=failure)
    here = office(threads.adapter())
    here.pass_on()
    assert (world.state(number), made(world)) == (state, first)
    if state is State.WAITING:
        world.clock.tick(minutes=30)
        here.pass_on()
        assert (world.state(number), len(threads.out), made(world)) == (State.PUBLISHED, 3, 3)


def test_a_thread_that_a_dead_sender_had_begun_is_counted_whole(world: World) -> None:
    """Doubt is counted as spent."""
    world.delivery(words=thread(3))
    (claimed,) = world.claim()
    with world.database.write() as tx:
        claims.may_post(tx, [(claimed.delivery_id, claimed.fence, claimed.content_hash, world.clock())])
        spending.set_aside(tx, {claimed.attempt_id: 3})
        outcomes.recover(tx, now=world.clock())
    assert made(world) == 3


def test_what_the_journal_knows_of_a_dead_sender_is_counted_by_it(world: World) -> None:
    """The platform's refusal was written there: nothing went out, and nothing is spent."""
    world.delivery()
    (claimed,) = world.claim()
    told = outcome(claimed, State.WAITING, world.clock(), name="retryable")
    with world.database.write() as tx:
        claims.may_post(tx, [(claimed.delivery_id, claimed.fence, claimed.content_hash, world.clock())])
        outcomes.recover(
            tx, now=world.clock(), told={(claimed.delivery_id, claimed.fence, claimed.key): replace(told, attempt_id=0)}
        )
    assert made(world) == 0
