"""A daemon that is stopped in the middle of a post, loses its place meanwhile, and wakes to find another at work."""

from __future__ import annotations

import signal
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapters.scripted.mastodon import MastodonServer
from scheduler.store.database import open_database
from tests.journeys.house import TOKEN, House, until
from tests.scheduler.store.test_lock import cut_off

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.scripted.server import Reply, Request

PATIENCE_S = 60
DUE_IN_S = 25  # the commands that queue it take a while on a busy machine
WHO = ("GET", "/api/v1/accounts/verify_credentials")


class FirstWaits(MastodonServer):
    """Lets the first who asks whose account it is wait until it may go on."""

    def __init__(self) -> None:
        super().__init__(lambda: datetime.now(UTC), {TOKEN: "iom"})
        self.asked = threading.Event()
        self.go_on = threading.Event()

    def meet(self, request: Request) -> tuple[Reply, Any]:
        if (request.method, request.path) == WHO and not self.asked.is_set():
            self.asked.set()
            self.go_on.wait(PATIENCE_S)
        return super().meet(request)


@pytest.fixture
def slow() -> Iterator[FirstWaits]:
    with FirstWaits() as made:
        yield made
        made.go_on.set()


@pytest.fixture
def house(tmp_path: Path, url: str, slow: FirstWaits) -> Iterator[House]:
    made = House(folder=tmp_path, database_url=url, platform="mastodon", base_url=slow.url)
    made.build(f"{datetime.now(UTC):%Y-%m-%d}")
    yield made
    for one in made.daemons:
        if one.poll() is None:
            one.send_signal(signal.SIGCONT)
    made.stop_all()


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_whoever_wakes_after_another_took_over_makes_no_call(house: House, slow: FirstWaits, url: str) -> None:
    """A laptop lid, a paused machine: between the claim and the call nobody may have to be awake."""
    claim_one(house, slow)
    first = house.daemons[0]
    first.send_signal(signal.SIGSTOP)
    lose_the_place(url)
    house.start_daemon()
    until(lambda: house.states() == {"published": 1}, within_s=PATIENCE_S, what="the second daemon publishes it")

    first.send_signal(signal.SIGCONT)
    slow.go_on.set()

    assert first.wait(PATIENCE_S) == 2
    assert house.states() == {"published": 1}
    assert len(slow.accepted) == 1


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_a_daemon_that_lost_its_place_to_nobody_takes_it_again(house: House, slow: FirstWaits, url: str) -> None:
    """A failover of the database cuts every session; somebody has to send afterwards."""
    slow.asked.set()
    house.start_daemon()
    until(lambda: house.run("status")["heartbeat_at"], within_s=PATIENCE_S, what="it runs")
    lose_the_place(url)

    queue_one(house)

    until(lambda: house.states() == {"published": 1}, within_s=PATIENCE_S, what="it is published")
    assert house.daemons[0].poll() is None
    assert house.call("daemon").returncode == 2


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_stopped_process_keeps_its_lock_on_a_file_and_goes_on_when_it_wakes(house: House, slow: FirstWaits) -> None:
    """Nobody takes over from it: the system frees the lock of a dead process, not of one that sleeps."""
    claim_one(house, slow)
    first = house.daemons[0]
    first.send_signal(signal.SIGSTOP)
    assert house.call("daemon").returncode == 2

    first.send_signal(signal.SIGCONT)
    slow.go_on.set()

    until(lambda: house.states() == {"published": 1}, within_s=PATIENCE_S, what="it is published")
    assert len(slow.accepted) == 1


def lose_the_place(url: str) -> None:
    """The server has ended the session that holds the one sender's place."""
    database = open_database(url)
    cut_off(database)
    database.close()


def claim_one(house: House, slow: FirstWaits) -> None:
    """A post's delivery is in the first daemon's hands, and nothing of it is out."""
    house.start_daemon()
    queue_one(house)
    assert slow.asked.wait(PATIENCE_S)


def queue_one(house: House) -> None:
    """A post is due soon."""
    at = f"{datetime.now(UTC) + timedelta(seconds=DUE_IN_S):%Y-%m-%dT%H:%M:%S}Z"
    words = ("queue", "add", "--mission", "GE", "--at", at, "--text", "ადამიანი არ იყიდება", "--kind", "evergreen")
    (post,) = house.run(*words)["posts"]
    house.run("queue", "submit", str(post))
