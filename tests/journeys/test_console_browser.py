"""The console in a real browser: every page is walked, a post is liked, and the browser has nothing to complain of."""

from __future__ import annotations

import shutil
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from scheduler.model import State
from scheduler.store.database import open_database
from scheduler.web.app import console
from tests.journeys.browser import keep, visit
from tests.scheduler.web.newsroom import SCRIPTS, Newsroom

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes.clock import Clock

PAGES = ("/", "/calendar", "/calendar?week=2027-08-02", "/log", "/log?mission=GE&state=published", "/feed")
PATIENCE_S = 20


@pytest.fixture
def base(sqlite_template: Path, clock: Clock, tmp_path: Path) -> Iterator[str]:
    """The address of a console over a small campaign on its day."""
    shutil.copy(sqlite_template, tmp_path / "july30.db")
    database = open_database(f"sqlite:///{tmp_path / 'july30.db'}")
    room = Newsroom(database, clock, tmp_path)
    fill(room)
    with serving(room) as address:
        yield address
    database.close()


def fill(room: Newsroom) -> None:
    """Posts in five scripts, out and to come, and one of each that needs a person."""
    room.clock.tick(days=-3)
    for number, (mission, (_, words)) in enumerate(SCRIPTS.items()):
        picture = room.picture(f"card-{mission}.png", ("teal", "navy", "maroon", "olive", "indigo")[number])
        hour = {"GE": 10, "TJ": 11, "UZ": 11, "BY": 9, "UA": 9}[mission]
        room.queue(mission, at=f"2027-07-30T{hour:02}:00", pictures=[picture], alt_texts=[f"{words} ({mission})"])
        room.queue(mission, f"{words} — 2", f"2027-07-30T{hour + 2}:30")
        room.queue(mission, f"{words} — 3", f"2027-08-0{number + 1}T12:00", approved=number % 2 == 0)
        room.queue(mission, f"{words} — 4", f"2027-07-{27 + number}T16:00")
    for mission, state in (("GE", State.UNCLEAR), ("TJ", State.HELD), ("UZ", State.FAILED)):
        number = room.queue(mission, f"{SCRIPTS[mission][1]} — {state}", "2027-07-30T15:15")
        room.bring(number, state, "HTTP 502 from https://social.example/api/v1/statuses, no answer after 12 s")
    room.clock.tick(days=3, hours=1)
    room.publish_due()
    room.clock.tick(minutes=42)
    room.beat()
    room.clock.tick(seconds=9)


@contextmanager
def serving(room: Newsroom) -> Iterator[str]:
    """The console answers at this address until the end."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(console(room.desk), log_level="warning", server_header=False, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        listening.close()


def test_every_page_is_walked_without_a_complaint_on_screens_of_any_width(
    chromium: Any, base: str, tmp_path: Path
) -> None:
    """A forbidden style, a request to somebody else or a page to be pushed sideways is found here, not in a capital."""
    for width, scheme in ((1440, "light"), (1440, "dark"), (360, "light")):
        with visit(chromium, base, width=width, scheme=scheme) as seen:
            for address in PAGES:
                seen.open(address)
                assert seen.wider_than_the_window() <= 0, (address, width)
                assert seen.page.locator("h1").count() == 1
                keep(seen, tmp_path, f"{width}-{scheme}-{address.strip('/').replace('?', '-') or 'today'}")
            assert seen.complaints == []


def test_a_post_is_liked_and_the_count_is_seen(chromium: Any, base: str) -> None:
    """From a press to a count it is a long way: token, cookie, redirect, file. It works without scripts too."""
    for scripts in (True, False):
        with visit(chromium, base, scripts=scripts) as seen:
            seen.open("/feed")
            post = seen.page.locator("article").first
            post.locator("form[action$=like] button").click()
            seen.page.wait_for_url("**/feed#p-*")
            assert seen.page.locator("article").first.locator("form[action$=like] .n").inner_text() == "1"
            assert seen.complaints == []


def test_a_comment_of_a_stranger_stays_text(chromium: Any, base: str) -> None:
    """The browser is the judge of what is markup."""
    attack = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    with visit(chromium, base) as seen:
        seen.open("/feed")
        post = seen.page.locator("article").first
        post.locator("input[name=text]").fill(attack)
        post.locator("form[action$=comment] button").click()
        seen.page.wait_for_url("**/feed#p-*")
        assert seen.page.locator(".comments li span").first.inner_text() == attack
        assert seen.page.locator(".comments img, .comments script").count() == 0
        assert seen.complaints == []


def test_the_pages_are_reached_by_keyboard_from_the_skip_link_on(chromium: Any, base: str) -> None:
    """Some people have no mouse; what holds the focus must be seen."""
    with visit(chromium, base) as seen:
        seen.open("/")
        seen.page.keyboard.press("Tab")
        skip = seen.page.locator(".skip")
        assert skip.evaluate("link => link === document.activeElement")
        assert skip.evaluate("link => getComputedStyle(link).outlineStyle") != "none"
        seen.page.keyboard.press("Enter")
        assert seen.page.locator("main").evaluate("main => main === document.activeElement")
