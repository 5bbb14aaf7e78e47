"""Settling at a receiver that takes posts and loses answers: what its promise changes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from adapters.http import Http
from adapters.scripted.server import Mishap, Reply
from adapters.webhook import Webhook
from posts.model import Account
from scheduler.bootstrap import create, open_desk, settler_over
from scheduler.model import State
from tests.adapters.parts import TOKEN, KnownSecret
from tests.adapters.receiver import ReceiverServer
from tests.fakes.world import World
from tests.scheduler.test_settle import Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scheduler.store.database import Database
    from tests.fakes.clock import Clock

CONFIG = """
[campaign]
name = "test"
day = 2027-07-30
[[mission]]
code = "GE"
name = "IOM Georgia"
time_zone = "Asia/Tbilisi"
languages = ["ka"]
[[account]]
id = "plain"
mission = "GE"
platform = "webhook"
base_url = "http://127.0.0.1:9"
secret = "env:HOOK"
[[account]]
id = "promising"
mission = "GE"
platform = "webhook"
base_url = "http://127.0.0.1:9"
secret = "env:HOOK"
options = { idempotent = "yes" }
"""


@pytest.fixture
def open_one(database: Database, clock: Clock) -> Iterator[Callable[[str], tuple[ReceiverServer, Desk]]]:
    """Opens one desk over a receiver with this promise."""
    opened: list[tuple[ReceiverServer, Desk]] = []

    def open_it(idempotent: str) -> tuple[ReceiverServer, Desk]:
        seconds = lambda: clock().timestamp()  # noqa: E731 - both sides live in the test's time
        server = ReceiverServer(TOKEN, now=seconds).start()
        options = {"idempotent": idempotent}
        account = Account(id="ge-feed", mission="GE", platform="webhook", base_url=server.url, options=options)
        adapter = Webhook(account, KnownSecret(TOKEN), http=Http(server.url, read_timeout_s=2), clock=seconds)
        opened.append((server, Desk(World(database, clock, (account,)), {"ge-feed": adapter})))
        return opened[-1]

    yield open_it
    for server, desk in opened:
        desk.settler.stop(20)
        desk.office.stop()
        server.stop()


def doubtful(server: ReceiverServer, desk: Desk, what: Mishap | Reply) -> int:
    server.will_fail(what)
    number = desk.world.delivery(words="ადამიანი არ იყიდება")
    desk.office.pass_on()
    assert desk.world.state(number) is State.UNCLEAR
    return number


@pytest.mark.parametrize("what", [Mishap.CLOSE, Mishap.GARBAGE, Reply(status=502)])
def test_a_promising_receiver_has_each_post_once(
    open_one: Callable[[str], tuple[ReceiverServer, Desk]], what: Mishap | Reply
) -> None:
    """Whether it took the lost request or not."""
    server, desk = open_one("yes")
    number = doubtful(server, desk, what)
    desk.look_at_every_instant()
    desk.office.pass_on()
    assert desk.world.state(number) is State.PUBLISHED
    assert len(server.posts) == 1


def test_what_is_unclear_at_any_other_receiver_goes_to_a_person(
    open_one: Callable[[str], tuple[ReceiverServer, Desk]],
) -> None:
    """It may make two posts of one key."""
    server, desk = open_one("no")
    number = doubtful(server, desk, Mishap.CLOSE)
    desk.look()
    assert desk.world.state(number) is State.HELD
    assert len(server.requests) == 1


def test_the_daemons_settler_goes_by_each_accounts_own_promise(tmp_path: Path) -> None:
    """What one receiver promises is not true of another."""
    config = tmp_path / "config.toml"
    config.write_text(CONFIG)
    create(config)
    with open_desk(config) as desk:
        settler = settler_over(desk, threading.Event())
    assert settler._at_once == ["plain"]
