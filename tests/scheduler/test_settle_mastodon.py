"""Settling at a strict server that takes posts and loses answers, with and without honouring our key."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.http import Http
from adapters.mastodon import Mastodon
from adapters.scripted.mastodon import MastodonServer
from adapters.scripted.mastodon_switches import Switches
from adapters.scripted.server import Mishap, Reply, reply_json
from posts.model import Account
from scheduler.model import State
from tests.adapters.parts import TOKEN, KnownSecret
from tests.fakes.world import World
from tests.scheduler.test_settle import Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapters.scripted.server import Request
    from scheduler.store.database import Database
    from tests.fakes.clock import Clock

STATUSES = "/api/v1/statuses"
WORDS = "ადამიანი არ იყიდება"
KEYS = pytest.mark.parametrize("remembers_keys", [True, False], ids=["keeps keys", "strips keys"])


class Forgetful(MastodonServer):
    """Takes the posting call that makes it hold so many statuses, and never answers it."""

    lost_at = -1

    def meet(self, request: Request) -> tuple[Reply, Mishap | None]:
        reply, mishap = super().meet(request)
        posting = (request.method, request.path) == ("POST", STATUSES)
        return reply, Mishap.CLOSE if posting and len(self.accepted) == self.lost_at else mishap


@pytest.fixture
def open_desk(database: Database, clock: Clock) -> Iterator[Callable[..., tuple[Forgetful, Desk]]]:
    """Opens one desk over a server that differs as told."""
    opened: list[tuple[Forgetful, Desk]] = []

    def open_one(**switches: object) -> tuple[Forgetful, Desk]:
        server = Forgetful(clock, {TOKEN: "iom"}, Switches(**switches)).start()  # type: ignore[arg-type]
        account = Account(id="ge-feed", mission="GE", platform="mastodon", base_url=server.url)
        adapter = Mastodon(account, KnownSecret(TOKEN), http=Http(server.url, read_timeout_s=2))
        opened.append((server, Desk(World(database, clock, (account,)), {"ge-feed": adapter})))
        return opened[-1]

    yield open_one
    for server, desk in opened:
        desk.settler.stop(20)
        desk.office.stop()
        server.stop()


def doubtful(desk: Desk, server: MastodonServer, what: Mishap | Reply, **wish: str) -> int:
    """A delivery whose posting call went wrong in this way."""
    server.will_fail(what, path=STATUSES)
    number = desk.world.delivery(words=WORDS, **wish)
    desk.office.pass_on()
    assert desk.world.state(number) is State.UNCLEAR
    return number


def settled(desk: Desk) -> None:
    """Every look, the pass after them, and all of it once more after a restart."""
    for _ in range(2):
        desk.look_at_every_instant()
        desk.office.pass_on()
        desk.settler = desk.start()


@KEYS
@pytest.mark.parametrize("lag_s", [0, 60, 250], ids=["look 1", "look 2", "look 3"])
def test_a_post_that_was_taken_is_adopted_and_out_once(
    open_desk: Callable[..., tuple[Forgetful, Desk]], lag_s: int, remembers_keys: bool
) -> None:
    """However late the server shows it, and though it ignores our key."""
    server, desk = open_desk(lag=timedelta(seconds=lag_s), remembers_keys=remembers_keys)
    number = doubtful(desk, server, Mishap.CLOSE)
    settled(desk)
    (taken,) = server.accepted
    assert desk.world.state(number) is State.PUBLISHED
    assert desk.world.row(number)["remote_id"] == taken.remote_id


@KEYS
def test_a_post_that_never_arrived_goes_out_once(
    open_desk: Callable[..., tuple[Forgetful, Desk]], remembers_keys: bool
) -> None:
    """Under the same key, so that a server which remembers it is a second guard."""
    server, desk = open_desk(remembers_keys=remembers_keys)
    number = doubtful(desk, server, Reply(status=502))
    settled(desk)
    (taken,) = server.accepted
    row = desk.world.row(number)
    assert (row["state"], row["remote_id"], row["key"]) == (State.PUBLISHED, taken.remote_id, taken.key)


def test_a_server_that_shows_it_only_after_every_look_is_caught_by_the_key(
    open_desk: Callable[..., tuple[Forgetful, Desk]],
) -> None:
    """The call goes again, and the server answers with the post that it has."""
    server, desk = open_desk(lag=timedelta(hours=1))
    number = doubtful(desk, server, Mishap.CLOSE)
    settled(desk)
    assert len(server.accepted) == 1
    assert desk.world.state(number) is State.PUBLISHED


@KEYS
def test_the_same_words_from_before_are_not_taken_for_ours(
    open_desk: Callable[..., tuple[Forgetful, Desk]], remembers_keys: bool
) -> None:
    """Last year's post, or a colleague's: to adopt it would lose ours in silence."""
    server, desk = open_desk(remembers_keys=remembers_keys)
    older = server.write("iom", WORDS)
    desk.world.clock.tick(hours=1)
    number = doubtful(desk, server, Reply(status=502))
    settled(desk)
    assert desk.world.row(number)["remote_id"] not in {older, None}
    assert len(server.accepted) == 2


@KEYS
def test_two_deliveries_with_the_same_words_are_two_posts(
    open_desk: Callable[..., tuple[Forgetful, Desk]], remembers_keys: bool
) -> None:
    """One is out, the other was lost: what the first holds is not adopted by the second."""
    server, desk = open_desk(remembers_keys=remembers_keys)
    first = desk.world.delivery(words=WORDS)
    desk.office.pass_on()
    second = doubtful(desk, server, Reply(status=502))
    settled(desk)
    ids = [desk.world.row(one)["remote_id"] for one in (first, second)]
    assert sorted(ids) == sorted(one.remote_id for one in server.accepted)
    assert len(set(ids)) == 2


@KEYS
@pytest.mark.parametrize("arrived_first", [True, False])
def test_of_two_in_doubt_with_the_same_words_none_is_lost_in_silence(
    open_desk: Callable[..., tuple[Forgetful, Desk]], remembers_keys: bool, arrived_first: bool
) -> None:
    """One arrived and one did not, and nobody can tell which: the second must not be answered with the first's post."""
    server, desk = open_desk(remembers_keys=remembers_keys)
    ways: list[Mishap | Reply] = [Mishap.CLOSE, Reply(status=502)]
    numbers = [doubtful(desk, server, what) for what in (ways if arrived_first else reversed(ways))]
    settled(desk)
    rows = [desk.world.row(one) for one in numbers]
    out = [row["remote_id"] for row in rows if row["state"] == State.PUBLISHED]
    assert out == [server.accepted[0].remote_id]
    assert [row["state"] for row in rows if row["remote_id"] is None] == [State.HELD]
    assert "same words" in next(row["reason"] for row in rows if row["state"] == State.HELD)


@KEYS
@pytest.mark.parametrize("page", [b"", b"<html><h1>502</h1></html>"], ids=["nothing", "page"])
def test_a_post_that_a_proxy_refused_goes_out_once_whatever_its_page_says(
    open_desk: Callable[..., tuple[Forgetful, Desk]], remembers_keys: bool, page: bytes
) -> None:
    """The answer is not the server's own, so it is no word about the post."""
    server, desk = open_desk(remembers_keys=remembers_keys)
    number = doubtful(desk, server, Reply(status=502, body=page))
    settled(desk)
    assert len(server.accepted) == 1
    assert desk.world.state(number) is State.PUBLISHED


@pytest.mark.parametrize("found", [True, False])
def test_a_call_that_is_still_at_work_under_our_key_is_looked_up_and_never_repeated(
    open_desk: Callable[..., tuple[Forgetful, Desk]], found: bool
) -> None:
    """Other software answers 409 while the first call with a key goes on: to send a third one helps nobody."""
    server, desk = open_desk()
    at_work = reply_json({"error": "An identical request is still being processed"}, 409)
    number = doubtful(desk, server, at_work)
    if found:
        server.write("iom", WORDS)
    settled(desk)
    assert desk.world.state(number) is (State.PUBLISHED if found else State.HELD)
    assert len(server.accepted) == (1 if found else 0)


@KEYS
@pytest.mark.parametrize(("lost_at", "state"), [(1, State.HELD), (2, State.HELD), (3, State.PUBLISHED)])
def test_a_thread_whose_answer_was_lost_says_no_part_twice(
    open_desk: Callable[..., tuple[Forgetful, Desk]], remembers_keys: bool, lost_at: int, state: State
) -> None:
    """Whole, it is adopted; in part, a person sees what is out, and how much of it."""
    server, desk = open_desk(remembers_keys=remembers_keys)
    server.lost_at = lost_at
    number = desk.world.delivery(words="ერთი\n---\nორი\n---\nსამი")
    desk.office.pass_on()
    assert desk.world.state(number) is State.UNCLEAR
    settled(desk)
    row = desk.world.row(number)
    assert [one.text for one in server.accepted] == ["ერთი", "ორი", "სამი"][:lost_at]
    assert row["state"] == state
    if state is State.HELD:
        assert f"Only {lost_at} of its 3 parts are out, at {server.url}" in row["reason"]


@KEYS
def test_a_thread_that_never_arrived_goes_out_whole_and_once(
    open_desk: Callable[..., tuple[Forgetful, Desk]], remembers_keys: bool
) -> None:
    """Its first part is not there after every look, so none is."""
    server, desk = open_desk(remembers_keys=remembers_keys)
    server.will_fail(Reply(status=502), path=STATUSES)
    number = desk.world.delivery(words="ერთი\n---\nორი")
    desk.office.pass_on()
    settled(desk)
    assert [one.text for one in server.accepted] == ["ერთი", "ორი"]
    assert desk.world.state(number) is State.PUBLISHED
