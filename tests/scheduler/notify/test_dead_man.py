"""The dead man's switch: it hears of complete cycles and of nothing else, and holds up nobody."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from scheduler.notify.dead_man import PASS_HOLDS_S, DeadMan
from tests.adapters.raw_server import RawServer, answering, drip, drip_headers, flood, hang

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from pathlib import Path

WELL = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")
CANARY = "canary-7f3a"
A_WHILE_S = 0.3  # in which a ping would surely have come


class Ticking:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def watching(server: RawServer, tmp_path: Path, clock: Callable[[], float] | None = None) -> Iterator[DeadMan]:
    dead_man = DeadMan(f"{server.url}/{CANARY}", tmp_path, {}, every_s=0, clock=clock or Ticking())
    dead_man.start()
    yield dead_man
    dead_man.end()


def pings(server: RawServer, at_least: int) -> int:
    for _ in range(100):
        if len(server.heads) >= at_least:
            break
        threading.Event().wait(0.05)
    return len(server.heads)


def test_a_complete_cycle_is_told(tmp_path: Path) -> None:
    """Then silence means something."""
    with RawServer(WELL) as server, watching(server, tmp_path) as dead_man:
        dead_man.passed()
        dead_man.beaten(None)
        assert pings(server, 1) == 1
        assert server.heads[0].startswith(f"GET /{CANARY} HTTP/1.1".encode())
        dead_man.beaten(None)
        assert pings(server, 2) == 2


def test_a_cycle_that_is_not_complete_is_not_told(tmp_path: Path) -> None:
    """A heartbeat alone comes from a thread that goes on while the one that sends hangs."""
    clock = Ticking()
    with RawServer(WELL) as server, watching(server, tmp_path, clock) as dead_man:
        dead_man.beaten(None)
        dead_man.passed()
        dead_man.beaten("The disk is full.")
        clock.now += PASS_HOLDS_S
        dead_man.beaten(None)
        threading.Event().wait(A_WHILE_S)
        assert server.heads == []


@pytest.mark.parametrize("behave", [hang, drip, drip_headers, flood])
def test_a_service_that_does_not_end_its_answer_holds_up_nobody(
    tmp_path: Path, behave: Callable[[socket.socket, threading.Event], None]
) -> None:
    """Neither a pass nor a heartbeat nor the end of the daemon."""
    with RawServer(behave) as server:
        begun = time.monotonic()
        with watching(server, tmp_path) as dead_man:
            dead_man.passed()
            dead_man.beaten(None)
            assert pings(server, 1) == 1
            dead_man.passed()
            dead_man.beaten(None)
        assert time.monotonic() - begun < 5


def test_a_call_ends_within_ten_seconds_as_a_whole(tmp_path: Path) -> None:
    """A byte now and then would otherwise keep it for ever, and the next sign of life would never go out."""
    with RawServer(drip_headers) as server:
        begun = time.monotonic()
        why = DeadMan(f"{server.url}/{CANARY}", tmp_path, {}).ping()
        assert time.monotonic() - begun < 10
    assert why.startswith("no answer (")
    assert CANARY not in why


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "it answers 404"),
        (b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", "it answers 302"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
    ],
)
def test_only_a_good_answer_is_one(tmp_path: Path, answer: bytes, why: str) -> None:
    """A mistyped address must not read as watched."""
    with RawServer(answering(answer)) as server:
        assert DeadMan(f"{server.url}/{CANARY}", tmp_path, {}).ping() == why


def test_the_address_may_be_kept_as_a_secret(tmp_path: Path) -> None:
    """Whoever has it can keep the switch quiet."""
    with RawServer(WELL) as server:
        assert DeadMan("env:PING", tmp_path, {"PING": f"{server.url}/x/"}).ping() == ""
        assert server.heads[0].startswith(b"GET /x/ ")
    assert "PING is not set" in DeadMan("env:PING", tmp_path, {}).ping()
