"""Rows that break whoever touches them: put aside with a reason, and everything else goes on."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest

from adapters.contract import NotReady, Receipt, Rejected, Retryable
from scheduler.model import State
from scheduler.store import claims, lists, outcomes
from scheduler.store.lists import Filter
from scheduler.traffic import Portion
from tests.fakes.adapter import ObedientAdapter
from tests.fakes.world import World
from tests.scheduler.office import Office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapters.contract import Progress
    from posts.model import Message
    from scheduler.store.database import Database
    from tests.fakes.clock import Clock

LONG_S = 4
POISONS = {
    "a lone surrogate": "half an emoji \ud83d",
    "NUL": "before\0after",
    "a megabyte": "ადამიანი " * 120_000,
    "letters that turn the line around": "\u202e\u2066abc\u202d" * 200,
    "ten thousand hashtags": " ".join(f"#tag{number}" for number in range(10_000)),
}


@pytest.fixture
def office(world: World) -> Iterator[Callable[..., Office]]:
    """Opens offices over this test's world, and closes them at its end."""
    opened: list[Office] = []

    def open_one(adapter: ObedientAdapter | None = None, **more: Any) -> Office:
        opened.append(Office(world, adapter or ObedientAdapter(), **more))
        return opened[-1]

    yield open_one
    for one in opened:
        one.stop()


@pytest.mark.parametrize("poison", list(POISONS))
def test_an_absurd_text_stops_only_itself(world: World, office: Callable[..., Office], poison: str) -> None:
    """What a platform would choke on is refused here, in words; whatever way it came past the desk."""
    number = world.delivery()
    (claimed,) = world.claim()
    here = office(adapter := ObedientAdapter())
    before = monotonic()
    here.courier.send(replace(claimed, post=replace(claimed.post, text=POISONS[poison])))
    here.written()

    assert monotonic() - before < LONG_S
    assert (world.state(number), adapter.calls) == (State.FAILED, [])
    assert len(world.row(number)["reason"]) < 1000


# --- what cannot be read back


@pytest.mark.parametrize("broken", ["{", "[]", '{"part-1": 7}', "nothing"])
def test_what_cannot_be_read_is_held_and_the_others_go(database: Database, clock: Clock, broken: str) -> None:
    """One broken row in the claim would otherwise keep everything from going out, and nobody would know which."""
    world = World(database, clock)
    first, bad, last = world.delivery(), world.delivery(), world.delivery()
    _break(world, bad, broken)
    here = Office(world, adapter := ObedientAdapter())
    here.pass_on()
    here.pass_on()
    here.stop()

    assert [world.state(one) for one in (first, bad, last)] == [State.PUBLISHED, State.HELD, State.PUBLISHED]
    assert "cannot be read" in world.row(bad)["reason"]
    assert [one["verb"] for one in world.audit(f"delivery:{bad}")] == ["quarantine"]
    assert world.attempts(bad) == []
    assert len(adapter.calls) == 2


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # PostgreSQL keeps no broken JSON
def test_what_cannot_be_read_is_still_listed(database: Database, clock: Clock) -> None:
    """Held with a reason is worth nothing where the list breaks on it."""
    world = World(database, clock)
    bad = world.delivery()
    _break(world, bad, "{")
    with database.read() as tx:
        (row,) = lists.queue(tx, Filter())
    assert row["progress"] == {"unreadable": "{"}


# --- what ends the program


def test_what_three_times_ended_the_program_while_it_was_prepared_is_held(world: World) -> None:
    """A fourth time it would do the same, and take all that is in hand with it again."""
    number = world.delivery()
    for state in (State.WAITING, State.WAITING, State.HELD):
        world.claim()
        _restart(world)
        assert world.state(number) is state
    assert "three times in a row the program ended" in world.row(number)["reason"]
    assert [one["outcome"] for one in world.attempts(number)] == ["died"] * 3


def test_before_it_is_held_it_is_tried_with_nothing_else_in_hand(world: World, office: Callable[..., Office]) -> None:
    """Who is killed from outside while a hundred posts are prepared has convicted none of them."""
    twice, free, late = world.delivery(), world.delivery("tj-feed"), world.delivery("tj-feed")
    for _ in range(2):
        world.claim(most=1)
        _restart(world)
    company: list[set[State]] = []

    def call(message: Message, key: str, progress: Progress) -> Receipt:
        here.courier.pass_on()  # while it is being prepared
        company.append({world.state(one) for one in (free, late)})
        progress.posting()
        return adapter.put_out(message, key)

    adapter = ObedientAdapter(script=[call])
    here = office(adapter, size=4)
    here.pass_on()
    here.pass_on()

    assert company == [{State.WAITING}]
    assert {world.state(one) for one in (twice, free, late)} == {State.PUBLISHED}


def test_what_is_to_be_tried_alone_waits_until_nothing_is_in_hand_and_nothing_more_is_taken_up() -> None:
    """Otherwise a busy day never finds the moment, and the post is a silent miss."""
    busy = Portion({"a": "one", "b": "two"}, {"one": 9, "two": 9}, {}, idle=False)

    assert busy.take("a", deaths=0)
    assert not busy.take("a", deaths=2)
    assert not busy.take("b", deaths=0)
    assert sorted(busy.shut()) == ["a", "b"]
    assert busy.left() == {"one", "two"}


def test_of_those_that_were_in_hand_at_a_crash_one_is_prepared_at_a_time(
    world: World, office: Callable[..., Office]
) -> None:
    """So that a second crash convicts one, and not a hundred that only stood beside it; the others are not delayed."""
    suspects = [world.delivery() for _ in range(3)]
    world.claim()
    _restart(world)
    fresh = world.delivery()
    seen: list[list[State]] = []

    def call(message: Message, key: str, progress: Progress) -> Receipt:
        seen.append([world.state(one) for one in suspects])
        progress.posting()
        return adapter.put_out(message, key)

    adapter = ObedientAdapter(script=[call] * 9)
    here = office(adapter, size=4)
    here.pass_on()
    assert world.state(fresh) is State.PUBLISHED
    for _ in range(3):
        here.pass_on()

    assert {world.state(one) for one in suspects} == {State.PUBLISHED}
    assert all(states.count(State.SENDING) <= 1 for states in seen)


def test_the_next_suspect_need_not_wait_for_the_answer(world: World, office: Callable[..., Office]) -> None:
    """A platform that takes ten seconds for each would keep a hundred of them until they are late."""
    first, second = world.delivery(), world.delivery()
    world.claim()
    _restart(world)
    room: list[int] = []
    here = office(ObedientAdapter(), size=4, on_room=lambda: room.append(1))
    here.pass_on()

    assert [world.state(one) for one in (first, second)] == [State.PUBLISHED, State.WAITING]
    assert room == [1]


@pytest.mark.parametrize("told", [None, Retryable("busy"), Rejected("no"), NotReady(after=timedelta(minutes=1))])
def test_whoever_lived_through_it_is_no_suspect_any_more(world: World, told: Any) -> None:
    """Two crashes a week apart convict nobody."""
    number = world.delivery()
    (claimed,) = world.claim()
    _restart(world)
    assert world.row(number)["deaths"] == 1
    (claimed,) = world.claim()
    assert claimed.deaths == 1
    here = Office(world, ObedientAdapter(script=[told] if told else []))
    here.courier.send(claimed)
    here.written()
    here.stop()

    assert world.row(number)["deaths"] == 0


def test_what_was_only_handed_back_stays_under_suspicion(world: World) -> None:
    """It was not even begun."""
    number = world.delivery()
    world.claim()
    _restart(world)
    (claimed,) = world.claim()
    here = Office(world, ObedientAdapter())
    here.courier.put_back(claimed)
    here.written()
    here.stop()

    assert (world.state(number), world.row(number)["deaths"]) == (State.WAITING, 1)


def test_a_crash_while_posting_convicts_nobody(world: World) -> None:
    """It may be out: that is another question, and the more important one."""
    number = world.delivery()
    (claimed,) = world.claim()
    with world.database.write() as tx:
        claims.may_post(tx, [(number, claimed.fence, claimed.content_hash, world.clock())])
    _restart(world)

    assert (world.state(number), world.row(number)["deaths"]) == (State.UNCLEAR, 0)


# --- a sender that ends, a commit whose answer is lost


def test_a_sender_that_wants_to_exit_ends_only_its_own_post(world: World, office: Callable[..., Office]) -> None:
    """A library that calls exit() must not leave a post that looks as if somebody were sending it."""
    number, good = world.delivery(), world.delivery()

    def leave(message: Message, key: str, progress: Progress) -> Receipt:
        sys.exit(1)

    here = office(ObedientAdapter(script=[leave]), size=1)
    here.pass_on()
    here.pass_on()

    assert (world.state(number), world.state(good)) == (State.WAITING, State.PUBLISHED)
    assert world.attempts(number)[0]["outcome"] == "own_fault"


def test_an_answer_that_breaks_us_leaves_no_post_in_the_dark(world: World, office: Callable[..., Office]) -> None:
    """The call was made: it is found by its stage and looked up, and its server's other posts go on."""
    number, good = world.delivery(), world.delivery()

    def answer(message: Message, key: str, progress: Progress) -> Receipt:
        progress.posting()
        return Receipt(remote_id="7", permalink="https://obedient.example/7", evidence=None)  # type: ignore[arg-type]

    here = office(ObedientAdapter(script=[answer]), size=1)
    here.pass_on()
    here.pass_on()
    assert (world.state(number), world.state(good)) == (State.SENDING, State.PUBLISHED)

    world.clock.tick(seconds=30)
    here.pass_on()
    assert world.state(number) is State.UNCLEAR


def test_memory_that_is_not_there_is_one_post_s_trouble(world: World, office: Callable[..., Office]) -> None:
    """A huge picture that cannot be loaded is tried again later; the others need less."""
    number, good = world.delivery(), world.delivery()

    def starve(message: Message, key: str, progress: Progress) -> Receipt:
        raise MemoryError

    here = office(ObedientAdapter(script=[starve]), size=1)
    here.pass_on()
    here.pass_on()

    assert (world.state(number), world.state(good)) == (State.WAITING, State.PUBLISHED)


@pytest.mark.parametrize(("stage", "state"), [("preparing", State.WAITING), ("posting", State.UNCLEAR)])
def test_what_nobody_has_in_hand_is_sorted_out_while_we_run(
    world: World, office: Callable[..., Office], stage: str, state: State
) -> None:
    """The claim was committed and its answer lost: no restart must be needed to find the post again."""
    here = office()
    number = world.delivery()
    world.claim()
    world.run("UPDATE attempt SET stage = :stage", stage=stage)
    here.pass_on()
    assert world.state(number) is State.SENDING

    world.clock.tick(seconds=30)
    with world.database.write() as tx:
        here.courier._sweep(tx, world.clock())

    assert (world.state(number), world.row(number)["deaths"]) == (state, 0)
    assert world.attempts(number)[0]["outcome"] == "lost"


def test_what_is_in_hand_is_not_swept_away(world: World, office: Callable[..., Office]) -> None:
    """A slow upload of ten minutes is nobody's leftover."""
    number = world.delivery()

    def call(message: Message, key: str, progress: Progress) -> Receipt:
        world.clock.tick(minutes=10)
        with world.database.write() as tx:
            here.courier._sweep(tx, world.clock())
        progress.posting()
        return adapter.put_out(message, key)

    adapter = ObedientAdapter(script=[call])
    here = office(adapter)
    here.pass_on()

    assert world.state(number) is State.PUBLISHED


def _restart(world: World) -> None:
    with world.database.write() as tx:
        outcomes.recover(tx, now=world.clock())


def _break(world: World, number: int, broken: str) -> None:
    if world.database.dialect == "sqlite":
        world.run("UPDATE delivery SET progress = :broken WHERE id = :id", broken=broken, id=number)
    else:
        world.run("UPDATE delivery SET progress = '[]' WHERE id = :id", id=number)
