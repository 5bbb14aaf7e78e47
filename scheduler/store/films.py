"""What the `media` table keeps of films: how they move, and the captions and cover beside them, as JSON."""

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
    """The captions and the cover; None where a film has neither."""
    if not one.captions and one.cover is None:
        return None
    return {
        "captions": [{**_file(words), "language": words.language} for words in one.captions],
        "cover": _cover_row(one.cover) if one.cover else None,
    }


def read_back(film: Mapping[str, Any] | None, beside: Mapping[str, Any] | None) -> dict[str, Any]:
    """What `film_row` and `beside_row` made, as the arguments of Media."""
    if film is None:
        return {}
    told = {name: value for name, value in film.items() if name != "length_ms"}
    beside = beside or {}
    return {
        "film": Film(length=timedelta(milliseconds=film["length_ms"]), **told),
        "captions": tuple(Captions(**_with_path(one)) for one in beside.get("captions", ())),
        "cover": Media(**_with_path(beside["cover"])) if beside.get("cover") else None,
    }


def _cover_row(cover: Media) -> dict[str, object]:
    shape = {"mime": cover.mime, "width_px": cover.width_px, "height_px": cover.height_px}
    return {**_file(cover), **shape}


def _file(one: Media | Captions) -> dict[str, object]:
    return {"path": str(one.path), "sha256": one.sha256, "size_bytes": one.size_bytes}


def _with_path(told: Mapping[str, Any]) -> dict[str, Any]:
    return {**told, "path": Path(told["path"])}
