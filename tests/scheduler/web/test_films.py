"""Films on the pages: named for who cannot see, captioned for who cannot hear, never played by themselves."""

from __future__ import annotations

import hashlib
import re
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from scheduler.services.gallery import Gallery
from scheduler.web.security import POLICY
from tests.posts.films import Reel

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scheduler.web.newsroom import Newsroom

SRT = "1\n00:00:01,000 --> 00:00:02,000\nნიმუში\n"
LARGE_BYTES = 300_000_000
MEMORY_BYTES_MAX = 3_000_000


def film(room: Newsroom, *beside: str) -> str:
    """A film that is out, with these files beside it; its remote id."""
    path = Reel(padding=5_000).write(room.folder / "clip.mp4")
    files = [path]
    for name in beside:
        files.append(room.folder / name)
        if name.endswith(".jpg"):
            room.picture(name)
        else:
            files[-1].write_text(SRT, encoding="utf-8")
    return room.published("GE", pictures=files, alt_texts=['People at a table, "talking"'])


def videos(page: str) -> list[str]:
    return re.findall(r"<video.*?</video>", page, re.DOTALL)


@pytest.mark.parametrize("address", ["/log", "/feed"])
def test_a_film_waits_for_somebody_to_play_it_and_says_what_it_shows(room: Newsroom, address: str) -> None:
    """In an office nobody wants a film that begins by itself; whoever cannot see it hears what it shows."""
    film(room, "clip.ka.srt", "clip.cover.jpg")
    (shown,) = videos(room.see(address))
    assert "controls" in shown
    assert 'preload="metadata"' in shown
    assert "autoplay" not in shown
    assert 'aria-label="People at a table, &#34;talking&#34;"' in shown
    assert 'width="720" height="1280"' in shown


@pytest.mark.parametrize("address", ["/log", "/feed"])
def test_what_belongs_to_a_film_is_found_where_its_page_says(room: Newsroom, address: str) -> None:
    """The cover until it is played, the captions in their language, as browsers read them."""
    film(room, "clip.ka.srt", "clip.cover.jpg")
    (shown,) = videos(room.see(address))
    (source,) = re.findall(r'<video src="([^"]+)"', shown)
    (poster,) = re.findall(r'poster="([^"]+)"', shown)
    (track,) = re.findall(r'<track kind="captions" src="([^"]+)" srclang="ka" label="ka">', shown)
    assert room.browser.get(source).content == Reel(padding=5_000).content()
    assert room.browser.get(poster).headers["content-type"] == "image/jpeg"
    words = room.browser.get(track)
    assert words.headers["content-type"].startswith("text/vtt")
    assert words.text.startswith("WEBVTT")
    assert "ნიმუში" in words.text


def test_captions_in_no_language_that_is_told_are_shown_all_the_same(room: Newsroom) -> None:
    """Their name does not say it, and they are better than none."""
    film(room, "clip.srt")
    for address in ("/log", "/feed"):
        (track,) = re.findall(r'<track kind="captions" src="([^"]+)" label="captions">', room.see(address))
        assert room.browser.get(track).status_code == 200


def test_a_browser_gets_the_stretch_that_it_asks_for(room: Newsroom) -> None:
    """Whoever jumps to the middle must not wait for all before it."""
    remote_id = film(room)
    content = Reel(padding=5_000).content()
    for address in (f"/media/{hashlib.sha256(content).hexdigest()}", f"/feed/ge-outbox/{remote_id}/film-1.mp4"):
        answer = room.browser.get(address, headers={"Range": "bytes=100-199"})
        assert (answer.status_code, answer.content) == (206, content[100:200])
        assert answer.headers["content-range"] == f"bytes 100-199/{len(content)}"
        assert answer.headers["content-type"] == "video/mp4"


def test_a_film_that_is_changed_after_it_was_shown_is_shown_no_more(room: Newsroom) -> None:
    """That it was the approved one a minute ago proves nothing."""
    film(room, "clip.ka.srt", "clip.cover.jpg")
    (shown,) = videos(room.see("/log"))
    addresses = re.findall(r'(?:src|poster)="([^"]+)"', shown)
    assert [room.browser.get(one).status_code for one in addresses] == [200, 200, 200]
    for path in (room.folder / "media").iterdir():
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
    assert [room.browser.get(one).status_code for one in addresses] == [404, 404, 404]


def test_a_film_is_proven_without_being_held_in_memory(tmp_path: Path) -> None:
    """One film of a gigabyte that somebody looks at must not end what publishes."""
    path = Reel().write(tmp_path / "clip.mp4")
    with path.open("r+b") as file:
        file.truncate(LARGE_BYTES)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    path.rename(tmp_path / f"{digest}.mp4")
    gallery = Gallery(tmp_path)
    tracemalloc.start()
    try:
        found = gallery.find(digest)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found is not None
    assert found.mime == "video/mp4"
    assert peak_bytes < MEMORY_BYTES_MAX


def test_pages_play_nothing_from_elsewhere() -> None:
    """A film of another server would tell it who looks at which post."""
    assert "media-src 'self'" in POLICY


def test_each_account_is_shown_with_the_picture_in_its_own_shape(room: Newsroom) -> None:
    """Whoever looks over a post for one platform must see what goes there, and not what goes elsewhere."""
    for name, size in (("card.jpg", (108, 108)), ("card.1080x1350.jpg", (1080, 1350))):
        Image.new("RGB", size, "teal").save(room.folder / name)
    shapes = [room.folder / "card.jpg", room.folder / "card.1080x1350.jpg"]
    room.queue("GE", pictures=shapes, alt_texts=["A card"])
    usual, tall = (hashlib.sha256(one.read_bytes()).hexdigest() for one in shapes)
    seen = room.see("/log")
    assert (f"/media/{tall}" in seen, f"/media/{usual}" in seen) == (True, False)
    assert (seen.count('alt="A card"'), room.browser.get(f"/media/{tall}").status_code) == (1, 200)
