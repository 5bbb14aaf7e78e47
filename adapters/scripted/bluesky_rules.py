"""What the scripted Bluesky server takes for a post, and how it refuses what is none.

Behaviour as seen at the real server on 24 Nov 2026.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from adapters.scripted.counting import graphemes
from adapters.scripted.server import reply_json

if TYPE_CHECKING:
    from collections.abc import Mapping

COLLECTION = "app.bsky.feed.post"
FILM_BYTES_MAX = 300_000_000
TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
FIELDS = {"$type", "text", "createdAt", "langs", "facets", "embed", "reply"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One record that the server created; never changed, never taken back."""

    uri: str
    cid: str
    record: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Pictures:
    """The pictures that were uploaded, by name, and the largest that a post may show."""

    bytes_max: int
    blobs: dict[str, dict[str, Any]] = field(default_factory=dict)


class Refused(Exception):
    """The server's refusal, as it is answered."""

    def __init__(self, error: str, message: str, status: int = 400):
        super().__init__(message)
        self.reply = reply_json({"error": error, "message": message}, status)


def check_record(record: Mapping[str, Any], records: Mapping[str, Accepted], pictures: Pictures) -> None:
    """Nothing, where the real server would take the record. `pictures`: what was uploaded. Raises Refused."""
    if record.get("$type") != COLLECTION or set(record) - FIELDS:
        raise Refused("InvalidRequest", f"Invalid {COLLECTION} record: unknown or missing fields")
    text = record.get("text")
    if not isinstance(text, str) or graphemes(text) > 300:
        raise Refused("InvalidRequest", f"Invalid {COLLECTION} record: grapheme too big (maximum 300)")
    if len(text.encode()) > 3000:
        raise Refused("InvalidRequest", f"Invalid {COLLECTION} record: string too big (maximum 3000)")
    _check_form(record, text)
    _check_embed(record.get("embed"), pictures)
    for ref in (record.get("reply") or {}).values():
        if not isinstance(ref, dict) or records[ref["uri"]].cid != ref["cid"]:
            raise Refused("InvalidRequest", f"Invalid {COLLECTION} record: no such parent")


def _check_embed(embed: Any, pictures: Pictures) -> None:
    if isinstance(embed, dict) and embed.get("$type") == "app.bsky.embed.video":
        _check_film(embed, pictures)
        return
    images = embed.get("images", []) if isinstance(embed, dict) else []
    if len(images) > 4:
        raise Refused("InvalidRequest", "array too big (maximum 4)")
    for one in images:
        blob = _there(one["image"], pictures)
        if blob != one["image"] or not blob["mimeType"].startswith("image/") or not isinstance(one["alt"], str):
            raise Refused("InvalidRequest", "Wrong type of blob, or no alt text")
        if blob["size"] > pictures.bytes_max:
            raise Refused("InvalidRequest", f"blob too big (maximum {pictures.bytes_max}, got {blob['size']})")


def _check_film(embed: dict[str, Any], pictures: Pictures) -> None:
    if set(embed) - {"$type", "video", "alt", "aspectRatio", "captions", "presentation"}:
        raise Refused("InvalidRequest", "Invalid app.bsky.embed.video: unknown fields")
    film, shape, captions = _there(embed["video"], pictures), embed.get("aspectRatio", {}), embed.get("captions", [])
    if film != embed["video"] or film["mimeType"] != "video/mp4" or film["size"] > FILM_BYTES_MAX:
        raise Refused("InvalidRequest", "Wrong type of blob, or too large a one")
    if shape and not (set(shape) == {"width", "height"} and min(shape.values()) >= 1):
        raise Refused("InvalidRequest", "Invalid aspectRatio")
    if embed.get("presentation", "default") not in {"default", "gif"} or len(captions) > 20:
        raise Refused("InvalidRequest", "Invalid presentation, or too many captions")
    for one in captions:
        words = _there(one["file"], pictures)
        if words["mimeType"] != "text/vtt" or words["size"] > 20_000 or not TAG.fullmatch(one["lang"]):
            raise Refused("InvalidRequest", "Captions are text/vtt of 20000 bytes at most, in a language")


def _there(shown: Mapping[str, Any], pictures: Pictures) -> dict[str, Any]:
    """The file that the record shows. Raises Refused where it was never uploaded, or is gone."""
    ref = shown["ref"]["$link"]
    if ref not in pictures.blobs:
        raise Refused("BlobNotFound", f"Could not find blob: {ref}")
    return pictures.blobs[ref]


def _check_form(record: Mapping[str, Any], text: str) -> None:
    try:
        good = datetime.fromisoformat(record["createdAt"]).tzinfo is not None and len(record.get("langs", [])) <= 3
        good = good and _fit(record.get("facets", []), text.encode())
    except (ValueError, KeyError, TypeError):
        good = False
    if not good:
        raise Refused("InvalidRequest", f"Invalid {COLLECTION} record: createdAt, langs or facets")


def _fit(facets: list[dict[str, Any]], text: bytes) -> bool:
    """Whether every facet lies on whole characters, says something, and overlaps no other."""
    spans = sorted((one["index"]["byteStart"], one["index"]["byteEnd"]) for one in facets)
    apart = all(later[0] >= earlier[1] for earlier, later in pairwise(spans))
    whole = all(text[start:end].decode() and 0 <= start < end <= len(text) for start, end in spans)
    return apart and whole and all(one["features"] for one in facets)
