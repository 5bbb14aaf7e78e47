"""Films for a receiver of one's own: it is told where to fetch them, for they are too large to be sent."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import requests

from adapters import registry
from adapters.contract import Receipt, Rejected, Retryable
from adapters.scripted.pictures import PictureServer
from adapters.webhook import Webhook
from posts.check import check
from tests.adapters.films import film, gif, with_cover, words
from tests.adapters.parts import MESSAGE, TOKEN, KnownSecret, account, picture
from tests.adapters.receiver import ReceiverServer
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.contract import PublicMedia
    from posts.model import Media, Message


@pytest.fixture
def server() -> Iterator[ReceiverServer]:
    with ReceiverServer(TOKEN) as server:
        yield server


@pytest.fixture
def place() -> Iterator[PictureServer]:
    with PictureServer() as place:
        yield place


def adapter_for(server: ReceiverServer, place: PublicMedia | None) -> Webhook:
    return Webhook(account(base_url=server.url), KnownSecret(TOKEN), public_media=place)


def showing(*media: Media) -> Message:
    return replace(MESSAGE, media=media)


def told(server: ReceiverServer) -> dict[str, Any]:
    (event,) = server.events
    (one,) = event["media"]
    return dict(one)


def test_a_receiver_fetches_the_film_that_was_approved(
    server: ReceiverServer, place: PictureServer, tmp_path: Path
) -> None:
    """A body of two hundred million bytes is taken by no web server; an address is."""
    one = film(tmp_path, size_bytes=3_000_000)
    assert isinstance(adapter_for(server, place).publish(showing(one), "k", MemoryProgress()), Receipt)
    sent = told(server)
    assert "base64" not in sent
    assert (sent["name"], sent["mime"], sent["alt"]) == ("film-1.mp4", "video/mp4", one.alt_text)
    fetched = requests.get(sent["url"], timeout=5).content
    assert (hashlib.sha256(fetched).hexdigest(), len(fetched)) == (sent["sha256"], sent["size_bytes"])


def test_captions_and_cover_come_with_it(server: ReceiverServer, place: PictureServer, tmp_path: Path) -> None:
    """They are small; who watches without sound needs them."""
    said, cover = words(tmp_path), picture(tmp_path)
    one = with_cover(replace(film(tmp_path), captions=(said,)), cover)
    adapter_for(server, place).publish(showing(one), "k", MemoryProgress())
    (captions,) = told(server)["captions"]
    assert (captions["language"], captions["mime"]) == ("ka", "application/x-subrip")
    assert base64.b64decode(captions["base64"]) == said.path.read_bytes()
    assert base64.b64decode(told(server)["cover"]["base64"]) == cover.path.read_bytes()


def test_a_moving_gif_is_sent_as_a_picture(server: ReceiverServer, tmp_path: Path) -> None:
    """It is small, and plays anywhere."""
    one = gif(tmp_path)
    adapter_for(server, None).publish(showing(one), "k", MemoryProgress())
    assert base64.b64decode(told(server)["base64"]) == one.path.read_bytes()


def test_without_a_public_place_a_film_is_refused_in_words(server: ReceiverServer, tmp_path: Path) -> None:
    """Before anybody approves it, and again before anything is sent."""
    adapter, one = adapter_for(server, None), film(tmp_path)
    assert "film_unsupported" in [problem.code for problem in check(showing(one), adapter.limits())]
    with pytest.raises(Rejected, match=r"clip\.mp4 is a film.*public_url"):
        adapter.publish(showing(one), "k", MemoryProgress())
    assert not server.events


def test_with_a_public_place_a_film_is_fit(server: ReceiverServer, place: PictureServer, tmp_path: Path) -> None:
    """Also among pictures: what is shown how is the receiver's own business."""
    media = (film(tmp_path), picture(tmp_path))
    assert not [one for one in check(showing(*media), adapter_for(server, place).limits()) if one.level == "block"]


def test_a_place_that_is_away_is_waited_for(server: ReceiverServer, tmp_path: Path) -> None:
    """Nothing is public yet, and the post stays whole."""

    class Away:
        def address(self, media: Media) -> str:
            raise Retryable(f"{media.path.name} cannot be put there now")

    progress = MemoryProgress()
    with pytest.raises(Retryable):
        adapter_for(server, Away()).publish(showing(film(tmp_path)), "k", progress)
    assert "posting" not in progress.steps


def test_an_account_is_built_with_the_place(place: PictureServer) -> None:
    """Else every film would be refused, with the place there."""
    built = registry.build(account(platform="webhook", base_url="https://a.example"), KnownSecret(TOKEN), place)
    assert built.limits().film
