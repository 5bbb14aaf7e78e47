"""Films are known by what their file says, and what it says is not believed blindly."""

from __future__ import annotations

import contextlib
import struct
import tracemalloc
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from posts.intake.boxes import BOXES_MAX
from posts.intake.films import FILM_BYTES_MAX
from posts.intake.opening import open_media
from posts.intake.pictures import MediaError
from tests.posts.films import Reel, box

if TYPE_CHECKING:
    from pathlib import Path


def test_a_film_says_how_long_and_how_large_it_is(tmp_path: Path) -> None:
    """That is what platforms refuse films for, and an officer must hear it before approval."""
    found = open_media(
        Reel(width_px=1280, height_px=720, length_ms=61_250, frames=1837).write(tmp_path / "a.mp4"), "A film"
    )
    assert found.film is not None
    assert (found.mime, found.width_px, found.height_px, found.alt_text) == ("video/mp4", 1280, 720, "A film")
    assert (found.film.length, found.film.coding) == (timedelta(seconds=61.25), "avc1")
    assert found.film.frames_per_second == pytest.approx(30, abs=0.01)
    assert found.size_bytes == (tmp_path / "a.mp4").stat().st_size


@pytest.mark.parametrize(
    ("reel", "edited", "starts_at_once"),
    [
        (Reel(), False, True),
        (Reel(edited=True), True, True),
        (Reel(index_first=False), False, False),
        (Reel(sound_first=True, long_times=True), False, True),
    ],
)
def test_the_order_of_a_films_parts_is_seen(tmp_path: Path, reel: Reel, edited: bool, starts_at_once: bool) -> None:
    """Some platforms refuse a film with an edit list, or with its index at the end."""
    film = open_media(reel.write(tmp_path / "a.mp4")).film
    assert film is not None
    assert (film.edited, film.starts_at_once, film.length) == (edited, starts_at_once, timedelta(seconds=5))


def test_a_film_that_was_held_upright_is_high(tmp_path: Path) -> None:
    """Telephones write it lying, and say that it must be turned."""
    found = open_media(Reel(width_px=1280, height_px=720, turned=True).write(tmp_path / "a.mp4"))
    assert (found.width_px, found.height_px) == (720, 1280)


@pytest.mark.parametrize(("brand", "mime"), [(b"qt  ", "video/quicktime"), (b"mp42", "video/mp4")])
def test_quicktime_is_told_from_mp4_whatever_the_name(tmp_path: Path, brand: bytes, mime: str) -> None:
    """Some platforms take only one of them."""
    assert open_media(Reel(brand=brand).write(tmp_path / "a.mp4")).mime == mime


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (Reel().content()[:-2], "cut off"),
        (Reel(index_first=False).content()[:-60], "cut off"),
        (Reel(in_pieces=True).content(), "pieces for streaming"),
        (Reel(length_ms=0).content(), "how long"),
        (Reel(width_px=0).content(), "no picture in it"),
        (box(b"ftyp", b"isom", b"\0" * 4), "no picture in it"),
        (box(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"mdat", 10_000_000_000), "cut off.*10,000,000,000"),
        (box(b"ftyp", b"isom") + struct.pack(">I4s", 4, b"moov"), "smaller than its own name"),
        (box(b"ftyp", b"isom") + b"\0\0", "middle of a part"),
        (box(b"ftyp", b"isom") + box(b"moov", box(b"mvhd", b"\0\0")), "shorter than it must be"),
        (box(b"ftyp", b"isom") + box(b"free") * (BOXES_MAX + 1), "more parts than any film"),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_a_film_that_cannot_be_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    """A half copied file must be noticed now, not at the platform on the day."""
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=rf"a\.mp4: the film .*{words}"):
        open_media(path)


def test_a_film_larger_than_any_platform_takes_is_refused_unread(tmp_path: Path) -> None:
    """Ten gigabytes must not be read to be refused."""
    path = Reel().write(tmp_path / "a.mp4")
    with path.open("r+b") as file:
        file.truncate(FILM_BYTES_MAX * 10)
    with pytest.raises(MediaError, match="more than 1000 MB"):
        open_media(path)


def test_a_large_film_is_read_in_pieces(tmp_path: Path) -> None:
    """The daemon runs on small machines, and several officers attach films at a time."""
    path = tmp_path / "a.mp4"
    path.write_bytes(Reel(index_first=True).content()[:-12] + struct.pack(">I4s", 200_000_000, b"mdat"))
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 8 + 200_000_000)
    tracemalloc.start()
    assert open_media(path).size_bytes > 200_000_000
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most_bytes < 2_000_000


def test_a_picture_that_bears_a_films_name_is_refused(tmp_path: Path) -> None:
    """The officer has attached the wrong file; the platform would only say that it is broken."""
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").rename(tmp_path / "clip.mp4")
    with pytest.raises(MediaError, match=r"clip\.mp4: this is named as a film and is none"):
        open_media(tmp_path / "clip.mp4")


@given(cut=st.integers(0, 900), byte=st.integers(0, 255), content=st.sampled_from([Reel(), Reel(index_first=False)]))
def test_any_damage_is_a_film_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, cut: int, byte: int, content: Reel
) -> None:
    """Never a traceback, whatever a file holds."""
    data = bytearray(content.content())
    data[cut % len(data)] = byte
    path = tmp_path_factory.getbasetemp() / "damaged.mp4"
    path.write_bytes(data)
    with contextlib.suppress(MediaError):
        assert open_media(path).film
