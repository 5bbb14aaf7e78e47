"""The boxes of an MP4 or QuickTime file (ISO/IEC 14496-12): read where they stand, nothing of the film itself.

Layout of the boxes: ISO/IEC 14496-12, as summed up for this project on 24 November 2026.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

BOXES_MAX = 10_000
DEPTH_MAX = 8
PAYLOAD_BYTES_MAX = 4_096

_FOLDERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})


class BrokenBoxes(Exception):
    """The file's boxes do not fit into each other; the message says which one, in words that follow "the file"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One box: its four letters, the names of those around it, and the first bytes of its payload."""

    kind: bytes
    inside: tuple[bytes, ...]
    track: int
    payload: bytes


def boxes(file: BinaryIO, size_bytes: int) -> Iterator[Box]:
    """Every box of the outermost level and below the folders that describe tracks, in the file's order.

    `track` counts the `trak` boxes so far, from 1. At most 4 KB of each payload are read, so memory stays flat whatever
    the file claims. Raises BrokenBoxes for a size that cannot be, and for more boxes than any real file has.
    """
    walk = _Walk(file)
    yield from walk.level(0, size_bytes, ())


class _Walk:
    def __init__(self, file: BinaryIO):
        self._file = file
        self._seen = 0
        self._tracks = 0

    def level(self, at: int, end: int, inside: tuple[bytes, ...]) -> Iterator[Box]:
        while at < end:
            kind, start, stop = self._head(at, end)
            self._seen += 1
            if self._seen > BOXES_MAX or len(inside) > DEPTH_MAX:
                raise BrokenBoxes("has more parts than any film has")
            self._tracks += kind == b"trak"
            self._file.seek(start)
            payload = b"" if kind in _FOLDERS else self._file.read(min(stop - start, PAYLOAD_BYTES_MAX))
            yield Box(kind=kind, inside=inside, track=self._tracks, payload=payload)
            if kind in _FOLDERS:
                yield from self.level(start, stop, (*inside, kind))
            at = stop

    def _head(self, at: int, end: int) -> tuple[bytes, int, int]:
        """The box at `at`: its name, where its payload starts, and where it ends."""
        self._file.seek(at)
        head = self._file.read(16)
        if len(head) < 8 or end - at < 8:
            raise BrokenBoxes("ends in the middle of a part")
        size, kind = struct.unpack(">I4s", head[:8])
        start = at + 8
        if size == 1:
            if len(head) < 16:
                raise BrokenBoxes("ends in the middle of a part")
            (size,) = struct.unpack(">Q", head[8:])
            start = at + 16
        stop = end if size == 0 else at + size
        if stop < start:
            raise BrokenBoxes(f"holds a part '{_letters(kind)}' that is smaller than its own name")
        if stop > end:
            raise BrokenBoxes(
                f"is cut off: its part '{_letters(kind)}' should have {size:,} bytes, {end - at:,} are there"
            )
        return kind, start, stop


def seconds_of(payload: bytes) -> float:
    """How long a film is, from the payload of `mvhd` (in seconds). Raises BrokenBoxes."""
    scale, ticks = unpacked(">QQIQ" if _is_long(payload) else ">IIII", payload, 4)[2:]
    if not scale:
        raise BrokenBoxes("gives no unit for its length")
    return float(ticks) / float(scale)


def size_of(payload: bytes) -> tuple[int, int]:
    """Width and height as they are shown, turned where the track is turned, from the payload of `tkhd`."""
    at = 52 if _is_long(payload) else 40
    matrix = unpacked(">9i", payload, at)
    width, height = (side >> 16 for side in unpacked(">II", payload, at + 36))
    return (height, width) if matrix[0] == matrix[4] == 0 else (width, height)


def handler_of(payload: bytes) -> bytes:
    """What kind of track this is, from the payload of `hdlr`: vide, soun or another."""
    return bytes(unpacked(">8x4s", payload, 0)[0])


def coding_of(payload: bytes) -> str:
    """The four letters of how a track is coded, from the payload of `stsd`."""
    return _letters(bytes(unpacked(">12x4s", payload, 0)[0]))


def samples_of(payload: bytes) -> int:
    """How many samples, of a film: frames, a track has, from the payload of `stsz`."""
    return int(unpacked(">8xI", payload, 0)[0])


def unpacked(form: str, payload: bytes, at: int) -> tuple[int, ...]:
    """What stands at `at`. Raises BrokenBoxes where the payload is too short for it."""
    try:
        return struct.unpack_from(form, payload, at)
    except struct.error:
        raise BrokenBoxes("holds a part that is shorter than it must be") from None


def _is_long(payload: bytes) -> bool:
    """Whether times stand in 64 bits."""
    return payload[:1] == b"\x01"


def _letters(name: bytes) -> str:
    return "".join(chr(one) if 32 <= one < 127 else "?" for one in name)
