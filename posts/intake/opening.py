"""Opening a file that somebody wants to post: a picture or a film, whatever its name says."""

from __future__ import annotations

import re
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
_SHAPE = re.compile(r"(.+)\.([0-9]{2,5})x([0-9]{2,5})")


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
    names no film of these, too. `card.1600x900.jpg` is
    the picture `card.jpg` of these in that width and height, for the platforms that show it better; where there is no
    such picture, it is one of its own.
    """
    shapes = _shapes(paths)
    shown = [path for path in paths if not _accompanies(path) and path not in shapes]
    found = {path: opened(path) for path in shown}
    for path, whole in shapes.items():
        found[whole] = _with_shape(found[whole], path, opened)
    for path in paths:
        if _accompanies(path):
            film = next((one for one in shown if found[one].film and path.name.startswith(f"{one.stem}.")), None)
            if film is None:
                raise MediaError(
                    f"{path}: there is no film of that name beside it: name it as its film, or leave it out."
                )
            found[film] = _accompanied(found[film], path, opened)
    return tuple(found[path] for path in shown)


def shape_name(picture: Path, shape: Media) -> str:
    """The name under which a shape of the picture is found beside it."""
    return f"{picture.stem}.{shape.width_px}x{shape.height_px}{shape.path.suffix}"


def _shapes(paths: Sequence[Path]) -> dict[Path, Path]:
    """Those of the files that are named as another's shape, and that other."""
    named = {path: found for path in paths if (found := _SHAPE.fullmatch(path.stem))}
    whole = {path.with_suffix(""): path for path in paths if path not in named}
    pairs = {path: whole.get(path.with_name(found[1])) for path, found in named.items()}
    return {path: other for path, other in pairs.items() if other}


def _with_shape(picture: Media, path: Path, opened: Callable[[Path], Media]) -> Media:
    shape = opened(path)
    if shape.film or picture.film:
        raise MediaError(f"{path}: only still pictures have other shapes: give each film a name of its own.")
    size = (shape.width_px, shape.height_px)
    if not path.stem.endswith(f".{size[0]}x{size[1]}"):
        raise MediaError(f"{path}: it is {size[0]}x{size[1]}: name it so, or save it in the size that its name says.")
    if any((one.width_px, one.height_px) == size for one in (picture, *picture.shapes)):
        raise MediaError(f"{path}: the same picture is there in this size already: leave one of the two out.")
    return replace(picture, shapes=(*picture.shapes, shape))


def _accompanies(path: Path) -> bool:
    return path.suffix.casefold() in CAPTION_SUFFIXES or path.stem.endswith(COVER)


def _accompanied(film: Media, path: Path, opened: Callable[[Path], Media]) -> Media:
    if path.suffix.casefold() in CAPTION_SUFFIXES:
        return replace(film, captions=(*film.captions, open_captions(path)))
    cover = opened(path)
    if cover.film:
        raise MediaError(f"{path}: a cover is a still picture: save it as JPEG.")
    return replace(film, cover=cover)
