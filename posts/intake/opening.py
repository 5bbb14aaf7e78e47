"""Opening a file that somebody wants to post: a picture or a film, whatever its name says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from posts.intake.captions import CAPTION_SUFFIXES, open_captions
from posts.intake.films import FILM_SUFFIXES, is_film, open_film
from posts.intake.pictures import MediaError, open_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from posts.model import Media

COVER = ".cover"


def open_media(path: Path, alt_text: str = "") -> Media:
    """The picture or film, opened as `open_picture` and `open_film` do. Raises MediaError as they do.

    A picture that bears a film's name is refused: whoever named it so has attached the wrong file.
    """
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except (OSError, ValueError):
        return open_picture(path, alt_text)  # which says what is wrong
    if is_film(head):
        return open_film(path, alt_text)
    if path.suffix.casefold() in FILM_SUFFIXES:
        raise MediaError(f"{path}: this is named as a film and is none: attach the film itself, as MP4 (H.264, AAC).")
    return open_picture(path, alt_text)


def open_all(paths: Sequence[Path], opened: Callable[[Path], Media] = open_media) -> tuple[Media, ...]:
    """The pictures and films among these files, in order; captions and covers go to the film that they are named for.

    `clip.ka.srt` and `clip.vtt` are captions of `clip.mp4`, `clip.cover.jpg` is its cover. Raises MediaError where one
    names no film of these, too.
    """
    shown = [path for path in paths if not _accompanies(path)]
    found = {path: opened(path) for path in shown}
    for path in paths:
        if _accompanies(path):
            film = next((one for one in shown if found[one].film and path.name.startswith(f"{one.stem}.")), None)
            if film is None:
                raise MediaError(
                    f"{path}: there is no film of that name beside it: name it as its film, or leave it out."
                )
            found[film] = _accompanied(found[film], path, opened)
    return tuple(found[path] for path in shown)


def _accompanies(path: Path) -> bool:
    return path.suffix.casefold() in CAPTION_SUFFIXES or path.stem.endswith(COVER)


def _accompanied(film: Media, path: Path, opened: Callable[[Path], Media]) -> Media:
    if path.suffix.casefold() in CAPTION_SUFFIXES:
        return replace(film, captions=(*film.captions, open_captions(path)))
    cover = opened(path)
    if cover.film:
        raise MediaError(f"{path}: a cover is a still picture: save it as JPEG.")
    return replace(film, cover=cover)
