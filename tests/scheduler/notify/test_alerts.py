"""The bell: everybody is told who can be, nobody waits for one who cannot, and no address is shown anywhere."""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import TYPE_CHECKING

import pytest

from scheduler.alarm.notice import BODY_LENGTH_MAX, Notice, together
from scheduler.notify.alerts import Bell, Told
from tests.adapters.raw_server import RawServer, answering, close, drip, hang, nonsense

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

HELD = Notice(title="july30: 7 held for IOM Georgia", lines=("7 posts are held.", "Type: july30 queue list"))
TAKES_IT = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
REFUSES = answering(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
SENDS_AWAY = answering(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
CANARY = "canary-7f3a"
AT_ONCE_S = 1.0  # an address that hangs takes twenty times as long


def address(server: RawServer) -> str:
    return server.url.replace("http://", "json://") + f"/{CANARY}"


def bell(tmp_path: Path, *addresses: str, within_s: float = 10, **environment: str) -> Bell:
    return Bell(addresses, tmp_path, environment, within_s=within_s)


def ring(one: Bell, stop: threading.Event | None = None) -> list[Told]:
    return one.ring(dict.fromkeys(one.numbers, HELD), stop)


def test_an_address_is_given_title_and_body(tmp_path: Path) -> None:
    """An officer reads both on a telephone."""
    with RawServer(TAKES_IT) as server:
        assert ring(bell(tmp_path, address(server))) == [Told(number=1, ok=True)]
    (body,) = map(json.loads, server.bodies)
    assert (body["title"], body["message"]) == (HELD.title, "7 posts are held.\nType: july30 queue list")


def test_an_address_may_be_kept_as_a_secret(tmp_path: Path) -> None:
    """It opens a mailbox or a channel: it does not belong into config.toml."""
    with RawServer(TAKES_IT) as server:
        (tmp_path / "mail").write_text(address(server) + "\n", encoding="utf-8")
        (tmp_path / "mail").chmod(0o600)
        told = ring(bell(tmp_path, "env:CHAT", "file:mail", CHAT=address(server)))
    assert (told, len(server.bodies)) == ([Told(number=1, ok=True), Told(number=2, ok=True)], 2)


@pytest.mark.parametrize("behave", [REFUSES, SENDS_AWAY, close, nonsense])
def test_an_address_that_does_not_take_it_is_told_by_its_number(
    tmp_path: Path, behave: Callable[[socket.socket, threading.Event], None]
) -> None:
    """A false "sent" is a silent miss; a redirect loses the message and answers 200."""
    with RawServer(behave) as server:
        (told,) = ring(bell(tmp_path, address(server)))
    assert (told.number, told.ok) == (1, False)
    assert told.why == "it was not taken: not reached, or refused"


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("env:NOBODY", "NOBODY is not set"),
        ("file:nowhere", "cannot be read"),
        (f"carrier-pigeon://{CANARY}", "no address that Apprise knows"),
        ("mailto://", "no address that Apprise knows"),
    ],
)
def test_an_address_that_cannot_be_used_says_why_and_nothing_else(tmp_path: Path, written: str, why: str) -> None:
    """Whoever set it up mends it from these words; they are read by others too."""
    one = bell(tmp_path, written)
    for (told,) in (ring(one), one.examine()):
        assert (told.ok, why in told.why, CANARY in told.why) == (False, True, False)


@pytest.mark.parametrize("behave", [hang, drip])
def test_an_address_that_hangs_delays_no_other_and_not_for_long(
    tmp_path: Path, behave: Callable[[socket.socket, threading.Event], None]
) -> None:
    """A dead mail server must not keep the chat silent."""
    with RawServer(behave) as dead, RawServer(TAKES_IT) as alive:
        begun = time.monotonic()
        slow, quick = ring(bell(tmp_path, address(dead), address(alive), within_s=0.5))
        took = time.monotonic() - begun
        assert took < AT_ONCE_S + 0.5
    assert (slow, quick) == (Told(number=1, ok=False, why="no answer within 0.5 s"), Told(number=2, ok=True))


def test_an_address_that_still_hangs_is_not_called_again(tmp_path: Path) -> None:
    """A call every few seconds to one that hangs would pile up threads until the day is over."""
    with RawServer(hang) as dead:
        one = bell(tmp_path, address(dead), within_s=0.2)
        ring(one)
        assert ring(one) == [Told(number=1, ok=False, why="the call before has not ended yet")]


def test_the_daemon_stops_while_an_address_hangs(tmp_path: Path) -> None:
    """A service manager kills what does not end in time, with calls to platforms under way."""
    stop = threading.Event()
    with RawServer(hang) as dead:
        threading.Timer(0.2, stop.set).start()
        begun = time.monotonic()
        ring(bell(tmp_path, address(dead)), stop)
        assert time.monotonic() - begun < AT_ONCE_S


def test_no_address_is_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The library writes what it could not reach into its own log."""
    caplog.set_level(logging.DEBUG)
    with RawServer(REFUSES) as server:
        ring(bell(tmp_path, address(server), f"carrier-pigeon://{CANARY}", f"slack://{CANARY}"))
    assert CANARY not in "\n".join(one.getMessage() for one in caplog.records if one.name.startswith("apprise"))


def test_a_message_is_cut_to_what_channels_take() -> None:
    """One that is refused for its length is one that nobody reads."""
    long = Notice(title="many", lines=("x" * BODY_LENGTH_MAX, "y"))
    assert (len(long.body), long.body[-1]) == (BODY_LENGTH_MAX, "…")


def test_what_could_not_be_told_before_comes_in_one_message() -> None:
    """Sixty messages at once, when the chat is back, are sixty that nobody reads."""
    assert together([HELD]) is HELD
    told = together([HELD, HELD], left_out=3)
    assert told.title == "july30: 7 held for IOM Georgia; 7 held for IOM Georgia, and 3 alerts more"
    assert (told.lines[0], told.lines[1:3]) == (
        "3 older alerts are left out: july30 status says what still holds.",
        (f"== {HELD.title}", "7 posts are held."),
    )
