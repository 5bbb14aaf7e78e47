from __future__ import annotations

import hashlib
import os
import struct
import zlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from posts.intake.pictures import FILE_BYTES_MAX, GIF_FRAMES_MAX, MediaError, open_picture
from posts.model import Film
from tests.posts.intake.plans import picture

if TYPE_CHECKING:
    from pathlib import Path


def _png_of(width_px: int, height_px: int, packed: bytes) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width_px, height_px, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("name", "mime"),
    [("a.jpg", "image/jpeg"), ("a.png", "image/png"), ("a.webp", "image/webp"), ("a.gif", "image/gif")],
)
def test_a_whole_picture_is_known_by_its_content(tmp_path: Path, name: str, mime: str) -> None:
    """The hash binds the approval to these very bytes; the type comes from them, not from a name."""
    path = picture(tmp_path / name).rename(tmp_path / "named.txt")
    media = open_picture(path, "Blue")
    assert (media.mime, media.width_px, media.height_px, media.alt_text) == (mime, 8, 6, "Blue")
    assert media.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert media.size_bytes == path.stat().st_size


@pytest.mark.parametrize(
    ("width_px", "height_px"),
    [(11_000, 11_000), (9_000, 9_000), (6_325, 6_325), (12_001, 1), (1, 12_001), (100_000, 100_000)],
)
def test_a_small_file_of_a_huge_picture_is_refused_before_it_is_decoded(
    tmp_path: Path, width_px: int, height_px: int
) -> None:
    """A 15 kB file of 121 megapixels unpacks to memory that the daemon needs. The pixels here would not decode."""
    path = tmp_path / "bomb.png"
    path.write_bytes(_png_of(width_px, height_px, b"not packed pixels"))
    with pytest.raises(MediaError, match=r"bomb.png.*40 megapixels"):
        open_picture(path)


def test_the_121_megapixel_bomb_of_fifteen_kilobytes_is_refused(tmp_path: Path) -> None:
    """This very file opens in the imaging library with no more than a warning."""
    path = tmp_path / "bomb.png"
    path.write_bytes(_png_of(11_000, 11_000, zlib.compress(bytes(1 + 11_000 // 8) * 11_000, 9)))
    assert path.stat().st_size < 20_000
    with pytest.raises(MediaError, match="40 megapixels"):
        open_picture(path)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.gif"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_picture_that_is_not_whole_is_refused(tmp_path: Path, name: str, share: float) -> None:
    """Half an upload would be posted as a grey block."""
    path = tmp_path / name
    Image.effect_noise((60, 60), 80).save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(MediaError, match="broken or not whole"):
        open_picture(path)


def test_a_png_with_a_flipped_bit_is_refused(tmp_path: Path) -> None:
    """A bad disk changes single bits, and nobody looks at every picture again."""
    path = tmp_path / "a.png"
    Image.effect_noise((60, 60), 80).save(path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(MediaError, match="broken"):
        open_picture(path)


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_moving_pictures_that_no_platform_takes_as_such_are_refused(tmp_path: Path, name: str) -> None:
    """Platforms show one frame, another frame or a film: what was approved must be what is seen."""
    _frames(tmp_path / name)
    with pytest.raises(MediaError, match="save it as MP4 or GIF"):
        open_picture(tmp_path / name)


def test_a_gif_that_moves_says_how_long_and_of_how_many_frames(tmp_path: Path) -> None:
    """Platforms limit both, and some take none."""
    _frames(tmp_path / "a.gif")
    found = open_picture(tmp_path / "a.gif")
    assert (found.mime, found.film) == ("image/gif", Film(length=timedelta(seconds=1.5), coding="gif ", frames=3))


def test_a_gif_of_endless_frames_is_refused(tmp_path: Path) -> None:
    """Each frame costs its pixels, and a small file can hold any number of them."""
    _frames(tmp_path / "a.gif", GIF_FRAMES_MAX + 1)
    with pytest.raises(MediaError, match=r"a\.gif.*more frames"):
        open_picture(tmp_path / "a.gif")


def _frames(path: Path, count: int = 3) -> None:
    frames = [Image.new("RGB", (8, 8), (number * 40 % 256, number // 256, 7)) for number in range(count)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=500)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"BM" + bytes(60),
        b"II*\x00" + bytes(60),
        b"\x00\x00\x00\x18ftypheic" + bytes(60),
    ],
)
def test_what_is_no_postable_picture_is_never_interpreted(tmp_path: Path, data: bytes) -> None:
    """Some of these are programs; an interpreter must not even see them."""
    path = tmp_path / "a.png"
    path.write_bytes(data)
    with pytest.raises(MediaError, match="not a picture that can be posted"):
        open_picture(path)


def test_files_that_are_missing_endless_or_too_large_are_refused(tmp_path: Path) -> None:
    """A pipe would hang the import for ever, a huge file would fill the memory."""
    with pytest.raises(MediaError, match="no such file"):
        open_picture(tmp_path / "none.png")
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(MediaError, match="no such file"):
        open_picture(tmp_path / "pipe.png")
    with (tmp_path / "large.png").open("wb") as file:
        file.truncate(FILE_BYTES_MAX + 1)
    with pytest.raises(MediaError, match="30 MB"):
        open_picture(tmp_path / "large.png")
