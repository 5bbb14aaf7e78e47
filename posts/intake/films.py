"""Opening a film for the first time: what its file tells of it, without a decoder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from posts.intake.boxes import BrokenBoxes, boxes, coding_of, handler_of, samples_of, seconds_of, size_of
from posts.intake.pictures import MediaError
from posts.model import Film, Media

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from posts.intake.boxes import Box

FILM_BYTES_MAX = 1_000_000_000
FILM_SUFFIXES = (".mp4", ".m4v", ".mov")

_ADVICE = "export it again as MP4 (H.264, AAC)."
_FIRST_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")


@dataclass(slots=True, kw_only=True)
class _Track:
    """What has been seen of one track so far."""

    handler: bytes = b""
    coding: str = ""
    frames: int = 0
    size_px: tuple[int, int] = (0, 0)
    edited: bool = False


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What has been seen of a whole file so far."""

    brand: bytes = b""
    seconds: float | None = None
    order: list[bytes] = field(default_factory=list)
    in_pieces: bool = False
    tracks: dict[int, _Track] = field(default_factory=dict)


def is_film(head: bytes) -> bool:
    """Whether a file that begins so is an MP4 or QuickTime film, or wants to be one."""
    return head[4:8] in _FIRST_BOXES


def open_film(path: Path, alt_text: str = "") -> Media:
    """The film with its length, size, coding and order, and the SHA-256 of its bytes; no picture of it is decoded.

    MP4 or QuickTime, at most 1 GB. Memory stays flat: the file is read in pieces. Raises MediaError for a file that is
    cut off, in pieces (fragmented), without a picture track, or whose parts do not fit.
    """
    try:
        size_bytes = path.stat().st_size
        if size_bytes > FILM_BYTES_MAX:
            raise MediaError(f"{path}: the film has more than {FILM_BYTES_MAX // 1_000_000} MB: export it smaller.")
        with path.open("rb") as file:
            seen = _seen_in(file, size_bytes)
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return _film(seen, path, sha256, size_bytes, alt_text)
    except BrokenBoxes as error:
        raise MediaError(f"{path}: the film {error}: {_ADVICE}") from error
    except OSError as error:
        raise MediaError(f"{path}: the file cannot be read ({error}).") from error


def _seen_in(file: BinaryIO, size_bytes: int) -> _Seen:
    seen = _Seen()
    for box in boxes(file, size_bytes):
        if not box.inside:
            seen.order.append(box.kind)
        _take(box, seen)
    return seen


def _take(box: Box, seen: _Seen) -> None:
    track = seen.tracks.setdefault(box.track, _Track()) if b"trak" in box.inside else _Track()
    match box.kind:
        case b"ftyp":
            seen.brand = box.payload[:4]
        case b"mvhd":
            seen.seconds = seconds_of(box.payload)
        case b"mvex" | b"moof":
            seen.in_pieces = True
        case b"tkhd":
            track.size_px = size_of(box.payload)
        case b"hdlr" if b"minf" not in box.inside:
            track.handler = handler_of(box.payload)
        case b"stsd":
            track.coding = coding_of(box.payload)
        case b"stsz":
            track.frames = samples_of(box.payload)
        case b"edts":
            track.edited = True


def _film(seen: _Seen, path: Path, sha256: str, size_bytes: int, alt_text: str) -> Media:
    shown = next((one for one in seen.tracks.values() if one.handler == b"vide"), None)
    if shown is None or 0 in shown.size_px:
        raise BrokenBoxes("has no picture in it")
    if seen.in_pieces:
        raise BrokenBoxes("is cut into pieces for streaming")
    if not seen.seconds:
        raise BrokenBoxes("does not say how long it is")
    if b"mdat" not in seen.order:
        raise BrokenBoxes("holds no pictures, only what describes them")
    width_px, height_px = shown.size_px
    return Media(
        path=path,
        sha256=sha256,
        mime="video/mp4" if seen.brand not in (b"", b"qt  ") else "video/quicktime",
        width_px=width_px,
        height_px=height_px,
        size_bytes=size_bytes,
        alt_text=alt_text,
        film=Film(
            length=timedelta(milliseconds=round(seen.seconds * 1000)),
            coding=shown.coding,
            frames=shown.frames,
            edited=any(one.edited for one in seen.tracks.values()),
            starts_at_once=seen.order.index(b"moov") < seen.order.index(b"mdat"),
        ),
    )
