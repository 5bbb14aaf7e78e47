"""Slow and broken platforms: each has its share of senders, is left alone for a while, and delays nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapters.contract import NotReady, Rejected, Retryable
from posts.model import Account
from scheduler.model import State
from scheduler.store import lists
from scheduler.traffic import Rest, server_of
from tests.fakes.adapter import Gate, ObedientAdapter
from tests.fakes.world import World
from tests.scheduler.office import Office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scheduler.store.database import Database
    from tests.fakes.clock import Clock

MINUTE = timedelta(minutes=1)
DOWN = Retryable("no connection")
ACCOUNTS = (
    Account(id="ge-feed", mission="GE", platform="obedient", base_url="https://slow.example"),
    Account(id="tj-feed", mission="TJ", platform="obedient", base_url="https://slow.example/"),
    Account(id="ge-wall", mission="GE", platform="obedient", base_url="https://good.example"),
)


@pytest.fixture
def world(database: Database, clock: Clock) -> World:
    made = World(database, clock, ACCOUNTS)
    with database.write() as tx:
        lists.beat(tx, owner="test:1", started_at=clock(), now=clock(), tzdata="2027a")
    return made


@pytest.fixture
def office(world: World) -> Iterator[Callable[..., Office]]:
    """Opens offices over this test's world, and closes them at its end."""
    opened: list[Office] = []

    def open_one(slow: ObedientAdapter, good: ObedientAdapter | None = None, **more: Any) -> Office:
        adapters = {"ge-feed": slow, "tj-feed": slow, "ge-wall": good or ObedientAdapter()}
        opened.append(Office(world, adapters, **more))
        return opened[-1]

    yield open_one
    for one in opened:
        one.stop()


@pytest.mark.parametrize(
    ("base_url", "server"),
    [
        ("https://social.example/", "social.example"),
        ("http://127.0.0.1:8080/api", "127.0.0.1:8080"),
        ("https://name:secret@social.example", "social.example"),
        ("", "obedient"),
        ("no address", "obedient"),
        ("http://[::1", "obedient"),
    ],
)
def test_accounts_share_what_their_server_allows(base_url: str, server: str) -> None:
    """Two Mastodon servers fail apart; the accounts of one platform without an address fail together."""
    assert server_of(Account(id="a", mission="GE", platform="obedient", base_url=base_url)) == server


# --- one slow platform


def test_calls_that_hang_at_one_server_delay_nobody_else(world: World, office: Callable[..., Office]) -> None:
    """More of them than there are senders, and longer due than all others: these go at their second nevertheless."""
    hang = [world.delivery("ge-feed", due=world.clock() - MINUTE) for _ in range(20)]
    quick = [world.delivery("ge-wall") for _ in range(20)]
    gate = Gate()
    here = office(ObedientAdapter(gate=gate), size=2)
    for _ in range(len(quick)):
        here.begin()
        here.wait_for(lambda: here.lanes.room("good.example") == 4)

    assert {(world.state(one), world.row(one)["late_by_s"]) for one in quick} == {(State.PUBLISHED, 0)}
    assert sum(world.state(one) is State.SENDING for one in hang) == 4
    gate.open()
    here.finish()


def test_a_server_whose_senders_are_busy_is_wanted_again_when_one_is_free(
    world: World, office: Callable[..., Office]
) -> None:
    """Otherwise its posts would wait for whatever wakes the daemon next."""
    for _ in range(5):
        world.delivery("ge-feed")
    gate = Gate()
    here = office(ObedientAdapter(gate=gate), size=2)
    here.begin()
    assert not here.courier.wanted("slow.example")

    gate.open()
    here.finish()

    assert here.courier.wanted("slow.example")
    assert not here.courier.wanted("good.example")


# --- a server that fails


def test_a_server_that_fails_is_left_alone_and_the_others_go_on(world: World, office: Callable[..., Office]) -> None:
    """All its accounts rest; no try is burned, and nothing of it is even claimed."""
    tried = [world.delivery("ge-feed") for _ in range(5)]
    here = office(down := ObedientAdapter(script=[DOWN] * 9), size=1)
    drain(here, tried)
    spared, good = [world.delivery("ge-feed"), world.delivery("tj-feed")], world.delivery("ge-wall")

    here.pass_on()

    assert [world.state(one) for one in [*spared, good]] == [State.WAITING, State.WAITING, State.PUBLISHED]
    assert [world.row(one)["fence"] for one in spared] == [0, 0]
    assert len(down.calls) == 5


def test_after_the_rest_one_post_is_tried_before_all_others(world: World, office: Callable[..., Office]) -> None:
    """A server that has just come up is not met by all that has gathered; once it took one, all go."""
    tried = [world.delivery("ge-feed") for _ in range(5)]
    here = office(adapter := ObedientAdapter(script=[DOWN] * 6), size=1)
    drain(here, tried)
    first_rest = until(here)
    world.clock.now = first_rest
    here.pass_on()
    assert len(adapter.calls) == 6
    assert until(here) > first_rest

    world.clock.now = until(here)
    here.pass_on()
    assert (len(adapter.calls), len(adapter.published)) == (7, 1)
    world.clock.tick(minutes=8)
    for _ in tried:
        here.pass_on()
    assert {world.state(one) for one in tried} == {State.PUBLISHED}


def test_what_was_claimed_before_the_rest_is_put_back(world: World, office: Callable[..., Office]) -> None:
    """It keeps its time and burns no try: it has not been tried."""
    numbers = [world.delivery("ge-feed") for _ in range(16)]
    here = office(down := ObedientAdapter(script=[DOWN] * 99), size=8)
    for _ in range(3):
        here.pass_on()

    waiting = [world.row(one) for one in numbers if not world.row(one)["tries"]]
    assert len(down.calls) < 16
    assert waiting
    assert all((row["state"], row["next_at"]) == ("waiting", row["due_at"]) for row in waiting)


def test_posts_that_are_refused_do_not_silence_their_server(world: World, office: Callable[..., Office]) -> None:
    """Ten bad texts are ten bad texts."""
    for _ in range(10):
        world.delivery("ge-feed")
    here = office(adapter := ObedientAdapter(script=[Rejected("no", http_status=422)] * 10), size=1)
    for _ in range(10):
        here.pass_on()

    assert len(adapter.calls) == 10


# --- a platform that asks us to wait


def test_too_many_calls_rest_the_account_and_no_other(world: World, office: Callable[..., Office]) -> None:
    """The limit is the account's: its other posts would only be counted against it."""
    asked, spared = world.delivery("ge-feed"), world.delivery("ge-feed")
    other, good = world.delivery("tj-feed"), world.delivery("ge-wall")
    slow = ObedientAdapter(script=[Retryable("slow down", http_status=429, after=10 * MINUTE)])
    here = office(slow, size=1)
    for _ in range(4):
        here.pass_on()

    assert [world.state(one) for one in (other, good)] == [State.PUBLISHED, State.PUBLISHED]
    assert [world.state(one) for one in (asked, spared)] == [State.WAITING, State.WAITING]
    assert world.row(spared)["tries"] == 0
    assert until(here) == world.clock() + 10 * MINUTE
    world.clock.tick(minutes=10)
    for _ in range(3):
        here.pass_on()
    assert [world.state(one) for one in (asked, spared)] == [State.PUBLISHED, State.PUBLISHED]


def test_an_account_rests_also_after_a_restart(world: World, office: Callable[..., Office]) -> None:
    """What a platform asked for is not undone by starting again."""
    world.delivery("ge-feed")
    here = office(ObedientAdapter(script=[Retryable("slow down", http_status=429, after=10 * MINUTE)]))
    here.pass_on()
    here.pass_on()
    spared = world.delivery("ge-feed")
    again = office(slow := ObedientAdapter())
    with world.database.read() as tx:
        again.courier.restore_rests(tx)

    again.pass_on()

    assert (slow.calls, world.state(spared)) == ([], State.WAITING)


def test_a_platform_that_is_still_working_rests_nobody(world: World, office: Callable[..., Office]) -> None:
    """A video that is being encoded holds up its own post only."""
    world.delivery("ge-feed")
    other = world.delivery("tj-feed")
    here = office(ObedientAdapter(script=[NotReady(after=MINUTE)]), size=1)
    for _ in range(3):
        here.pass_on()

    assert world.state(other) is State.PUBLISHED
    assert told(world) == []


# --- said to others


def test_who_rests_is_in_the_database_until_it_is_over(world: World, office: Callable[..., Office]) -> None:
    """Whoever asks for the status is another process."""
    tried = [world.delivery("ge-feed") for _ in range(5)]
    here = office(ObedientAdapter(script=[DOWN] * 5), size=1)
    drain(here, tried)
    (rest,) = told(world)
    assert (rest.scope, rest.subject, rest.why) == ("server", "slow.example", "5 failures in a row")

    world.clock.now = rest.until
    here.pass_on()
    here.pass_on()
    assert told(world) == []


def drain(here: Office, numbers: list[int]) -> None:
    """Each of these was tried once, and one more pass has said what came of it."""
    for _ in [*numbers, 0]:
        here.pass_on()


def until(here: Office) -> datetime:
    """When the only rest there is ends."""
    (rest,) = here.courier._traffic.rests(here.world.clock())
    return rest.until


def told(world: World) -> list[Rest]:
    with world.database.read() as tx:
        return lists.resting(tx)
