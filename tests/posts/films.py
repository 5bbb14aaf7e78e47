"""Films made for the tests, from nothing: a few hundred bytes that claim any size and length, and cannot be played.

The boxes follow ISO/IEC 14496-12, read on 24 November 2026 from the sheet of facts on publishing video.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

STRAIGHT = (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
TURNED = (0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)


def box(kind: bytes, *payload: bytes) -> bytes:
    content = b"".join(payload)
    return struct.pack(">I4s", 8 + len(content), kind) + content


@dataclass(frozen=True, slots=True, kw_only=True)
class Reel:
    """What the film shall claim of itself."""

    width_px: int = 720
    height_px: int = 1280
    length_ms: int = 5_000
    frames: int = 150
    coding: bytes = b"avc1"
    brand: bytes = b"isom"
    turned: bool = False
    edited: bool = False
    index_first: bool = True
    in_pieces: bool = False
    sound_first: bool = False
    long_times: bool = False
    padding: int = 0

    def content(self) -> bytes:
        start = box(b"ftyp", self.brand, struct.pack(">I", 512), b"isommp41")
        pictures = box(b"mdat", b"\0" * (4 + self.padding))
        index = box(b"moov", self._head(), *self._tracks(), *([box(b"mvex")] if self.in_pieces else []))
        return start + (index + pictures if self.index_first else pictures + index)

    def write(self, path: Path) -> Path:
        path.write_bytes(self.content())
        return path

    def _head(self) -> bytes:
        form, version = (">IQQIQ", 1 << 24) if self.long_times else (">IIIII", 0)
        times = struct.pack(form, version, 0, 0, 1000, self.length_ms)
        return box(b"mvhd", times, struct.pack(">IH10x9i24xI", 1 << 16, 256, *STRAIGHT, 3))

    def _tracks(self) -> list[bytes]:
        shown = self._track(b"vide", self.coding, self.width_px, self.height_px)
        heard = self._track(b"soun", b"mp4a", 0, 0)
        return [heard, shown] if self.sound_first else [shown, heard]

    def _track(self, handler: bytes, coding: bytes, width_px: int, height_px: int) -> bytes:
        form, version = (">IQQIIQ", 1 << 24 | 7) if self.long_times else (">IIIIII", 7)
        matrix = TURNED if self.turned else STRAIGHT
        head = struct.pack(form, version, 0, 0, 1, 0, self.length_ms)
        sizes = struct.pack(">8x8x9iII", *matrix, width_px << 16, height_px << 16)
        table = box(
            b"stbl",
            box(b"stsd", struct.pack(">II", 0, 1), box(coding, b"\0" * 70)),
            box(b"stsz", struct.pack(">III", 0, 4, self.frames)),
        )
        media = box(b"mdia", box(b"hdlr", struct.pack(">II4s14x", 0, 0, handler)), box(b"minf", table))
        edits = [box(b"edts", b"\0" * 20)] if self.edited else []
        return box(b"trak", box(b"tkhd", head, sizes), *edits, media)
