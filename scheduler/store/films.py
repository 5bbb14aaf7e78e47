"""What the `media` table keeps beside a file, as JSON: how a film moves, captions, cover, a picture's shapes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from posts.model import Captions, Film, Media

if TYPE_CHECKING:
    from collections.abc import Mapping


def film_row(one: Media) -> dict[str, object] | None:
    """How a film moves; None for a still picture."""
    if one.film is None:
        return None
    return {
        "length_ms": round(one.film.length.total_seconds() * 1000),
        "coding": one.film.coding,
        "frames": one.film.frames,
        "edited": one.film.edited,
        "starts_at_once": one.film.starts_at_once,
    }


def beside_row(one: Media) -> dict[str, object] | None:
    """A film's captions and cover, a picture's other shapes; None where there is none of them."""
    if one.shapes:
        return {"shapes": [_picture_row(shape) for shape in one.shapes]}
    if not one.captions and one.cover is None:
        return None
    return {
        "captions": [{**_file(words), "language": words.language} for words in one.captions],
        "cover": _picture_row(one.cover) if one.cover else None,
    }


def read_back(film: Mapping[str, Any] | None, beside: Mapping[str, Any] | None) -> dict[str, Any]:
    """What `film_row` and `beside_row` made, as the arguments of Media."""
    beside = beside or {}
    if film is None:
        return {"shapes": tuple(Media(**_with_path(one)) for one in beside.get("shapes", ()))}
    told = {name: value for name, value in film.items() if name != "length_ms"}
    return {
        "film": Film(length=timedelta(milliseconds=film["length_ms"]), **told),
        "captions": tuple(Captions(**_with_path(one)) for one in beside.get("captions", ())),
        "cover": Media(**_with_path(beside["cover"])) if beside.get("cover") else None,
    }


def _picture_row(one: Media) -> dict[str, object]:
    shape = {"mime": one.mime, "width_px": one.width_px, "height_px": one.height_px}
    return {**_file(one), **shape}


def _file(one: Media | Captions) -> dict[str, object]:
    return {"path": str(one.path), "sha256": one.sha256, "size_bytes": one.size_bytes}


def _with_path(told: Mapping[str, Any]) -> dict[str, Any]:
    return {**told, "path": Path(told["path"])}
