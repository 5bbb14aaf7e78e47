"""Films and moving GIFs at X: in segments, worked on, and never sent twice for what became of an upload."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.contract import Failure, NotReady, Receipt, Rejected, Retryable, Stopped
from adapters.http import Http
from adapters.scripted.server import Mishap, Reply, reply_json
from adapters.scripted.x import XServer
from adapters.x import X
from adapters.x_profile import LIMITS
from posts.check import check
from tests.adapters.films import ALT_TEXT, film, gif, with_cover, words
from tests.adapters.parts import MESSAGE, TOKEN, KnownSecret, account, keys_of, now, picture
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.scripted.server import Request
    from adapters.scripted.x_media import Picture
    from posts.model import Media, Message

UPLOAD, POSTS = "/2/media/upload", "/2/tweets"
SECRET = json.dumps(asdict(keys_of(TOKEN)))
SMALL = {"chunk_bytes": "10000"}
SIZE = 35_000
INVALID = reply_json({"title": "Invalid Request", "detail": "Your media IDs are invalid.", "status": 400}, 400)


@pytest.fixture
def server() -> Iterator[XServer]:
    with XServer(now, keys_of(TOKEN)) as server:
        yield server


def adapter_for(server: XServer, **options: str) -> X:
    where = account(base_url=server.url, options={**SMALL, **options}, handle="@iomgeorgia")
    return X(where, KnownSecret(SECRET), http=Http(server.url, read_timeout_s=2))


def showing(*media: Media) -> Message:
    return replace(MESSAGE, parts=("A film",), media=media)


def sent(server: XServer, message: Message, progress: MemoryProgress | None = None, **options: str) -> Receipt:
    """The receipt, each try by a new adapter."""
    progress = progress or MemoryProgress()
    for _ in range(4):
        told = adapter_for(server, **options).publish(message, "k", progress)
        if isinstance(told, Receipt):
            return told
    raise AssertionError("the platform is never done with it")


def asked(server: XServer, ending: str) -> list[Request]:
    return [one for one in server.requests if one.path.endswith(ending)]


def uploaded(server: XServer) -> list[Picture]:
    return [one for one in server.shelf.pictures.values() if one.done]


def test_a_film_goes_in_segments_is_waited_for_and_described(server: XServer, tmp_path: Path) -> None:
    """Posted before the platform has done with it, it would be refused."""
    one, progress = film(tmp_path, size_bytes=SIZE), MemoryProgress()
    told = adapter_for(server).publish(showing(one), "k", progress)
    assert told == NotReady(after=timedelta(seconds=3), reason="the platform is still working on the film")
    assert progress.saved["film-1"]["taken"] == 4
    assert isinstance(adapter_for(server).publish(showing(one), "k", MemoryProgress(progress.saved)), Receipt)
    (taken,) = uploaded(server)
    assert (taken.category, taken.sha256, taken.size_bytes, taken.pieces) == ("tweet_video", one.sha256, SIZE, 4)
    assert [accepted.alt_texts for accepted in server.accepted] == [(ALT_TEXT,)]


def test_a_moving_gif_moves(server: XServer, tmp_path: Path) -> None:
    """As a picture it would stand still."""
    one = gif(tmp_path)
    sent(server, showing(one))
    assert [(taken.category, taken.sha256) for taken in uploaded(server)] == [("tweet_gif", one.sha256)]


def test_a_film_too_large_for_a_thousand_segments_goes_in_larger_ones(server: XServer, tmp_path: Path) -> None:
    """The platform counts to a thousand, whatever the account's option says."""
    sent(server, showing(film(tmp_path, size_bytes=10_500_000)))
    assert uploaded(server)[0].pieces == 1_000


@pytest.mark.parametrize("step", range(10))
def test_a_crash_at_any_step_leads_to_one_post_with_the_whole_film(server: XServer, tmp_path: Path, step: int) -> None:
    """Nobody knows what a segment does that comes twice: half an upload is left behind, a whole one is asked for."""
    message, progress = showing(film(tmp_path, size_bytes=SIZE)), MemoryProgress(steps_most=step)
    with pytest.raises(Stopped):
        sent(server, message, progress)
    sent(server, message, MemoryProgress(progress.saved))
    assert len(server.accepted) == 1
    assert uploaded(server)[-1].sha256 == message.media[0].sha256
    assert len(asked(server, "/initialize")) == (1 if step >= 6 else 2)


@pytest.mark.parametrize("lost", [Mishap.CLOSE, Mishap.TRUNCATE, Reply(status=500)])
def test_a_lost_answer_to_a_segment_begins_the_upload_anew(
    server: XServer, tmp_path: Path, lost: Mishap | Reply
) -> None:
    """It may have been taken, and sent again it may stand in the film twice."""
    server.will_fail(lost, path=f"{UPLOAD}/1880000000000000001/append")
    message, progress = showing(film(tmp_path, size_bytes=SIZE)), MemoryProgress()
    with pytest.raises(Retryable):
        adapter_for(server).publish(message, "k", progress)
    sent(server, message, MemoryProgress(progress.saved))
    assert len(asked(server, "/initialize")) == 2
    assert [one.sha256 for one in uploaded(server)] == [message.media[0].sha256]


def test_an_upload_goes_on_where_the_platform_refused_the_next_segment(server: XServer, tmp_path: Path) -> None:
    """A quarter of an hour has room for four large films; one begun anew each time would never end."""
    message, progress = showing(film(tmp_path, size_bytes=SIZE)), MemoryProgress()
    append = f"{UPLOAD}/1880000000000000001/append"
    server.will_fail(Reply(status=429, headers={"Retry-After": "30"}), path=append)
    with pytest.raises(Retryable) as raised:
        adapter_for(server).publish(message, "k", progress)
    assert raised.value.after == timedelta(seconds=30)
    sent(server, message, MemoryProgress(progress.saved))
    assert len(asked(server, "/initialize")) == 1
    assert uploaded(server)[0].sha256 == message.media[0].sha256


def test_a_crash_after_an_upload_went_on_does_not_let_it_go_on_twice(server: XServer, tmp_path: Path) -> None:
    """What was refused before says nothing of the segment that was under way."""
    message, progress = showing(film(tmp_path, size_bytes=SIZE)), MemoryProgress()
    server.will_fail(Reply(status=429), path=f"{UPLOAD}/1880000000000000001/append")
    with pytest.raises(Retryable):
        adapter_for(server).publish(message, "k", progress)
    crashing = MemoryProgress(progress.saved, steps_most=1)
    with pytest.raises(Stopped):
        adapter_for(server).publish(message, "k", crashing)
    sent(server, message, MemoryProgress(crashing.saved))
    assert len(asked(server, "/initialize")) == 2


def test_a_lost_answer_to_the_end_of_an_upload_is_asked_for(server: XServer, tmp_path: Path) -> None:
    """The film is there and being worked on: 500 MB need not go again."""
    server.will_fail(Mishap.CLOSE, path=f"{UPLOAD}/1880000000000000001/finalize")
    message, progress = showing(film(tmp_path, size_bytes=SIZE)), MemoryProgress()
    with pytest.raises(Retryable):
        adapter_for(server).publish(message, "k", progress)
    sent(server, message, MemoryProgress(progress.saved))
    assert len(asked(server, "/initialize")) == 1


def test_a_film_that_failed_is_uploaded_once_more_and_then_refused(server: XServer, tmp_path: Path) -> None:
    """The platform fails now and then; a file that fails twice is for a person."""
    server.shelf.films_that_fail = 1
    message, progress = showing(film(tmp_path)), MemoryProgress()
    assert isinstance(adapter_for(server).publish(message, "k", progress), NotReady)
    with pytest.raises(Retryable, match="uploaded once more"):
        adapter_for(server).publish(message, "k", progress)
    sent(server, message, progress)
    assert server.shelf.uploads == 2
    server.shelf.films_that_fail = 2
    progress = MemoryProgress()
    assert [_failed(server, message, progress) for _ in range(2)] == [Retryable, Rejected]
    assert len(server.accepted) == 1


def test_segments_that_do_not_add_up_are_sent_anew_once(server: XServer, tmp_path: Path) -> None:
    """One of them is missing there; the film itself is well."""
    finalize = f"{UPLOAD}/1880000000000000001/finalize"
    words = {"detail": "Segments do not add up to provided total file size.", "status": 400}
    server.will_fail(reply_json(words, 400), path=finalize)
    message, progress = showing(film(tmp_path)), MemoryProgress()
    with pytest.raises(Retryable):
        adapter_for(server).publish(message, "k", progress)
    sent(server, message, progress)
    assert server.shelf.uploads == 2


def test_a_film_that_is_gone_by_now_is_uploaded_anew_once(server: XServer, tmp_path: Path) -> None:
    """Uploads are kept for a day, and a post may be held for two; one refused again is refused for another reason."""
    message, progress = showing(film(tmp_path)), MemoryProgress(steps_most=6)
    with pytest.raises(Stopped):
        sent(server, message, progress)
    progress = MemoryProgress(progress.saved)
    server.shelf.pictures.clear()
    with pytest.raises(Retryable, match="gone"):
        adapter_for(server).publish(message, "k", progress)
    server.will_fail(INVALID, path=POSTS)
    with pytest.raises(Rejected):
        sent(server, message, progress)
    assert server.accepted == ()


def test_captions_go_with_the_film(server: XServer, tmp_path: Path) -> None:
    """Most people watch without sound."""
    one = replace(film(tmp_path), captions=(words(tmp_path, "clip.ka.srt"), words(tmp_path, "clip.uz-Latn.srt")))
    receipt = sent(server, showing(one))
    shown = uploaded(server)[0].captions
    assert set(shown) == {"KA", "UZ"}
    assert "ადამიანი არ იყიდება" in shown["KA"]
    assert receipt.evidence == {}


@pytest.mark.parametrize("ending", ["/2/media/subtitles", "/2/media/metadata"])
def test_a_post_goes_without_what_the_platform_does_not_take_beside_a_film_and_says_so(
    server: XServer, tmp_path: Path, ending: str
) -> None:
    """These calls were out of order for months, and the day does not wait."""
    server.will_fail(Reply(status=404), path=ending, times=9)
    one = replace(film(tmp_path), captions=(words(tmp_path),))
    receipt = sent(server, showing(one))
    (left,) = receipt.evidence
    assert left == ("captions-1" if ending.endswith("subtitles") else "alt-1")
    assert ending.endswith("subtitles") or "alt text" in str(receipt.evidence[left])
    assert len(server.accepted) == 1


@pytest.mark.parametrize("what", [Mishap.CLOSE, Reply(status=429), Reply(status=503), Reply(status=403)])
def test_captions_never_stop_a_post(server: XServer, tmp_path: Path, what: Mishap | Reply) -> None:
    """Nor do they delay it, or stop the account."""
    server.will_fail(what, path="/2/media/subtitles")
    receipt = sent(server, showing(replace(film(tmp_path), captions=(words(tmp_path),))))
    assert list(receipt.evidence) == ["captions-1"]


def test_captions_in_a_language_that_the_platform_cannot_name_are_left_out(server: XServer, tmp_path: Path) -> None:
    """It knows two letters; the evidence says what is missing."""
    one = replace(film(tmp_path), captions=(words(tmp_path, "clip.srt"),))
    assert "two letters" in str(sent(server, showing(one)).evidence["captions-1"])


def test_what_the_platform_does_not_take_is_said_beforehand(tmp_path: Path) -> None:
    """Nobody approves in vain."""
    long = with_cover(film(tmp_path, length_ms=140_001, frames=10_000, coding=b"hvc1"), picture(tmp_path))
    codes = {one.code for one in check(showing(long, picture(tmp_path)), LIMITS)}
    assert codes == {"film_too_long", "film_coding", "film_speed", "film_not_alone", "cover_left_out"}
    assert {one.code for one in check(showing(replace(gif(tmp_path), width_px=1_281)), LIMITS)} == {
        "film_too_many_pixels"
    }
    assert not check(showing(film(tmp_path)), LIMITS)


def test_an_account_that_pays_may_have_longer_films(server: XServer) -> None:
    """The documents do not agree, so the number is the account's."""
    limits = adapter_for(server, film_seconds_max="600", film_bytes_max="8000000000").limits()
    assert limits.film is not None
    assert (limits.film.length_max, limits.film.bytes_max) == (timedelta(minutes=10), 8_000_000_000)


@pytest.mark.parametrize(
    ("option", "value"),
    [("film_seconds_max", "long"), ("film_bytes_max", "0"), ("chunk_bytes", "5000001"), ("text_max", "-1")],
)
def test_an_option_that_cannot_be_meant_is_refused_by_its_name(server: XServer, option: str, value: str) -> None:
    """Half an hour before the day nobody guesses."""
    with pytest.raises(Rejected, match=option):
        adapter_for(server, **{option: value}).publish(MESSAGE, "k", MemoryProgress())


def test_a_film_changed_since_approval_is_refused_before_anything_leaves(server: XServer, tmp_path: Path) -> None:
    """What was approved is what goes out."""
    one = film(tmp_path)
    film(tmp_path, length_ms=9_000)
    with pytest.raises(Rejected, match="not the one that was approved"):
        adapter_for(server).publish(showing(one), "k", MemoryProgress())
    assert server.requests == []


def test_a_film_of_200_megabytes_costs_no_memory(server: XServer, tmp_path: Path) -> None:
    """Many senders upload at once, on a small machine; the server beside us keeps none of it either."""
    message = showing(film(tmp_path, size_bytes=200_000_000))
    tracemalloc.start()
    sent(server, message, chunk_bytes="1048576")
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most_bytes < 60_000_000
    assert uploaded(server)[0].sha256 == message.media[0].sha256


def _failed(server: XServer, message: Message, progress: MemoryProgress) -> type[Failure]:
    for _ in range(3):
        try:
            adapter_for(server).publish(message, "k", progress)
        except Failure as failure:
            return type(failure)
    raise AssertionError("it did not fail")
