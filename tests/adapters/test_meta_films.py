"""Films on Instagram and Threads: fetched from our public place, worked on for a while, published once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.contract import NotReady, Receipt, Rejected, Retryable, Stopped
from adapters.http import Http
from adapters.instagram import Instagram
from adapters.instagram_profile import LIMITS as OF_INSTAGRAM
from adapters.scripted.instagram import InstagramServer
from adapters.scripted.pictures import PictureServer
from adapters.scripted.threads import ThreadsServer
from adapters.threads import Threads
from adapters.threads_profile import LIMITS as OF_THREADS
from posts.check import check
from tests.adapters.films import film, with_cover, words
from tests.adapters.parts import MESSAGE, TOKEN, KnownSecret, account, picture
from tests.fakes.clock import Clock
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from posts.model import Media, Message


@pytest.fixture
def place() -> Iterator[PictureServer]:
    with PictureServer() as place:
        yield place


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=[InstagramServer, ThreadsServer])
def server(request: pytest.FixtureRequest, clock: Clock) -> Iterator[InstagramServer | ThreadsServer]:
    with request.param(clock, TOKEN) as server:
        yield server


@pytest.fixture
def instagram(clock: Clock) -> Iterator[InstagramServer]:
    with InstagramServer(clock, TOKEN) as server:
        yield server


def adapter_for(server: InstagramServer | ThreadsServer, place: PictureServer) -> Instagram | Threads:
    kind = Instagram if isinstance(server, InstagramServer) else Threads
    http = Http(server.url, read_timeout_s=5)
    return kind(account(base_url=server.url), KnownSecret(), public_media=place, http=http)


def showing(*media: Media) -> Message:
    return replace(MESSAGE, media=media)


def test_a_film_is_fetched_whole_and_published(
    server: InstagramServer | ThreadsServer, place: PictureServer, clock: Clock, tmp_path: Path
) -> None:
    """The approved bytes and no others; and it is found again by its words and kind."""
    one = film(tmp_path, size_bytes=3_000_000)
    adapter = adapter_for(server, place)
    receipt = adapter.publish(showing(one), "k", MemoryProgress())
    assert isinstance(receipt, Receipt)
    (accepted,) = server.accepted
    assert [(each.sha256, each.size_bytes) for each in accepted.films] == [(one.sha256, 3_000_000)]
    since = clock()
    found = adapter.find(showing(one), "k", since, MemoryProgress())
    assert found is not None
    assert found.remote_id == receipt.remote_id
    assert adapter.find(showing(picture(tmp_path)), "k", since, MemoryProgress()) is None


def test_a_film_stands_among_the_pictures_of_a_carousel(
    server: InstagramServer | ThreadsServer, place: PictureServer, tmp_path: Path
) -> None:
    """Instagram calls it VIDEO there and REELS alone."""
    receipt = adapter_for(server, place).publish(showing(picture(tmp_path), film(tmp_path)), "k", MemoryProgress())
    assert isinstance(receipt, Receipt)
    assert (len(server.accepted[0].pictures), len(server.accepted[0].films)) == (1, 1)


def test_a_film_is_waited_for_and_made_ready_once_however_often_the_process_dies(
    server: InstagramServer | ThreadsServer, place: PictureServer, tmp_path: Path
) -> None:
    """What is being worked on is known by its id: a new process goes on with it."""
    server.slow = 2
    message, progress = showing(film(tmp_path)), MemoryProgress(stop_at="posting")
    for _ in range(2):
        assert isinstance(adapter_for(server, place).publish(message, "k", progress), NotReady)
        progress = MemoryProgress(progress.saved, stop_at="posting")
    with pytest.raises(Stopped):
        adapter_for(server, place).publish(message, "k", progress)
    assert server.public == 0
    receipt = adapter_for(server, place).publish(message, "k", MemoryProgress(progress.saved))
    assert isinstance(receipt, Receipt)
    assert (server.public, len(server.containers), place.fetched) == (1, 1, 1)


def test_at_whatever_step_the_process_dies_a_film_among_pictures_goes_out_once(
    server: InstagramServer | ThreadsServer, place: PictureServer, tmp_path: Path
) -> None:
    """What was prepared and not saved is seen by nobody; what was saved is not made again."""
    adapter, whole = adapter_for(server, place), MemoryProgress()
    album = (picture(tmp_path), film(tmp_path))
    adapter.publish(showing(*album), "k", whole)
    for number, step in enumerate(whole.steps, 1):
        message = replace(showing(*album), parts=(f"{MESSAGE.text} {number}",))
        progress = MemoryProgress(stop_at=step)
        with pytest.raises(Stopped):
            adapter_for(server, place).publish(message, "k", progress)
        assert server.public == number
        receipt = adapter_for(server, place).publish(message, "k", MemoryProgress(progress.saved))
        assert isinstance(receipt, Receipt)
        assert server.public == number + 1
    assert len(whole.steps) == 4


@pytest.mark.parametrize("words_of_both", [("2207026", "INVALID_DURATION")])
def test_a_film_that_is_at_fault_is_never_sent_again_as_it_is(
    server: InstagramServer | ThreadsServer, place: PictureServer, tmp_path: Path, words_of_both: tuple[str, str]
) -> None:
    """Whoever made it is told what the platform says of it."""
    server.breaks = words_of_both[isinstance(server, ThreadsServer)]
    with pytest.raises(Rejected, match="replace the picture or film") as refused:
        adapter_for(server, place).publish(showing(film(tmp_path)), "k", MemoryProgress())
    assert server.breaks in str(refused.value)


def test_what_the_platform_failed_at_is_prepared_once_more_and_then_left_to_a_person(
    server: InstagramServer | ThreadsServer, place: PictureServer, tmp_path: Path
) -> None:
    """Once may be chance; twice is this film."""
    server.breaks = "2207053" if isinstance(server, InstagramServer) else "FAILED_PROCESSING_VIDEO"
    message, progress = showing(film(tmp_path)), MemoryProgress()
    with pytest.raises(Retryable):
        adapter_for(server, place).publish(message, "k", progress)
    with pytest.raises(Rejected):
        adapter_for(server, place).publish(message, "k", MemoryProgress(progress.saved))
    assert (len(server.containers), server.public) == (2, 0)


def test_a_reels_cover_is_fetched_with_it(instagram: InstagramServer, place: PictureServer, tmp_path: Path) -> None:
    """A face nobody chose must not stand for a survivor's words."""
    cover = picture(tmp_path, "cover.jpg", shade=200)
    adapter_for(instagram, place).publish(showing(with_cover(film(tmp_path), cover)), "k", MemoryProgress())
    assert instagram.accepted[0].films[0].cover == place.address(cover)


def test_what_neither_takes_of_a_film_is_said_beforehand(tmp_path: Path) -> None:
    """Nobody approves in vain; what is only left out is told as well."""
    long = replace(
        film(tmp_path, length_ms=301_000, frames=9_030), captions=(words(tmp_path),), alt_text="Hands that let go"
    )
    assert {one.code for one in check(showing(long), OF_THREADS)} == {"film_too_long", "captions_left_out"}
    short = film(tmp_path, "short.mp4", length_ms=2_900)
    assert {one.code for one in check(showing(short), OF_INSTAGRAM)} >= {"film_too_short"}
