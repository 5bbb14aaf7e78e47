"""Opening a picture for the first time: under limits, by its content, and whole."""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
import zlib
from datetime import timedelta
from typing import TYPE_CHECKING

from PIL import Image, ImageSequence

from posts.model import Film, Media, PostsError

if TYPE_CHECKING:
    from pathlib import Path

FILE_BYTES_MAX = 30 * 1024 * 1024
PIXELS_MAX = 40_000_000
SIDE_PX_MAX = 12_000
GIF_FRAMES_MAX = 1_000
GIF_PIXELS_MAX = 300_000_000

_ADVICE = "save it as JPEG or PNG."
_BROKEN = (
    *(AttributeError, EOFError, IndexError, KeyError, OSError, OverflowError, SyntaxError, TypeError, ValueError),
    *(MemoryError, struct.error, zlib.error),
)


class MediaError(PostsError):
    """A file cannot be posted as a picture or film; the message names it, says why, and what to do instead."""


def open_picture(path: Path, alt_text: str = "") -> Media:
    """The picture, decoded once to prove that it is whole; `sha256` is of the file's bytes.

    JPEG, PNG, WebP or GIF by content, whatever the name; at most 30 MB, 40 megapixels, 12,000 px a side, all checked
    before a pixel is decoded. Only a GIF may move: it has a `film` then, and at most 1,000 frames, each of which was
    decoded. Raises MediaError for everything else.
    """
    data = _read(path)
    kind = _kind(path, data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            width_px, height_px, film = _proven(path, data, kind)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large(path) from error
    except _BROKEN as error:
        raise MediaError(f"{path}: the picture is broken or not whole: {_ADVICE}") from error
    return Media(
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        mime=f"image/{kind.lower()}",
        width_px=width_px,
        height_px=height_px,
        size_bytes=len(data),
        alt_text=alt_text,
        film=film,
    )


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise MediaError(f"{path}: there is no such file: put the picture there or correct the name.")
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        raise MediaError(f"{path}: the file cannot be read ({error}).") from error
    if len(data) > FILE_BYTES_MAX:
        raise MediaError(f"{path}: the file has more than {FILE_BYTES_MAX // 1024 // 1024} MB: save it smaller.")
    return data


def _kind(path: Path, data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    raise MediaError(f"{path}: this is not a picture that can be posted: {_ADVICE}")


def _proven(path: Path, data: bytes, kind: str) -> tuple[int, int, Film | None]:
    """Width and height, and how it moves where it does."""
    with Image.open(io.BytesIO(data), formats=[kind]) as picture:
        if picture.width * picture.height > PIXELS_MAX or max(picture.size) > SIDE_PX_MAX:
            raise _too_large(path)
        moves = kind != "JPEG" and getattr(picture, "is_animated", False)
        if moves and kind != "GIF":
            raise MediaError(f"{path}: moving pictures of this kind cannot be posted: save it as MP4 or GIF.")
        picture.verify()
    with Image.open(io.BytesIO(data), formats=[kind]) as picture:
        picture.load()
        return *picture.size, _moving(path, picture) if moves else None


def _moving(path: Path, picture: Image.Image) -> Film:
    milliseconds = frames = 0
    for frame in ImageSequence.Iterator(picture):
        frames += 1
        if frames > GIF_FRAMES_MAX or frames * picture.width * picture.height > GIF_PIXELS_MAX:
            raise MediaError(f"{path}: the GIF has more frames than any platform takes: save it as MP4.")
        frame.load()
        milliseconds += int(frame.info.get("duration", 0))
    return Film(length=timedelta(milliseconds=milliseconds), coding="gif ", frames=frames)


def _too_large(path: Path) -> MediaError:
    most = f"{PIXELS_MAX // 1_000_000} megapixels or {SIDE_PX_MAX:,} pixels on a side"
    return MediaError(f"{path}: the picture has more than {most}: save it smaller.")
