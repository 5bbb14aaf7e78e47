"""One clock for the daemon, the platforms and whoever drives them: it runs fast, and it can leap."""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LAYOUT = struct.Struct("=dddd")  # start (Unix time), the monotonic instant then, speed, seconds leapt
LEAPT = struct.Struct("=d")
LEAPT_AT = LAYOUT.size - LEAPT.size


@dataclass(frozen=True, slots=True)
class SharedClock:
    """The time in a file, the same for every process that opens it.

    Linux gives all processes one monotonic clock; the leaps are eight aligned bytes, read and written at once.
    """

    shared: mmap.mmap

    @classmethod
    def make(cls, path: Path, start: datetime, speed: float) -> SharedClock:
        """A clock that shows `start` now and goes `speed` times as fast as ours."""
        path.write_bytes(LAYOUT.pack(start.timestamp(), monotonic(), speed, 0.0))
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> SharedClock:
        """The clock that another process made."""
        with path.open("r+b") as file:
            return cls(mmap.mmap(file.fileno(), LAYOUT.size))

    def __call__(self) -> datetime:
        start, began, speed, leapt = LAYOUT.unpack(self.shared[: LAYOUT.size])
        return datetime.fromtimestamp(start, UTC) + timedelta(seconds=(monotonic() - began) * speed + leapt)

    def monotonic(self) -> float:
        """Seconds that pass as this clock's do, leaps included: nobody can tell a leap from patience."""
        _, began, speed, leapt = LAYOUT.unpack(self.shared[: LAYOUT.size])
        return float((monotonic() - began) * speed + leapt)

    def leap(self, by: timedelta) -> None:
        """It is later by that much now, for everybody."""
        *_, leapt = LAYOUT.unpack(self.shared[: LAYOUT.size])
        self.shared[LEAPT_AT:] = LEAPT.pack(leapt + by.total_seconds())
