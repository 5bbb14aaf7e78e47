"""The scripted X's pictures: one-shot uploads in both encodings, uploads in pieces, alt texts."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from adapters.scripted.memory import is_picture
from adapters.scripted.server import Reply, reply_json

if TYPE_CHECKING:
    from adapters.scripted.server import Request

BYTES_MAX = 5_000_000
KINDS = {
    "tweet_image": {"image/jpeg", "image/png", "image/webp", "image/gif"},
    "tweet_gif": {"image/gif"},
    "tweet_video": {"video/mp4", "video/webm", "video/mp2t", "video/quicktime"},
    "subtitles": {"text/srt", "text/vtt"},
}
BYTES_OF = {"tweet_image": BYTES_MAX, "tweet_gif": 15_000_000, "tweet_video": 512_000_000, "subtitles": 1_000_000}
MOVING = {"tweet_gif", "tweet_video"}
SEGMENTS_MAX = 1_000
LANGUAGE = re.compile("[A-Z]{2}")
ALT_TEXT_MAX = 1000
ONE_SHOT_TYPES = {"image/jpeg", "image/bmp", "image/png", "image/webp", "image/pjpeg", "image/tiff"}
FORMATS = ["JPEG", "PNG", "GIF", "WEBP"]


class Refuse(Protocol):
    """Makes the exception by which a request is refused."""

    def __call__(self, detail: str, status: int = 400) -> Exception:
        """The exception to raise."""


@dataclass(slots=True, kw_only=True)
class Picture:
    """One upload: what has arrived, and what is still expected; of films no bytes are kept, only their digest."""

    category: str = "tweet_image"
    content: bytearray = field(default_factory=bytearray, repr=False)
    digest: Any = field(default_factory=hashlib.sha256, repr=False)
    head: bytes = b""
    size_bytes: int = 0
    failed: bool = False
    captions: dict[str, str] = field(default_factory=dict)
    alt_text: str = ""
    expected: int | None = None
    pieces: int = 0
    looks_left: int = 0
    done: bool = False

    @property
    def sha256(self) -> str:
        """Of what has arrived so far."""
        return str(self.digest.hexdigest())

    def take(self, content: bytes) -> None:
        """So much more has arrived."""
        self.head = self.head or content[:12]
        self.size_bytes += len(content)
        self.digest.update(content)
        if self.category not in MOVING:
            self.content += content


class PictureShelf:
    """All pictures that were ever uploaded; `slow`: how often a picture is still being worked on when looked at."""

    def __init__(self, refuse: Refuse, *, slow: int = 0):
        self._refuse = refuse
        self._slow = slow
        self.pictures: dict[str, Picture] = {}
        self.uploads = 0
        self.films_that_fail = 0

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
        self.pictures[media_id].take(content)
        return self._finished(media_id)

    def initialize(self, request: Request) -> Reply:
        """POST /2/media/upload/initialize."""
        given = request.json()
        self._only(given, needed={"media_type", "total_bytes", "media_category"}, known=set())
        size, category = given["total_bytes"], given["media_category"]
        if type(size) is not int or given["media_type"] not in KINDS.get(category, ()):
            raise self._refuse("$.media_type or $.media_category does not have a value in the enumeration")
        if not 0 < size <= BYTES_OF[category]:
            raise self._refuse(f"$.total_bytes: must have a maximum value of {BYTES_OF[category]}")
        media_id = self._new()
        self.pictures[media_id].expected, self.pictures[media_id].category = size, category
        return reply_json({"data": {"id": media_id, "media_key": f"3_{media_id}", "expires_after_secs": 86399}})

    def append(self, request: Request, media_id: str) -> Reply:
        """POST /2/media/upload/{id}/append; the pieces come in their order."""
        picture = self._there(media_id)
        fields, files = request.form()
        self._only({**fields, **dict.fromkeys(files, "")}, needed={"media", "segment_index"}, known=set())
        in_order = fields["segment_index"] == str(picture.pieces) and picture.pieces < SEGMENTS_MAX
        if picture.expected is None or not in_order or not files["media"].content:
            raise self._refuse("segment_index out of order")
        picture.take(files["media"].content)
        picture.pieces += 1
        return reply_json({"data": {"expires_at": 86399}})

    def finalize(self, request: Request, media_id: str) -> Reply:  # noqa: ARG002 - called like the others
        """POST /2/media/upload/{id}/finalize."""
        picture = self._there(media_id)
        if picture.expected != picture.size_bytes:
            raise self._refuse("Segments do not add up to provided total file size.")
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
        if picture is None or picture.category == "subtitles":
            return False
        return picture.done and not picture.looks_left and not picture.failed

    def caption(self, request: Request) -> Reply:
        """POST /2/media/subtitles."""
        given = request.json()
        self._only(given, needed={"id", "media_category", "subtitles"}, known=set())
        shown = given["subtitles"]
        self._only(shown, needed={"id", "language_code", "display_name"}, known=set())
        film, words = self._there(str(given["id"])), self._there(str(shown["id"]))
        if given["media_category"] != "TweetVideo" or not LANGUAGE.fullmatch(shown["language_code"]):
            raise self._refuse("$.subtitles.language_code: does not match the regex pattern ^[A-Z]{2}$")
        if film.category != "tweet_video" or words.category != "subtitles" or not words.done:
            raise self._refuse("$.id: is no video, or $.subtitles.id no subtitles")
        film.captions[shown["language_code"]] = bytes(words.content).decode()
        return reply_json(
            {"data": {"id": given["id"], "media_category": "TweetVideo", "associated_subtitles": [shown]}}
        )

    def stands_alone(self, media_ids: list[str]) -> bool:
        """Whether a film or GIF among these is alone, as it must be."""
        return len(media_ids) < 2 or all(self.pictures[one].category not in MOVING for one in media_ids)

    def _finished(self, media_id: str) -> Reply:
        picture = self._there(media_id)
        if picture.size_bytes > BYTES_OF[picture.category] or not _is_what_it_says(picture):
            raise self._refuse("The media type could not be recognized, or it is larger than allowed")
        picture.done, picture.looks_left = True, max(self._slow, picture.category in MOVING)
        if picture.category == "tweet_video" and self.films_that_fail:
            self.films_that_fail -= 1
            picture.failed = True
        return self._shown(media_id, looked=False)

    def _shown(self, media_id: str, *, looked: bool = True) -> Reply:
        picture = self._there(media_id)
        if looked and picture.looks_left:
            picture.looks_left -= 1
        told: dict[str, object] = {"id": media_id, "media_key": f"3_{media_id}", "expires_after_secs": 86400}
        if picture.done and (self._slow or picture.category in MOVING):
            state = "in_progress" if picture.looks_left else "failed" if picture.failed else "succeeded"
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


def _is_what_it_says(upload: Picture) -> bool:
    match upload.category:
        case "tweet_video":
            return upload.head[4:8] == b"ftyp"
        case "tweet_gif":
            return upload.head.startswith(b"GIF8")
        case "subtitles":
            return b"-->" in upload.content
        case _:
            return is_picture(bytes(upload.content), FORMATS)
