"""The scripted X's pictures: one-shot uploads in both encodings, uploads in pieces, alt texts."""

from __future__ import annotations

import base64
import binascii
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from PIL import Image

from adapters.scripted.server import Reply, reply_json

if TYPE_CHECKING:
    from adapters.scripted.server import Request

BYTES_MAX = 5_000_000
ALT_TEXT_MAX = 1000
ONE_SHOT_TYPES = {"image/jpeg", "image/bmp", "image/png", "image/webp", "image/pjpeg", "image/tiff"}
FORMATS = ["JPEG", "PNG", "GIF", "WEBP"]


class Refuse(Protocol):
    """Makes the exception by which a request is refused."""

    def __call__(self, detail: str, status: int = 400) -> Exception:
        """The exception to raise."""


@dataclass(slots=True, kw_only=True)
class Picture:
    """One upload: what has arrived, and what is still expected."""

    content: bytearray = field(default_factory=bytearray, repr=False)
    alt_text: str = ""
    expected: int | None = None
    pieces: int = 0
    looks_left: int = 0
    done: bool = False


class PictureShelf:
    """All pictures that were ever uploaded; `slow`: how often a picture is still being worked on when looked at."""

    def __init__(self, refuse: Refuse, *, slow: int = 0):
        self._refuse = refuse
        self._slow = slow
        self.pictures: dict[str, Picture] = {}
        self.uploads = 0

    def one_shot(self, request: Request) -> Reply:
        """POST /2/media/upload, as JSON with base64 or as a form."""
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            fields, files = request.form()
            given: dict[str, Any] = {**fields, **dict.fromkeys(files, "")}
            content = files["media"].content if "media" in files else b""
        else:
            given = request.json()
            content = self._decoded(given.get("media"))
        self._only(given, needed={"media", "media_category"}, known={"media_type"})
        if given["media_category"] != "tweet_image" or given.get("media_type", "image/jpeg") not in ONE_SHOT_TYPES:
            raise self._refuse("$.media_category or $.media_type does not have a value in the enumeration")
        media_id = self._new()
        self.pictures[media_id].content += content
        return self._finished(media_id)

    def initialize(self, request: Request) -> Reply:
        """POST /2/media/upload/initialize."""
        given = request.json()
        self._only(given, needed={"media_type", "total_bytes", "media_category"}, known=set())
        if type(given["total_bytes"]) is not int or given["media_category"] not in {"tweet_image", "tweet_gif"}:
            raise self._refuse("$.total_bytes: string found, integer expected")
        media_id = self._new()
        self.pictures[media_id].expected = given["total_bytes"]
        return reply_json({"data": {"id": media_id, "media_key": f"3_{media_id}", "expires_after_secs": 86399}})

    def append(self, request: Request, media_id: str) -> Reply:
        """POST /2/media/upload/{id}/append; the pieces come in their order."""
        picture = self._there(media_id)
        fields, files = request.form()
        self._only({**fields, **dict.fromkeys(files, "")}, needed={"media", "segment_index"}, known=set())
        if picture.expected is None or fields["segment_index"] != str(picture.pieces):
            raise self._refuse("segment_index out of order")
        picture.content += files["media"].content
        picture.pieces += 1
        return reply_json({"data": {"expires_at": 86399}})

    def finalize(self, request: Request, media_id: str) -> Reply:  # noqa: ARG002 - called like the others
        """POST /2/media/upload/{id}/finalize."""
        picture = self._there(media_id)
        if picture.expected != len(picture.content):
            raise self._refuse(f"{len(picture.content)} bytes came, {picture.expected} were announced")
        return self._finished(media_id)

    def status(self, request: Request) -> Reply:
        """GET /2/media/upload?command=STATUS."""
        if request.query.get("command") != ["STATUS"]:
            raise self._refuse("The query parameter [command] is not one of [STATUS]")
        return self._shown(request.query.get("media_id", [""])[0])

    def describe(self, request: Request) -> Reply:
        """POST /2/media/metadata."""
        given = request.json()
        self._only(given, needed={"id", "metadata"}, known=set())
        picture = self._there(str(given["id"]))
        text = given["metadata"].get("alt_text", {}).get("text")
        if set(given["metadata"]) != {"alt_text"} or not isinstance(text, str) or not 0 < len(text) <= ALT_TEXT_MAX:
            raise self._refuse(f"$.metadata.alt_text.text: must be between 1 and {ALT_TEXT_MAX} characters long")
        picture.alt_text = text
        return reply_json({"data": {"id": given["id"], "associated_metadata": given["metadata"]}})

    def usable(self, media_id: object) -> bool:
        """Whether a post may show the picture now."""
        picture = self.pictures.get(media_id) if isinstance(media_id, str) else None
        return picture is not None and picture.done and not picture.looks_left

    def _finished(self, media_id: str) -> Reply:
        picture = self._there(media_id)
        if len(picture.content) > BYTES_MAX or not _is_picture(bytes(picture.content)):
            raise self._refuse("The media type could not be recognized, or it is larger than allowed")
        picture.done, picture.looks_left = True, self._slow
        return self._shown(media_id, looked=False)

    def _shown(self, media_id: str, *, looked: bool = True) -> Reply:
        picture = self._there(media_id)
        if looked and picture.looks_left:
            picture.looks_left -= 1
        told: dict[str, object] = {"id": media_id, "media_key": f"3_{media_id}", "expires_after_secs": 86400}
        if self._slow:
            state = "in_progress" if picture.looks_left else "succeeded"
            told["processing_info"] = {"state": state, "check_after_secs": 3, "progress_percent": 50}
        return reply_json({"data": told})

    def _there(self, media_id: str) -> Picture:
        if media_id not in self.pictures:
            raise self._refuse("Could not find media with that id", 404)
        return self.pictures[media_id]

    def _new(self) -> str:
        self.uploads += 1
        media_id = str(1_880_000_000_000_000_000 + self.uploads)
        self.pictures[media_id] = Picture()
        return media_id

    def _decoded(self, text: object) -> bytes:
        try:
            return base64.b64decode(text if isinstance(text, str) else "", validate=True)
        except binascii.Error:
            raise self._refuse("$.media: is not base64") from None

    def _only(self, given: dict[str, Any], *, needed: set[str], known: set[str]) -> None:
        if not needed <= set(given) <= needed | known:
            raise self._refuse(f"fields are {sorted(given)}, needed {sorted(needed)}, known {sorted(known)}")


def _is_picture(content: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            picture.verify()
    except (OSError, ValueError, SyntaxError):
        return False
    return True
