"""The scripted LinkedIn's films: announced, put in parts, finished with the parts' names, then worked on for a while.

Behaviour as four programs of others rely on it (read on 24 Nov 2026). No film is kept: of each part only what it is.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapters.scripted.linkedin_images import OWNER
from adapters.scripted.server import Reply, reply_json

if TYPE_CHECKING:
    from adapters.scripted.linkedin_images import Refuse
    from adapters.scripted.server import Request

PART_BYTES = 4_194_304
BYTES_MIN, BYTES_MAX = 75_000, 500_000_000
DESCRIBED = {"format", "formattedForEasyReader", "largeText", "source", "locale", "transcriptType"}


@dataclass(slots=True, kw_only=True)
class Video:
    """One film that was announced; `wants`: what else was announced and is not there yet."""

    owner: str
    size_bytes: int
    wants: set[str]
    status: str = "WAITING_UPLOAD"
    etags: dict[int, str] = field(default_factory=dict)
    looks_left: int = 0
    captions: str = ""
    is_film: bool = False


class VideoShelf:
    """All films ever announced; `slow`: how often one is still worked on when it is looked at.

    `bytes_min`: the smallest that it takes. `takes_captions`: whether it takes those that come. `puts`: how many parts
    came.
    """

    def __init__(self, refuse: Refuse, *, slow: int = 1):
        self._refuse = refuse
        self.slow = slow
        self.takes_captions = True
        self.bytes_min = BYTES_MIN
        self.videos: dict[str, Video] = {}
        self.expired: set[str] = set()
        self.puts = 0

    def act(self, request: Request) -> Reply:
        """POST /rest/videos?action=initializeUpload or finalizeUpload."""
        match request.query, request.json():
            case {"action": ["initializeUpload"]}, {"initializeUploadRequest": dict() as asked, **rest} if not rest:
                return self._initialize(asked, f"http://{request.headers['host']}")
            case {"action": ["finalizeUpload"]}, {"finalizeUploadRequest": dict() as asked, **rest} if not rest:
                return self._finalize(asked)
        raise self._refuse(400, "ILLEGAL_ARGUMENT", "Could not find action")

    def _initialize(self, asked: dict[str, Any], url: str) -> Reply:
        known = {"owner", "fileSizeBytes", "uploadCaptions", "uploadThumbnail"}
        if set(asked) != known or not OWNER.fullmatch(str(asked["owner"])) or type(asked["fileSizeBytes"]) is not int:
            raise self._refuse(422, "UNPROCESSABLE_ENTITY", "ERROR :: /initializeUploadRequest :: missing or unknown")
        size = asked["fileSizeBytes"]
        if not self.bytes_min <= size <= BYTES_MAX:
            raise self._refuse(400, "INVALID_VALUE_FOR_FIELD", "fileSizeBytes is out of range")
        name = f"D4D10AQ{len(self.videos) + 1:04}"
        wants = {kind for kind, key in (("captions", "uploadCaptions"), ("cover", "uploadThumbnail")) if asked[key]}
        self.videos[name] = Video(owner=asked["owner"], size_bytes=size, wants=wants)
        parts = [
            {
                "uploadUrl": f"{url}/dms-uploads/{name}/uploaded-video/{number}?ca=v",
                "firstByte": start,
                "lastByte": min(start + PART_BYTES, size) - 1,
            }
            for number, start in enumerate(range(0, size, PART_BYTES))
        ]
        told: dict[str, Any] = {"video": f"urn:li:video:{name}", "uploadInstructions": parts, "uploadToken": ""}
        told["uploadUrlsExpireAt"] = 4_102_444_800_000
        if "captions" in wants:
            told["captionsUploadUrl"] = f"{url}/dms-uploads/{name}/captions?ca=v"
        if "cover" in wants:
            told["thumbnailUploadUrl"] = f"{url}/dms-uploads/{name}/thumbnail?ca=v"
        return reply_json({"value": told})

    def put(self, request: Request, name: str, what: str) -> Reply:
        """PUT or POST to one of the addresses that were given; `what` is the part's number, captions or thumbnail."""
        video = self.videos.get(name)
        if video is None or name in self.expired or video.status != "WAITING_UPLOAD":
            raise self._refuse(410, "GONE", "The upload has expired")
        if what == "captions":
            return self._take_captions(request, video)
        if what == "thumbnail":
            if request.headers.get("media-type-family") != "STILLIMAGE" or not request.body.startswith(b"\xff\xd8"):
                raise self._refuse(400, "BAD_REQUEST", "No still image")
            video.wants.discard("cover")
            return Reply(status=201)
        return self._take_part(request, video, int(what))

    def _take_part(self, request: Request, video: Video, number: int) -> Reply:
        wanted = min(PART_BYTES, video.size_bytes - number * PART_BYTES)
        if request.headers.get("content-type") != "application/octet-stream" or len(request.body) != wanted:
            raise self._refuse(400, "BAD_REQUEST", f"Part {number} has {wanted} bytes")
        self.puts += 1
        if number == 0:
            video.is_film = request.body[4:8] == b"ftyp"
        video.etags[number] = f"/ambry-video/{hashlib.sha256(request.body).hexdigest()[:32]}-{number}"
        return Reply(status=200, headers={"ETag": f'"{video.etags[number]}"'})

    def _take_captions(self, request: Request, video: Video) -> Reply:
        fields, files = request.form()
        described = json.loads(fields.get("metadata", "{}"))
        if not self.takes_captions or set(described) != DESCRIBED or "language" not in described["locale"]:
            raise self._refuse(400, "BAD_REQUEST", "Unsupported captions")
        video.captions = files["file"].content.decode()
        if not files["file"].name.endswith(".srt") or " --> " not in video.captions:
            raise self._refuse(400, "BAD_REQUEST", "No SubRip")
        video.wants.discard("captions")
        return Reply(status=201)

    def _finalize(self, asked: dict[str, Any]) -> Reply:
        video = self.videos.get(str(asked.get("video")).rpartition(":")[2])
        if set(asked) != {"video", "uploadToken", "uploadedPartIds"} or video is None or asked["uploadToken"] != "":
            raise self._refuse(400, "INVALID_URN_ID", "No such video, or no token")
        if asked["uploadedPartIds"] != [video.etags[one] for one in sorted(video.etags)] or not video.etags:
            raise self._refuse(400, "INVALID_VALUE_FOR_FIELD", "uploadedPartIds are not the parts in their order")
        if len(video.etags) != -(-video.size_bytes // PART_BYTES):
            raise self._refuse(400, "INVALID_VALUE_FOR_FIELD", "Parts are missing")
        if video.status == "WAITING_UPLOAD":
            video.status = "PROCESSING" if video.is_film and not video.wants else "PROCESSING_FAILED"
            video.looks_left = self.slow
        return Reply(status=200)

    def look(self, urn: str) -> Reply:
        """GET /rest/videos/{urn}."""
        video = self.videos.get(urn.rpartition(":")[2])
        if video is None:
            raise self._refuse(404, "NOT_FOUND", "Video not found")
        if video.status == "PROCESSING" and video.looks_left <= 0:
            video.status = "AVAILABLE"
        video.looks_left -= 1
        why = {"processingFailureReason": "UNSUPPORTED"} if video.status == "PROCESSING_FAILED" else {}
        return reply_json({"owner": video.owner, "id": urn, "status": video.status, **why})

    def refuse_unusable(self, urn: str, author: str) -> None:
        """Nothing, where a post of this author may show the film now."""
        video = self.videos.get(urn.rpartition(":")[2])
        if video is None:
            raise self._refuse(400, "INVALID_URN_ID", f"Invalid video urn {urn}")
        if video.owner != author:
            raise self._refuse(403, "ACCESS_DENIED", "Accessing this video resource is forbidden")
        if video.status != "AVAILABLE":
            raise self._refuse(400, "MEDIA_ASSET_NOT_READY", f"The status of {urn} is {video.status}")
