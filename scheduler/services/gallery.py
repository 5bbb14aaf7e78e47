"""The files of posts for whoever looks at the pages: by what is in them, large ones without being read whole."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from posts.captions import KINDS, NoCaptions, as_vtt
from posts.intake.opening import COVER
from scheduler.services.drafting import EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MIMES = {f".{extension}": mime for mime, extension in EXTENSIONS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShown:
    """A picture or film on our disk, and its media type."""

    path: Path
    mime: str


class Gallery:
    """The media folder, in which a name made of what is in a file leads to that file alone.

    A file is read in pieces to prove it, and again only once its entry on the disk has changed: a browser asks for a
    film in many stretches.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self._proven: dict[Path, tuple[str, tuple[int, ...]]] = {}

    def find(self, sha256: str) -> FileShown | None:
        """The picture, film or cover with exactly this content; None where there is none or it was changed."""
        path = next((one for one in self._named(sha256) if self._holds(one, sha256)), None)
        return FileShown(path=path, mime=MIMES[path.suffix]) if path else None

    def captions(self, sha256: str) -> bytes | None:
        """The captions with exactly this content, as WebVTT; None where there are none or they were changed."""
        found = self._folder.glob(f"*.{sha256[:16]}.*") if _is_digest(sha256) else ()
        path = next((one for one in found if one.suffix in KINDS and self._holds(one, sha256)), None)
        return vtt_of(path) if path else None

    def _named(self, sha256: str) -> Iterator[Path]:
        if _is_digest(sha256):
            yield from (self._folder / f"{sha256}{extension}" for extension in MIMES)
            yield from (one for one in self._folder.glob(f"*.{sha256[:16]}{COVER}.*") if one.suffix in MIMES)

    def _holds(self, path: Path, sha256: str) -> bool:
        try:
            with path.open("rb") as file:
                there = os.fstat(file.fileno())
                seal = (there.st_ino, there.st_size, there.st_mtime_ns, there.st_ctime_ns)
                if self._proven.get(path) != (sha256, seal):
                    if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                        return False
                    self._proven[path] = (sha256, seal)
        except OSError:
            return False
        return True


def vtt_of(path: Path) -> bytes | None:
    """The file's captions as WebVTT, which is what browsers read; None where they cannot be read."""
    try:
        return as_vtt(path.read_bytes())
    except (OSError, NoCaptions):
        return None


def _is_digest(name: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{64}", name) is not None
