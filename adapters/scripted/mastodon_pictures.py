"""The pictures of a scripted Mastodon: opened as the real one opens them, and worked on where it is slow.

Behaviour from the Mastodon documentation of 2 Jul 2026, methods media (read on 24 Nov 2026).
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image

from adapters.scripted.counting import graphemes
from adapters.scripted.mastodon_switches import Refused
from adapters.scripted.memory import is_picture
from adapters.scripted.server import Reply, reply_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.scripted.mastodon_switches import Switches
    from adapters.scripted.server import FilePart, Request

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
FILMS = ("video/mp4", "video/quicktime")
COVER_BYTES_MAX = 2_000_000
INVALID = "Validation failed: File content type is invalid"


@dataclass(slots=True, kw_only=True)
class Picture:
    """One picture or film that was taken; `looks_left`: how often it is still answered that it is worked on.

    `kind`: as the server calls it. `sha256` and `size_bytes` are of what arrived; the bytes are not kept.
    """

    owner: str
    description: str
    looks_left: int
    kind: str
    sha256: str
    size_bytes: int
    cover: bool
    attached: bool = False


class Shelf:
    """The pictures of all accounts; `url` is where they would be seen."""

    def __init__(self, ways: Switches):
        self._ways = ways
        self._pictures: dict[str, Picture] = {}

    def __len__(self) -> int:
        return len(self._pictures)

    @property
    def taken(self) -> tuple[Picture, ...]:
        """Every picture and film that is there, in their order."""
        return tuple(self._pictures.values())

    def forget(self) -> None:
        """Pictures that no status shows are gone, as after a day."""
        self._pictures = {name: one for name, one in self._pictures.items() if one.attached}

    def take(self, request: Request, owner: str, made: str, url: str) -> Reply:
        """The picture of the request is on the shelf under the id `made`."""
        fields, files = request.form()
        picture, description = files.get("file"), fields.get("description", "")
        if picture is None:
            raise Refused(422, "Validation failed: File can't be blank")
        kind, cover = self._kind(picture), files.get("thumbnail")
        if cover and (kind != "video" or len(cover.content) > COVER_BYTES_MAX or not _is_picture(cover)):
            raise Refused(422, "Validation failed: Thumbnail content type is invalid")
        if graphemes(description) > self._ways.description_max:
            raise Refused(422, f"Validation failed: Description is too long ({self._ways.description_max})")
        slow = self._ways.slow_media or self._ways.broken_media or kind != "image"
        self._pictures[made] = Picture(
            owner=owner,
            description=description,
            looks_left=1 if slow else 0,
            kind=kind,
            sha256=hashlib.sha256(picture.content).hexdigest(),
            size_bytes=len(picture.content),
            cover=cover is not None,
        )
        told = _shown(made, kind, None if slow else url)
        return reply_json(told, 202 if slow or self._ways.done_as_taken else 200)

    def _kind(self, file: FilePart) -> str:
        """What the server makes of the file. Refuses what it cannot read, and what is too large."""
        size = len(file.content)
        if file.mime in FILMS and file.content[4:8] == b"ftyp" and size <= self._ways.film_bytes_max:
            return "video"
        if size > self._ways.picture_bytes_max or not _is_picture(file):
            raise Refused(422, INVALID)
        return "gifv" if _moves(file) else "image"

    def look(self, owner: str, remote_id: str, url: str) -> Reply:
        """Whether the picture can be attached."""
        picture = self.own(owner, remote_id)
        if picture.looks_left > 0:
            picture.looks_left -= 1
            return reply_json(_shown(remote_id, picture.kind, None), 206)
        if self._ways.broken_media:
            raise Refused(422, INVALID)
        return reply_json(_shown(remote_id, picture.kind, url))

    def several(self, owner: str, ids: Sequence[object]) -> list[Picture]:
        """The pictures that a status wants to show. Refuses too many, foreign, used and unfinished ones."""
        if len(ids) > self._ways.pictures_max:
            raise Refused(422, "Validation failed: Cannot attach more pictures")
        pictures = [self.own(owner, str(one)) for one in ids]
        if len(pictures) > 1 and any(one.kind == "video" for one in pictures):
            raise Refused(422, "Cannot attach a video to a post that already contains images")
        if any(one.looks_left for one in pictures):
            raise Refused(422, "Cannot attach files that have not finished processing. Try again in a moment!")
        return pictures

    def own(self, owner: str, remote_id: str) -> Picture:
        """The account's own picture, not used yet."""
        picture = self._pictures.get(remote_id)
        if picture is None or picture.owner != owner or picture.attached:
            raise Refused(404, "Record not found")
        return picture


def _shown(remote_id: str, kind: str, url: str | None) -> dict[str, Any]:
    return {"id": remote_id, "type": kind, "url": url}


def _moves(file: FilePart) -> bool:
    with Image.open(io.BytesIO(file.content)) as picture:
        return bool(getattr(picture, "is_animated", False))


def _is_picture(file: FilePart) -> bool:
    """Whether the bytes really are a picture of the type that is claimed."""
    return is_picture(file.content, [FORMATS.get(file.mime, "")])
