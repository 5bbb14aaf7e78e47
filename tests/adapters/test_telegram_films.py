"""Films and moving GIFs in a Telegram channel: one call each, or among the pictures of an album."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.contract import Ambiguous, Receipt, Rejected
from adapters.http import Http
from adapters.scripted.server import Mishap
from adapters.scripted.telegram import TelegramServer
from adapters.telegram import Telegram
from adapters.telegram_profile import LIMITS
from posts.check import check
from tests.adapters.films import film, gif, with_cover, words
from tests.adapters.parts import MESSAGE, KnownSecret, account, picture
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from posts.model import Media, Message

BOT = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
VIDEO = f"/bot{BOT}/sendVideo"


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    with TelegramServer(BOT) as server:
        yield server


def adapter_for(server: TelegramServer, **options: str) -> Telegram:
    secret = KnownSecret(json.dumps({"token": BOT, "chat": "@iomgeorgia"}))
    where = account(base_url=server.url, options=options)
    return Telegram(where, secret, http=Http(server.url, read_timeout_s=0.5))


def showing(*media: Media) -> Message:
    return replace(MESSAGE, media=media)


def publish(server: TelegramServer, message: Message) -> Receipt:
    receipt = adapter_for(server).publish(message, "k", MemoryProgress())
    assert isinstance(receipt, Receipt)
    return receipt


def test_a_film_goes_with_its_caption_size_and_length(server: TelegramServer, tmp_path: Path) -> None:
    """Without them telephones show a square without a length, and load the whole film before its first picture."""
    one = film(tmp_path, width_px=1280, height_px=720, length_ms=61_250)
    receipt = publish(server, showing(one))
    (accepted,) = server.accepted
    assert accepted.text == MESSAGE.text
    assert accepted.film == {
        "width": 1280,
        "height": 720,
        "duration": 61,
        "supports_streaming": True,
        "sha256": one.sha256,
        "size_bytes": one.size_bytes,
    }
    assert receipt.remote_id == f"-1001234567890/{accepted.number}"


def test_a_film_whose_index_is_at_its_end_does_not_claim_to_stream(server: TelegramServer, tmp_path: Path) -> None:
    """A player that believes it waits for ever."""
    publish(server, showing(film(tmp_path, index_first=False)))
    assert server.accepted[0].film["supports_streaming"] is False


def test_a_films_cover_goes_with_it(server: TelegramServer, tmp_path: Path) -> None:
    """A face nobody chose must not stand for a survivor's words."""
    publish(server, showing(with_cover(film(tmp_path), picture(tmp_path, "cover.jpg"))))
    assert server.accepted[0].film["cover"] == "attach://cover-1"
    assert server.accepted[0].pictures == 1


def test_a_moving_gif_moves(server: TelegramServer, tmp_path: Path) -> None:
    """As a photo it would stand still."""
    one = gif(tmp_path)
    publish(server, showing(one))
    assert server.requests[-1].path == f"/bot{BOT}/sendAnimation"
    assert server.accepted[0].film["sha256"] == one.sha256
    assert (server.accepted[0].film["width"], server.accepted[0].film["duration"]) == (16, 1)


def test_films_stand_among_the_pictures_of_an_album(server: TelegramServer, tmp_path: Path) -> None:
    """Each is a message of its own, and all of them are known, so that all can be taken down."""
    clip = with_cover(film(tmp_path), picture(tmp_path, "cover.jpg"))
    receipt = publish(server, showing(picture(tmp_path), clip, film(tmp_path, "b.mp4", length_ms=7_000)))
    assert [one.text for one in server.accepted] == [MESSAGE.text, "", ""]
    assert [one.film.get("duration") for one in server.accepted] == [None, 5, 7]
    adapter_for(server).delete(receipt.remote_id)
    assert server.public == 0


def test_a_text_too_long_for_a_caption_follows_its_film(server: TelegramServer, tmp_path: Path) -> None:
    """As it does with a picture."""
    publish(server, replace(showing(film(tmp_path)), parts=("ӯ" * 1_025,)))
    assert [(one.text[:1], one.reply_to) for one in server.accepted] == [("", None), ("ӯ", server.accepted[0].number)]


def test_a_film_changed_since_approval_is_refused_before_anything_leaves(
    server: TelegramServer, tmp_path: Path
) -> None:
    """What was approved is what goes out."""
    one = film(tmp_path)
    film(tmp_path, length_ms=9_000)
    progress = MemoryProgress()
    with pytest.raises(Rejected, match="not the one that was approved"):
        adapter_for(server).publish(showing(one), "k", progress)
    assert (server.requests, progress.steps) == ([], [])


def test_the_server_may_be_silent_over_a_film_for_longer_than_over_a_text(
    server: TelegramServer, tmp_path: Path
) -> None:
    """It looks at all of it first, and a silence taken for a failure costs a person's time: nobody can look it up."""
    server.slow_s = 0.8
    publish(server, showing(film(tmp_path)))
    with pytest.raises(Ambiguous):
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())


def test_an_answer_that_is_lost_after_a_whole_film_left_is_for_a_person(server: TelegramServer, tmp_path: Path) -> None:
    """It may be out, and a bot cannot look."""
    server.will_fail(Mishap.CLOSE, path=VIDEO)
    with pytest.raises(Ambiguous):
        publish(server, showing(film(tmp_path)))
    assert server.public == 1


def test_what_the_channel_does_not_take_is_said_beforehand(tmp_path: Path) -> None:
    """Nobody approves in vain; and a GIF cannot stand in an album."""
    large = replace(film(tmp_path), size_bytes=50_000_001, captions=(words(tmp_path),))
    moving = gif(tmp_path)
    codes = {one.code for one in check(showing(large), LIMITS)}
    assert codes == {"film_too_large", "captions_left_out"}
    assert "film_not_alone" in {one.code for one in check(showing(moving, picture(tmp_path)), LIMITS)}
    assert not check(showing(film(tmp_path), picture(tmp_path)), LIMITS)


def test_a_server_of_ones_own_takes_larger_films(server: TelegramServer, tmp_path: Path) -> None:
    """One that runs here has no need of the public one's 50 MB."""
    limits = adapter_for(server, film_bytes_max="2000000000").limits()
    assert limits.film is not None
    assert limits.film.bytes_max == 2_000_000_000
    with pytest.raises(Rejected, match="film_bytes_max"):
        adapter_for(server, film_bytes_max="much").publish(MESSAGE, "k", MemoryProgress())


def test_a_film_larger_than_the_server_takes_is_refused_for_good(server: TelegramServer, tmp_path: Path) -> None:
    """Whatever our own limit says."""
    with pytest.raises(Rejected, match="413"):
        publish(server, showing(film(tmp_path, size_bytes=50_000_001)))
