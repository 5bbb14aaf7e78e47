"""The strict server is strict: what it lets through, the real one lets through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from adapters.scripted.mastodon import MastodonServer
from adapters.scripted.mastodon_html import to_html
from adapters.scripted.mastodon_switches import Switches
from tests.adapters.parts import TOKEN, picture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OURS = {"Authorization": f"Bearer {TOKEN}"}
THEIRS = {"Authorization": "Bearer neighbours-token"}


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = datetime(2027, 7, 30, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[MastodonServer]:
    tokens = {TOKEN: "iomgeorgia", "neighbours-token": "neighbour"}
    with MastodonServer(clock, tokens, Switches(description_max=10)) as server:
        yield server


def upload(server: MastodonServer, content: bytes, mime: str, description: str = "") -> requests.Response:
    return requests.post(
        f"{server.url}/api/v2/media",
        files={"file": ("a.jpg", content, mime)},
        data={"description": description},
        headers=OURS,
        timeout=5,
    )


def toot(server: MastodonServer, headers: dict[str, str] | None = None, **status: Any) -> requests.Response:
    address = f"{server.url}/api/v1/statuses"
    return requests.post(address, json=status, headers=OURS if headers is None else headers, timeout=5)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}])
def test_nobody_posts_without_a_token(server: MastodonServer, headers: dict[str, str]) -> None:
    """A rehearsal that passes with a wrong token proves nothing."""
    assert toot(server, headers, status="hello").status_code == 401
    assert server.accepted == ()


@pytest.mark.parametrize(
    "status",
    [
        {},
        {"status": "  "},
        {"status": "a" * 501},
        {"status": "a", "visibility": "everybody"},
        {"status": "a", "language": "uz-Latn"},
        {"status": "a", "media_ids": ["1", "2", "3", "4", "5"]},
    ],
)
def test_what_the_documentation_forbids_is_refused(server: MastodonServer, status: dict[str, Any]) -> None:
    """What slips through here fails in public on the day."""
    assert toot(server, **status).status_code == 422
    assert server.accepted == ()


def test_a_picture_is_what_it_claims_to_be(server: MastodonServer, tmp_path: Path) -> None:
    """Mocks take any bytes; the real server opens them."""
    jpeg = picture(tmp_path).path.read_bytes()
    assert upload(server, jpeg, "image/jpeg").status_code == 200
    assert upload(server, jpeg, "image/png").status_code == 422
    assert upload(server, b"words", "image/jpeg").status_code == 422
    assert upload(server, jpeg[: len(jpeg) // 8], "image/jpeg").status_code == 422
    assert upload(server, jpeg, "text/plain").status_code == 422
    assert upload(server, jpeg, "image/jpeg", description="ა" * 11).status_code == 422


def test_a_picture_belongs_to_one_account_and_one_status(server: MastodonServer, tmp_path: Path) -> None:
    """A stale or foreign picture id must not pass unnoticed."""
    media = [upload(server, picture(tmp_path).path.read_bytes(), "image/jpeg").json()["id"]]
    assert toot(server, THEIRS, status="stolen", media_ids=media).status_code == 404
    assert toot(server, status="ours", media_ids=media).status_code == 200
    assert toot(server, status="again", media_ids=media).status_code == 404
    assert toot(server, status="unknown", media_ids=["7"]).status_code == 404


def test_a_key_is_remembered_for_an_hour_and_per_account(server: MastodonServer, clock: Clock) -> None:
    """What the key protects, and from when on it does not."""
    ours, theirs = {**OURS, "Idempotency-Key": "k"}, {**THEIRS, "Idempotency-Key": "k"}
    first = toot(server, ours, status="one").json()["id"]
    assert toot(server, ours, status="two").json()["id"] == first
    assert toot(server, theirs, status="one").json()["id"] != first
    clock.now += timedelta(hours=1)
    assert toot(server, ours, status="one").json()["id"] != first
    assert [one.key for one in server.accepted] == ["k", "k", "k"]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b\nc\n\n\nd", "<p>a &lt; b<br />c</p><p>d</p>"),
        ("@iom@x.example", '<p><span class="h-card"><a href="https://x.example/@iom">@<span>iom</span></a></span></p>'),
        ("#30 #Июль", '<p>#30 <a href="https://scripted.example/tags/Июль" rel="tag">#<span>Июль</span></a></p>'),
    ],
)
def test_a_text_is_shown_as_mastodon_shows_it(text: str, html: str) -> None:
    """Recognising our own posts is tried against this."""
    assert to_html(text) == html
