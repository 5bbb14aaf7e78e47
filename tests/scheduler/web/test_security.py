"""What the console refuses, and what it never lets out."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import pytest
from starlette.datastructures import Headers

from scheduler.model import State
from scheduler.web.security import HEADERS, SEED_COOKIE, is_from_us, is_our_host

if TYPE_CHECKING:
    from tests.scheduler.web.newsroom import Newsroom

XSS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</p></article><iframe src=javascript:alert(1)>",
    "{{ 7*7 }} {% raw %}",
    "javascript:alert(1)//' autofocus onfocus=alert(1) x='",
)
PAGES = ("/", "/calendar", "/log", "/feed")


@pytest.mark.parametrize("attack", XSS)
def test_words_pictures_and_comments_cannot_become_markup(room: Newsroom, attack: str) -> None:
    """A comment comes from anybody; on this page stands the button that stops a campaign."""
    remote_id = room.published("GE", f"words {attack}", pictures=[room.picture()], alt_texts=[f"alt {attack}"])
    room.bring(room.queue("TJ", f"words {attack}"), State.HELD, f"reason {attack}")
    assert room.press(f"/feed/ge-outbox/{remote_id}/comment", text=f"comment {attack}") == 303

    seen = "".join(room.see(page) for page in PAGES)

    assert attack not in seen or attack == escape(attack)
    for said in ("words", "alt", "reason", "comment"):
        assert str(escape(f"{said} {attack}")).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in seen


@pytest.mark.parametrize("attack", XSS)
@pytest.mark.parametrize("filter_", ["/log?mission=", "/log?state=", "/calendar?week="])
def test_filters_cannot_become_markup(room: Newsroom, attack: str, filter_: str) -> None:
    """A link in a mail is enough to fill them."""
    answer = room.browser.get(filter_.partition("?")[0], params={filter_.partition("?")[2][:-1]: attack})

    assert answer.status_code == 400
    assert attack not in answer.text or attack == escape(attack)


@pytest.mark.parametrize(
    "address",
    [
        *PAGES,
        "/health",
        "/static/console.css",
        "/nowhere",
        "/static/nowhere",
        "/media/" + "0" * 64,
        "/log?page=x",
        "/log?mission=XX",
        "/docs",
        "/openapi.json",
    ],
)
def test_every_answer_carries_the_headers(room: Newsroom, address: str) -> None:
    """One answer without them is the one that is used."""
    answer = room.browser.get(address)

    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "cache-control" in answer.headers


def test_refusals_and_redirects_carry_the_headers_too(room: Newsroom) -> None:
    """They are drawn by other hands than pages are."""
    remote_id = room.published("GE")
    answers = [
        room.browser.post(f"/feed/ge-outbox/{remote_id}/like", data={"token": "wrong"}),
        room.browser.post(f"/feed/ge-outbox/{remote_id}/like", data={"token": room.token()}),
        room.browser.get("/", headers={"host": "evil.example"}),
        room.browser.delete("/log"),
    ]

    assert [one.status_code for one in answers] == [403, 303, 421, 405]
    assert all({name: one.headers.get(name) for name in HEADERS} == HEADERS for one in answers)


def test_a_fault_of_our_own_is_a_plain_page_that_tells_nothing(room: Newsroom) -> None:
    """A traceback tells an attacker what we run and where it lies."""
    remote_id = room.published("GE")
    (room.folder / "outbox/ge-outbox" / remote_id / "post.json").write_text('{"parts": 7}', encoding="utf-8")

    answer = room.browser.get("/feed")

    assert answer.status_code == 500
    assert "The console has a fault here; sending goes on." in answer.text
    assert "Traceback" not in answer.text
    assert str(room.folder) not in answer.text
    assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_has_inline_styles_or_scripts(room: Newsroom, page: str) -> None:
    """The policy forbids them: a browser would show a broken page."""
    room.published("GE")

    seen = room.see(page)

    for forbidden in ("style=", "<style", "<script", " onclick", "javascript:"):
        assert forbidden not in seen


def test_no_pages_for_developers_are_open(room: Newsroom) -> None:
    """They are a map of everything that can be asked."""
    for address in ("/docs", "/redoc", "/openapi.json"):
        room.see(address, status=404)


@pytest.mark.parametrize("address", [*PAGES, "/health"])
def test_looking_changes_nothing(room: Newsroom, address: str) -> None:
    """Browsers fetch ahead, mail scanners open links."""
    remote_id = room.published("GE")
    room.bring(room.queue("TJ"), State.HELD)
    before = room.everything()

    room.see(address)
    for kind in ("like", "share", "comment"):
        room.see(f"/feed/ge-outbox/{remote_id}/{kind}", status=404)

    assert room.everything() == before


@pytest.mark.parametrize("token", ["", "wrong", "0" * 64, "токен"])
def test_a_form_without_the_right_token_changes_nothing(room: Newsroom, token: str) -> None:
    """Another site can make a browser send a form; it cannot read our page."""
    remote_id = room.published("GE")
    room.see("/feed")

    answer = room.browser.post(f"/feed/ge-outbox/{remote_id}/like", data={"token": token})

    assert answer.status_code == 403
    assert room.reactions() == []


def test_a_token_of_another_browser_does_not_fit(room: Newsroom) -> None:
    """Anybody can load the page and read a token there: it must be worth nothing elsewhere."""
    remote_id = room.published("GE")
    theirs = room.token()
    room.browser.cookies.clear()
    room.see("/feed")

    answer = room.browser.post(f"/feed/ge-outbox/{remote_id}/like", data={"token": theirs})

    assert answer.status_code == 403
    assert room.reactions() == []


def test_the_cookie_is_unseen_by_scripts_and_other_sites(room: Newsroom) -> None:
    """It is one half of the proof."""
    cookie = room.browser.get("/feed").headers["set-cookie"]

    assert cookie.startswith(f"{SEED_COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


@pytest.mark.parametrize(
    ("site", "origin", "ours"),
    [
        (None, None, True),
        ("same-origin", "null", True),
        ("same-origin", "http://localhost", True),
        (None, "http://localhost", True),
        ("cross-site", "null", False),
        ("same-site", "http://localhost", False),
        ("none", None, False),
        (None, "http://evil.example", False),
        (None, "http://localhost:81", False),
        (None, "http://localhost.evil.example", False),
    ],
)
def test_a_form_from_another_origin_is_refused(site: str | None, origin: str | None, ours: bool) -> None:
    """The browser says where a form comes from; that is checked before its token."""
    told = {"host": "localhost"} | ({"sec-fetch-site": site} if site else {}) | ({"origin": origin} if origin else {})

    assert is_from_us(Headers(told)) is ours


def test_a_cross_site_form_with_the_right_token_is_refused_all_the_same(room: Newsroom) -> None:
    """Two locks: a token that leaked opens nothing from elsewhere."""
    remote_id = room.published("GE")

    answer = room.browser.post(
        f"/feed/ge-outbox/{remote_id}/like", data={"token": room.token()}, headers={"sec-fetch-site": "cross-site"}
    )

    assert answer.status_code == 403
    assert room.reactions() == []


@pytest.mark.parametrize(
    ("host", "listen", "ours"),
    [
        ("localhost", "127.0.0.1:8730", True),
        ("localhost:8730", "127.0.0.1:8730", True),
        ("LOCALHOST:8730", "127.0.0.1:8730", True),
        ("127.0.0.1:8730", "127.0.0.1:8730", True),
        ("[::1]:8730", "[::1]:8730", True),
        ("console.iom.example:8730", "console.iom.example:8730", True),
        ("192.0.2.7:8730", "0.0.0.0:8730", True),
        ("[2001:db8::7]:8730", "[::]:8730", True),
        ("evil.example", "0.0.0.0:8730", False),
        ("0.0.0.0:8730", "127.0.0.1:8730", False),
        ("192.0.2.7", "127.0.0.1:8730", False),
        ("evil.example", "127.0.0.1:8730", False),
        ("localhost.evil.example", "127.0.0.1:8730", False),
        ("localhost@evil.example", "127.0.0.1:8730", False),
        ("", "127.0.0.1:8730", False),
        ("[", "127.0.0.1:8730", False),
    ],
)
def test_only_our_own_names_are_answered(host: str, listen: str, ours: bool) -> None:
    """A page elsewhere can point its own name at this machine and then read ours."""
    assert is_our_host(host, listen) is ours


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"content-length": "70000"}, 413), ({"transfer-encoding": "chunked"}, 411)],
)
def test_a_form_is_small_and_says_how_long_it_is(room: Newsroom, headers: dict[str, str], status: int) -> None:
    """Nothing here needs more, and memory is the daemon's."""
    remote_id = room.published("GE")
    body = b"x" * 70_000 if status == 413 else (part for part in (b"token=", b"x"))

    answer = room.browser.post(f"/feed/ge-outbox/{remote_id}/like", content=body, headers=headers)

    assert answer.status_code == status
