"""Films on a Facebook Page: sent in pieces, published by one call, never told as out before the platform says so."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.contract import Ambiguous, NotReady, Receipt, Rejected, Retryable, Stopped
from adapters.facebook import Facebook
from adapters.facebook_profile import LIMITS
from adapters.scripted.facebook import FacebookServer
from posts.check import check
from tests.adapters.films import film, with_cover, words
from tests.adapters.parts import MESSAGE, TOKEN, KnownSecret, account, now, picture
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from posts.model import Message

LARGE_BYTES = 2_500_000  # three pieces


@pytest.fixture
def server() -> Iterator[FacebookServer]:
    with FacebookServer(now, TOKEN) as server:
        yield server


def adapter_for(server: FacebookServer) -> Facebook:
    return Facebook(account(base_url=server.url), KnownSecret())


def a_film(folder: Path, **more: object) -> Message:
    return replace(MESSAGE, media=(replace(film(folder, size_bytes=LARGE_BYTES), **more),))  # type: ignore[arg-type]


def test_a_film_arrives_byte_for_byte_with_words_captions_and_cover(server: FacebookServer, tmp_path: Path) -> None:
    """Captions are how a deaf person is told; the cover is what everybody sees first."""
    one = with_cover(replace(film(tmp_path, size_bytes=LARGE_BYTES), captions=(words(tmp_path),)), picture(tmp_path))
    receipt = adapter_for(server).publish(replace(MESSAGE, media=(one,)), "k", MemoryProgress())
    (taken,), (accepted,) = server.films.taken, server.accepted
    assert isinstance(receipt, Receipt)
    assert (receipt.remote_id, accepted.text) == (accepted.remote_id, MESSAGE.text)
    assert taken.digest.hexdigest() == hashlib.sha256(one.path.read_bytes()).hexdigest()
    assert (list(taken.captions), taken.covers) == (["ka"], 1)
    assert "ადამიანი არ იყიდება" in taken.captions["ka"]


def test_an_upload_goes_on_where_it_was_cut_off(server: FacebookServer, tmp_path: Path) -> None:
    """A film of an hour must not begin anew with every restart."""
    message, progress = a_film(tmp_path), MemoryProgress(steps_most=2)
    with pytest.raises(Stopped):
        adapter_for(server).publish(message, "k", progress)
    assert server.films.taken[0].at > 0
    adapter_for(server).publish(message, "k", MemoryProgress(saved=progress.saved))
    assert (len(server.films.taken), server.public) == (1, 1)


def test_what_is_not_public_yet_is_not_told_as_published(server: FacebookServer, tmp_path: Path) -> None:
    """The platform takes a film and may still drop it: only its own word that it is public counts."""
    server.films.slow = 2
    message, progress = a_film(tmp_path), MemoryProgress()
    with pytest.raises(Ambiguous, match="not done with it"):
        adapter_for(server).publish(message, "k", progress)
    looking = MemoryProgress(saved=progress.saved)
    with pytest.raises(Retryable, match="not done"):
        adapter_for(server).find(message, "k", now(), looking)
    found = adapter_for(server).find(message, "k", now(), looking)
    assert found is not None
    assert found.remote_id == server.accepted[0].remote_id


def test_a_film_that_was_never_published_is_surely_not_there(server: FacebookServer, tmp_path: Path) -> None:
    """It lies at the platform, seen by nobody."""
    message, progress = a_film(tmp_path), MemoryProgress(stop_at="posting")
    with pytest.raises(Stopped):
        adapter_for(server).publish(message, "k", progress)
    assert adapter_for(server).find(message, "k", now(), MemoryProgress(saved=progress.saved)) is None


def test_a_film_that_cannot_be_used_is_sent_once_more_and_then_refused(server: FacebookServer, tmp_path: Path) -> None:
    """A broken transfer deserves a second one; a broken film deserves a person."""
    server.films.broken = 2
    message, progress, adapter = a_film(tmp_path), MemoryProgress(), adapter_for(server)
    assert isinstance(adapter.publish(message, "k", progress), NotReady)
    with pytest.raises(Rejected, match="export it again"):
        adapter.publish(message, "k", progress)
    assert (len(server.films.taken), server.public) == (2, 0)


def test_a_session_that_is_gone_is_begun_anew(server: FacebookServer, tmp_path: Path) -> None:
    """A post that waited for days comes back to an upload that the platform has forgotten."""
    message, progress = a_film(tmp_path), MemoryProgress(steps_most=2)
    with pytest.raises(Stopped):
        adapter_for(server).publish(message, "k", progress)
    server.films.taken.clear()
    again = MemoryProgress(saved=progress.saved)
    assert isinstance(adapter_for(server).publish(message, "k", again), Receipt)
    assert (len(server.films.taken), server.public) == (1, 1)


def test_a_film_stands_alone(tmp_path: Path) -> None:
    """The platform has no post that shows both."""
    message = replace(MESSAGE, media=(film(tmp_path), picture(tmp_path)))
    assert "film_not_alone" in {one.code for one in check(message, LIMITS)}
