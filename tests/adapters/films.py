"""Films, moving GIFs and captions to try adapters with; the films claim what they claim and cannot be played."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PIL import Image

from posts.intake.captions import open_captions
from posts.intake.films import open_film
from posts.intake.pictures import open_picture
from tests.posts.films import Reel

if TYPE_CHECKING:
    from pathlib import Path

    from posts.model import Captions, Media

ALT_TEXT = "Hands that let go of a rope, “ҷ”"


def film(folder: Path, name: str = "clip.mp4", *, size_bytes: int = 0, **claims: object) -> Media:
    """A film on the disk; `size_bytes` larger than it needs makes a hole of the rest, which costs no disk."""
    folder.mkdir(parents=True, exist_ok=True)
    path = Reel(**{"index_first": True, **claims}).write(folder / name)  # type: ignore[arg-type]
    if size_bytes:
        _stretch(path, size_bytes)
    return open_film(path, ALT_TEXT)


def gif(folder: Path, name: str = "turn.gif", *, frames: int = 3) -> Media:
    """A GIF that moves."""
    folder.mkdir(parents=True, exist_ok=True)
    first, *rest = [Image.new("RGB", (16, 12), (90 * shade, 40, 200)) for shade in range(frames)]
    first.save(folder / name, format="GIF", save_all=True, append_images=rest, duration=100)
    return open_picture(folder / name, ALT_TEXT)


def words(folder: Path, name: str = "clip.ka.srt") -> Captions:
    """A file of captions with one line, in the language that its name says."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("1\n00:00:00,500 --> 00:00:02,000\nადამიანი არ იყიდება\n", encoding="utf-8")
    return open_captions(folder / name)


def with_cover(one: Media, cover: Media) -> Media:
    """The film with a still picture that stands for it."""
    return replace(one, cover=cover)


def _stretch(path: Path, size_bytes: int) -> None:
    """The film's last part, which is its pictures, reaches so far."""
    content = path.read_bytes()
    at = content.rindex(b"mdat") - 4
    with path.open("r+b") as file:
        file.seek(at)
        file.write((size_bytes - at).to_bytes(4, "big"))
        file.truncate(size_bytes)
