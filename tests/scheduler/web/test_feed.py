"""What people do in the local feed, and which files are served."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.scheduler.web.newsroom import Newsroom


def test_a_like_counts_once_for_each_person_and_comes_back_to_the_post(room: Newsroom) -> None:
    """The feed is what engagement is measured from: two presses are one person."""
    remote_id = room.published("GE")
    address = f"/feed/ge-outbox/{remote_id}/like"

    answer = room.browser.post(address, data={"token": room.token()})
    again = room.press(address)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/feed#p-{remote_id}")
    assert again == 303
    assert '<b class="n">1</b><span class="vh"> likes' in room.see("/feed")


def test_shares_and_comments_are_counted(room: Newsroom) -> None:
    """They are the other two counts that an outbox gives."""
    remote_id = room.published("GE")

    assert room.press(f"/feed/ge-outbox/{remote_id}/share") == 303
    assert room.press(f"/feed/ge-outbox/{remote_id}/comment", text=" გმადლობთ ") == 303

    seen = room.see("/feed")
    assert '<b class="n">1</b><span class="vh"> shares' in seen
    assert "1 comment" in seen
    assert ">გმადლობთ<" in seen


@pytest.mark.parametrize("words", ["", "   ", "x" * 1_001])
def test_a_comment_has_words_and_not_too_many(room: Newsroom, words: str) -> None:
    """An empty comment counts as engagement that was none."""
    remote_id = room.published("GE")

    assert room.press(f"/feed/ge-outbox/{remote_id}/comment", text=words) == 400
    assert room.reactions() == []


@pytest.mark.parametrize(
    "address",
    [
        "/feed/nobody/{id}/like",
        "/feed/ge-desk/{id}/like",
        "/feed/ge-outbox/0123456789abcdef/like",
        "/feed/ge-outbox/..%2f..%2fge-outbox/like",
        "/feed/ge-outbox/{id}/delete",
    ],
)
def test_what_is_not_there_cannot_be_liked(room: Newsroom, address: str) -> None:
    """An address is only text that somebody typed."""
    remote_id = room.published("GE")

    assert room.press(address.format(id=remote_id)) in {400, 404}
    assert room.reactions() == []


def test_pictures_are_served_by_what_is_in_them(room: Newsroom) -> None:
    """The reviewer sees exactly the approved picture, as nothing but a picture."""
    path = room.picture()
    room.queue("GE", pictures=[path], alt_texts=["card"])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()

    answer = room.browser.get(f"/media/{digest}")

    assert answer.content == path.read_bytes()
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_picture_that_was_changed_on_disk_is_not_shown(room: Newsroom) -> None:
    """It is not the one that was approved."""
    path = room.picture()
    room.queue("GE", pictures=[path], alt_texts=["card"])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (room.folder / "media" / f"{digest}.png").write_bytes(room.picture("other.png", "red").read_bytes())

    room.see(f"/media/{digest}", status=404)


def test_a_picture_of_the_feed_is_served_as_it_lies_there(room: Newsroom) -> None:
    """The feed shows what was published, not what we kept of it."""
    remote_id = room.published("GE", pictures=[room.picture()], alt_texts=["card"])

    answer = room.browser.get(f"/feed/ge-outbox/{remote_id}/picture-1.png")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert f'src="/feed/ge-outbox/{remote_id}/picture-1.png"' in room.see("/feed")


@pytest.mark.parametrize(
    "address",
    [
        "/media/" + "0" * 64,
        "/media/..%2f..%2fconfig.toml",
        "/media/config.toml",
        "/media/%00",
        "/static/../pages.py",
        "/static/..%2fpages.py",
        "/static/%2e%2e/pages.py",
        "/static//etc/passwd",
        "/feed/ge-outbox/{id}/post.json",
        "/feed/ge-outbox/{id}/text.txt",
        "/feed/ge-outbox/{id}/index.html",
        "/feed/ge-outbox/{id}/picture-9.png",
        "/feed/ge-outbox/{id}/..%2fpicture-1.png",
        "/feed/ge-outbox/..%2f{id}/picture-1.png",
        "/feed/..%2foutbox%2fge-outbox/{id}/picture-1.png",
        "/feed/ge-desk/{id}/picture-1.png",
        "/feed/nobody/{id}/picture-1.png",
        "/feed/ge-outbox/{id}/film-1.mp4",
        "/feed/ge-outbox/{id}/text.txt/captions",
        "/feed/ge-outbox/{id}/film-1.ka.srt/captions",
        "/media/" + "0" * 64 + "/captions",
        "/media/*/captions",
    ],
)
def test_nothing_but_known_pictures_is_served(room: Newsroom, address: str) -> None:
    """The configuration, the database and the secrets lie in the same folder."""
    remote_id = room.published("GE", pictures=[room.picture()], alt_texts=["card"])

    room.see(address.format(id=remote_id), status=404)


def test_a_link_in_place_of_a_picture_is_not_followed(room: Newsroom) -> None:
    """Whoever may write into the outbox must not read everything else through us."""
    remote_id = room.published("GE", pictures=[room.picture()], alt_texts=["card"])
    there = room.folder / "outbox/ge-outbox" / remote_id / "picture-2.png"
    there.symlink_to(room.folder / "config.toml")

    room.see(f"/feed/ge-outbox/{remote_id}/picture-2.png", status=404)
