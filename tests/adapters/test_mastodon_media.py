"""Pictures at a server that works on them, loses them, or cannot read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.contract import NotReady, Receipt, Rejected, Retryable
from adapters.scripted.server import Mishap, Reply, reply_json
from tests.adapters.mastodon_parts import STATUSES, adapter_for
from tests.adapters.parts import MESSAGE, picture
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from adapters.scripted.mastodon import MastodonServer


@pytest.fixture
def server(mastodon: MastodonServer) -> MastodonServer:
    return mastodon


def test_a_picture_still_being_processed_is_waited_for_without_a_second_upload(
    serve_mastodon: Callable[..., MastodonServer], tmp_path: Path
) -> None:
    """Waiting is not failing, and uploading again would start the wait again."""
    server, progress = serve_mastodon(slow_media=True), MemoryProgress()
    message, adapter = replace(MESSAGE, media=(picture(tmp_path),)), adapter_for(server)
    outcomes = [adapter.publish(message, "k", progress) for _ in range(3)]
    assert [type(one) for one in outcomes] == [NotReady, NotReady, Receipt]
    assert outcomes[0] == NotReady(after=timedelta(seconds=5), reason="the server is still working on the pictures")
    assert server.uploads == 1
    assert progress.steps.count("posting") == 1


def test_not_finished_processing_at_posting_is_waited_for(server: MastodonServer) -> None:
    """The server says so itself: nothing was published, and soon it will be ready."""
    words = "Cannot attach files that have not finished processing. Try again in a moment!"
    server.will_fail(reply_json({"error": words}, 422), path=STATUSES)
    assert isinstance(adapter_for(server).publish(MESSAGE, "k", MemoryProgress()), NotReady)


def test_a_picture_that_the_server_threw_away_is_uploaded_again(server: MastodonServer, tmp_path: Path) -> None:
    """Unused pictures live for about a day; a post held for a weekend must still go out with its picture."""
    message, adapter, progress = replace(MESSAGE, media=(picture(tmp_path),)), adapter_for(server), MemoryProgress()
    server.will_fail(Reply(status=429), path=STATUSES)
    with pytest.raises(Retryable):
        adapter.publish(message, "k", progress)
    server.forget_pictures()
    assert isinstance(adapter.publish(message, "k", progress), Receipt)
    assert server.accepted[0].pictures == (message.media[0].alt_text,)


def test_a_picture_that_vanishes_at_posting_is_tried_again(server: MastodonServer, tmp_path: Path) -> None:
    """Nothing was published, and the next try uploads it anew."""
    server.will_fail(Reply(status=404), path=STATUSES)
    with pytest.raises(Retryable):
        adapter_for(server).publish(replace(MESSAGE, media=(picture(tmp_path),)), "k", MemoryProgress())


def test_a_file_that_is_no_picture_is_refused_and_nothing_is_posted(server: MastodonServer, tmp_path: Path) -> None:
    """The text must never go out without its picture."""
    (tmp_path / "card.jpg").write_text("no picture")
    broken = replace(picture(tmp_path / "other"), path=tmp_path / "card.jpg", sha256="")
    with pytest.raises(Rejected, match="content type is invalid"):
        adapter_for(server).publish(replace(MESSAGE, media=(broken,)), "k", MemoryProgress())
    assert server.accepted == ()


def test_a_picture_changed_since_approval_is_refused(server: MastodonServer, tmp_path: Path) -> None:
    """What was approved is what goes out."""
    media = picture(tmp_path)
    media.path.write_bytes(picture(tmp_path / "other", shade=200).path.read_bytes())
    with pytest.raises(Rejected, match="not the one that was approved"):
        adapter_for(server).publish(replace(MESSAGE, media=(media,)), "k", MemoryProgress())
    assert server.requests == []


@pytest.mark.parametrize("mishap", [Mishap.CLOSE, Mishap.GARBAGE, Mishap.TRUNCATE, Reply(status=500)])
def test_a_failed_upload_is_tried_again(server: MastodonServer, tmp_path: Path, mishap: Mishap | Reply) -> None:
    """An orphan picture harms nobody; nothing was public."""
    server.will_fail(mishap, path="/api/v2/media")
    progress = MemoryProgress()
    with pytest.raises(Retryable):
        adapter_for(server).publish(replace(MESSAGE, media=(picture(tmp_path),)), "k", progress)
    assert progress.steps == []


def test_a_crash_while_the_server_works_on_a_picture_costs_no_second_upload(
    serve_mastodon: Callable[..., MastodonServer], tmp_path: Path
) -> None:
    """What was saved before the crash is asked for after it, by another process."""
    server, progress = serve_mastodon(slow_media=True), MemoryProgress()
    message = replace(MESSAGE, media=(picture(tmp_path),))
    assert isinstance(adapter_for(server).publish(message, "k", progress), NotReady)
    resumed = MemoryProgress(saved=progress.saved)
    assert isinstance(adapter_for(server).publish(message, "k", resumed), NotReady)
    assert isinstance(adapter_for(server).publish(message, "k", resumed), Receipt)
    assert server.uploads == 1


def test_a_picture_that_the_server_cannot_read_is_refused_by_its_name(
    serve_mastodon: Callable[..., MastodonServer], tmp_path: Path
) -> None:
    """It was taken, worked on and given up: waiting on would be for ever, and the text must not go without it."""
    server, progress = serve_mastodon(broken_media=True), MemoryProgress()
    media = (picture(tmp_path, "a.png"), picture(tmp_path, "b.jpg", shade=9))
    message, adapter = replace(MESSAGE, media=media), adapter_for(server)
    assert [type(adapter.publish(message, "k", progress)) for _ in range(2)] == [NotReady, NotReady]
    with pytest.raises(Rejected, match=r"picture-1\.png: the server refuses .*content type is invalid"):
        adapter.publish(message, "k", progress)
    assert server.accepted == ()


def test_a_picture_that_was_refused_is_uploaded_anew_when_a_person_lets_it_go_again(
    serve_mastodon: Callable[..., MastodonServer], tmp_path: Path
) -> None:
    """The server was mended meanwhile; what it had given up stays given up there."""
    server, progress = serve_mastodon(slow_media=True), MemoryProgress()
    message, adapter = replace(MESSAGE, media=(picture(tmp_path),)), adapter_for(server)
    adapter.publish(message, "k", progress)
    media_id = progress.saved["media-1"]["id"]
    server.will_fail(Reply(status=422), method="GET", path=f"/api/v1/media/{media_id}")
    with pytest.raises(Rejected, match=r"picture-1\.jpg"):
        adapter.publish(message, "k", progress)
    adapter.publish(message, "k", progress)
    assert server.uploads == 2
    assert progress.saved["media-1"]["id"] != media_id


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (500, b'{"error": "Error processing thumbnail for uploaded media"}', Rejected),
        (500, b'{"error": "Something went wrong"}', Retryable),
        (500, b"", Retryable),
        (413, b"<html>Request Entity Too Large</html>", Rejected),
    ],
)
def test_a_picture_that_breaks_the_server_is_told_from_a_server_that_is_broken(
    server: MastodonServer, tmp_path: Path, status: int, body: bytes, failure: type[Exception]
) -> None:
    """The first stays so however often it is tried, and somebody has to change it; the second ends."""
    server.will_fail(Reply(status=status, body=body), path="/api/v2/media")
    with pytest.raises(failure):
        adapter_for(server).publish(replace(MESSAGE, media=(picture(tmp_path),)), "k", MemoryProgress())


def test_a_server_that_calls_every_picture_taken_is_not_waited_for(
    serve_mastodon: Callable[..., MastodonServer], tmp_path: Path
) -> None:
    """Other software answers 202 with the address of what is done; a post of the minute goes in that minute."""
    server = serve_mastodon(done_as_taken=True)
    message = replace(MESSAGE, media=(picture(tmp_path),))
    assert isinstance(adapter_for(server).publish(message, "k", MemoryProgress()), Receipt)
