"""Opening a picture for the first time: under limits, by its content, and whole."""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
import zlib
from typing import TYPE_CHECKING

from PIL import Image

from posts.model import Media, PostsError

if TYPE_CHECKING:
    from pathlib import Path

FILE_BYTES_MAX = 30 * 1024 * 1024
PIXELS_MAX = 40_000_000
SIDE_PX_MAX = 12_000

_ADVICE = "save it as JPEG or PNG."
_BROKEN = (
    *(AttributeError, EOFError, IndexError, KeyError, OSError, OverflowError, SyntaxError, TypeError, ValueError),
    *(MemoryError, struct.error, zlib.error),
)


class PictureError(PostsError):
    """A file cannot be posted as a picture; the message names it, says why, and what to do instead."""


def open_picture(path: Path, alt_text: str = "") -> Media:
    """The picture, decoded once to prove that it is whole; `sha256` is of the file's bytes.

    JPEG, PNG, WebP or GIF by content, whatever the name; one frame; at most 30 MB, 40 megapixels, 12,000 px a side, all
    checked before a pixel is decoded. Raises PictureError for everything else.
    """
    data = _read(path)
    kind = _kind(path, data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            width_px, height_px = _proven_size(path, data, kind)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large(path) from error
    except _BROKEN as error:
        raise PictureError(f"{path}: the picture is broken or not whole: {_ADVICE}") from error
    return Media(
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        mime=f"image/{kind.lower()}",
        width_px=width_px,
        height_px=height_px,
        size_bytes=len(data),
        alt_text=alt_text,
    )


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise PictureError(f"{path}: there is no such file: put the picture there or correct the name.")
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        raise PictureError(f"{path}: the file cannot be read ({error}).") from error
    if len(data) > FILE_BYTES_MAX:
        raise PictureError(f"{path}: the file has more than {FILE_BYTES_MAX // 1024 // 1024} MB: save it smaller.")
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
    raise PictureError(f"{path}: this is not a picture that can be posted: {_ADVICE}")


def _proven_size(path: Path, data: bytes, kind: str) -> tuple[int, int]:
    with Image.open(io.BytesIO(data), formats=[kind]) as picture:
        if picture.width * picture.height > PIXELS_MAX or max(picture.size) > SIDE_PX_MAX:
            raise _too_large(path)
        if kind != "JPEG" and getattr(picture, "is_animated", False):
            raise PictureError(f"{path}: moving pictures cannot be posted yet: save one frame as JPEG or PNG.")
        picture.verify()
    with Image.open(io.BytesIO(data), formats=[kind]) as picture:
        picture.load()
        return picture.size


def _too_large(path: Path) -> PictureError:
    most = f"{PIXELS_MAX // 1_000_000} megapixels or {SIDE_PX_MAX:,} pixels on a side"
    return PictureError(f"{path}: the picture has more than {most}: save it smaller.")
