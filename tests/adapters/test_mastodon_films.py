"""Films and moving GIFs at a Mastodon server, which works on them before they can be posted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.contract import NotReady, Receipt, Rejected, Retryable
from adapters.mastodon_instance import limits_of
from adapters.scripted.mastodon_switches import GOTOSOCIAL, PLEROMA, Switches, described
from adapters.scripted.server import Reply, reply_json
from posts.check import check
from tests.adapters.films import ALT_TEXT, film, gif, with_cover, words
from tests.adapters.mastodon_parts import STATUSES, adapter_for
from tests.adapters.parts import MESSAGE, picture
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from adapters.scripted.mastodon import MastodonServer
    from posts.model import Media, Message


def showing(*media: Media) -> Message:
    return replace(MESSAGE, media=media)


def test_a_film_is_waited_for_and_posted_with_cover_and_alt_text(mastodon: MastodonServer, tmp_path: Path) -> None:
    """Posted while the server works on it, it would be refused; uploaded again, the work would begin anew."""
    one, progress = with_cover(film(tmp_path), picture(tmp_path, "cover.jpg")), MemoryProgress()
    outcomes = [adapter_for(mastodon).publish(showing(one), "k", progress) for _ in range(3)]
    assert [type(told) for told in outcomes] == [NotReady, NotReady, Receipt]
    assert outcomes[0] == NotReady(after=timedelta(seconds=5), reason="the server is still working on the film")
    (taken,) = mastodon.media
    assert (taken.kind, taken.sha256, taken.cover, taken.description) == ("video", one.sha256, True, ALT_TEXT)
    assert [one.pictures for one in mastodon.accepted] == [(ALT_TEXT,)]


def test_a_moving_gif_moves(mastodon: MastodonServer, tmp_path: Path) -> None:
    """The server makes a film of it, and takes its time as for one."""
    one, progress = gif(tmp_path), MemoryProgress()
    outcomes = [adapter_for(mastodon).publish(showing(one), "k", progress) for _ in range(3)]
    assert [type(told) for told in outcomes] == [NotReady, NotReady, Receipt]
    assert [(taken.kind, taken.sha256) for taken in mastodon.media] == [("gifv", one.sha256)]


def test_a_film_that_takes_long_is_looked_at_less_often(mastodon: MastodonServer, tmp_path: Path) -> None:
    """Half an hour of a look every five seconds is more than the server lets one account ask."""
    adapter, progress, message = adapter_for(mastodon), MemoryProgress(), showing(film(tmp_path))
    adapter.publish(message, "k", progress)
    path = f"/api/v1/media/{progress.saved['media-1']['id']}"
    mastodon.will_fail(reply_json({"id": "1", "url": None}, 206), method="GET", path=path, times=20)
    waits = [
        told.after.seconds for _ in range(13) if isinstance(told := adapter.publish(message, "k", progress), NotReady)
    ]
    assert waits == [5] * 11 + [20] * 2
    assert mastodon.uploads == 1


def test_a_film_that_the_server_cannot_use_is_refused_by_its_name(
    serve_mastodon: Callable[..., MastodonServer], tmp_path: Path
) -> None:
    """Waiting on would be for ever, and the text must not go without it."""
    server, progress = serve_mastodon(broken_media=True), MemoryProgress()
    message = showing(film(tmp_path))
    assert [type(adapter_for(server).publish(message, "k", progress)) for _ in range(2)] == [NotReady, NotReady]
    with pytest.raises(Rejected, match=r"film-1\.mp4: the server refuses"):
        adapter_for(server).publish(message, "k", progress)
    assert server.accepted == ()


def test_a_film_that_is_gone_by_now_is_uploaded_anew(mastodon: MastodonServer, tmp_path: Path) -> None:
    """Unused films live for about a day; a post held for a weekend must still go out with its film."""
    message, adapter, progress = showing(film(tmp_path)), adapter_for(mastodon), MemoryProgress()
    mastodon.will_fail(Reply(status=429), path=STATUSES)
    assert [type(adapter.publish(message, "k", progress)) for _ in range(2)] == [NotReady, NotReady]
    with pytest.raises(Retryable):
        adapter.publish(message, "k", progress)
    mastodon.forget_pictures()
    assert [type(adapter.publish(message, "k", progress)) for _ in range(3)] == [NotReady, NotReady, Receipt]


def test_a_crash_while_the_server_works_on_a_film_costs_no_second_upload(
    mastodon: MastodonServer, tmp_path: Path
) -> None:
    """What was saved before it is asked for after it, by another process."""
    message, progress = showing(film(tmp_path)), MemoryProgress()
    for _ in range(2):
        assert isinstance(adapter_for(mastodon).publish(message, "k", progress), NotReady)
        progress = MemoryProgress(progress.saved)
    assert isinstance(adapter_for(mastodon).publish(message, "k", progress), Receipt)
    assert (mastodon.uploads, len(mastodon.accepted)) == (1, 1)


def test_a_film_changed_since_approval_is_refused_before_anything_leaves(
    mastodon: MastodonServer, tmp_path: Path
) -> None:
    """What was approved is what goes out."""
    one = film(tmp_path)
    film(tmp_path, length_ms=9_000)
    with pytest.raises(Rejected, match="not the one that was approved"):
        adapter_for(mastodon).publish(showing(one), "k", MemoryProgress())
    assert mastodon.requests == []


def test_what_this_server_does_not_take_is_said_beforehand(
    serve_mastodon: Callable[..., MastodonServer], tmp_path: Path
) -> None:
    """Each server has its own numbers, and nobody approves in vain."""
    limits = adapter_for(serve_mastodon(film_bytes_max=1_000)).limits()
    large = replace(film(tmp_path, width_px=3_000, height_px=3_000), size_bytes=1_001, captions=(words(tmp_path),))
    found = {one.code for one in check(showing(large), limits)}
    assert found == {"film_too_large", "film_too_many_pixels", "captions_left_out"}
    assert "film_not_alone" in {one.code for one in check(showing(film(tmp_path), picture(tmp_path)), limits)}
    fast = replace(film(tmp_path, frames=1_000), size_bytes=500)
    assert {one.code for one in check(showing(fast), limits)} == {"film_speed"}


@pytest.mark.parametrize("ways", [Switches(), PLEROMA, GOTOSOCIAL], ids=lambda one: one.software.value)
def test_every_servers_films_are_known(ways: Switches) -> None:
    """Other software names other types, or none that says anything."""
    limits = limits_of(described(ways, "v2"))
    assert limits.film is not None
    assert "video/mp4" in limits.film.types
    assert limits.doubts == ()


def test_a_server_that_names_pictures_alone_takes_no_films() -> None:
    """What it says of itself is believed."""
    media = {"supported_mime_types": ["image/jpeg"], "video_size_limit": 5}
    limits = limits_of({"configuration": {"media_attachments": media}})
    assert (limits.film, limits.gif) == (None, None)


def test_what_a_server_says_of_films_that_cannot_be_meant_is_a_doubt() -> None:
    """As of pictures."""
    limits = limits_of({"configuration": {"media_attachments": {"video_size_limit": "much"}}})
    assert limits.film is not None
    assert limits.film.bytes_max == 103_809_024
    assert any("video_size_limit" in one for one in limits.doubts)
