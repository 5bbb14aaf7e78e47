"""The scripted LinkedIn's pictures: announced, put whole to an address of their own, then worked on for a while."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from PIL import Image

from adapters.scripted.server import Reply, reply_json

if TYPE_CHECKING:
    from adapters.scripted.server import Request

PIXELS_BELOW = 36_152_320
FORMATS = ["JPEG", "PNG", "GIF"]
OWNER = re.compile(r"urn:li:(?:person|organization):[\w-]+")


class Refuse(Protocol):
    """Makes the exception by which a request is refused."""

    def __call__(self, status: int, code: str, message: str) -> Exception:
        """The exception to raise."""


@dataclass(slots=True, kw_only=True)
class Picture:
    """One picture that was announced; `status` as the interface tells it."""

    owner: str
    status: str = "WAITING_UPLOAD"
    looks_left: int = 0
    content: bytes = field(default=b"", repr=False)


class ImageShelf:
    """All pictures ever announced; `slow`: how often one is still being worked on when it is looked at."""

    def __init__(self, refuse: Refuse, *, slow: int = 0):
        self._refuse = refuse
        self.slow = slow
        self.pictures: dict[str, Picture] = {}
        self.puts = 0

    def initialize(self, request: Request) -> Reply:
        """POST /rest/images?action=initializeUpload: the address is on the host by which we are called."""
        asked = request.json().get("initializeUploadRequest")
        if request.query != {"action": ["initializeUpload"]} or set(request.json()) != {"initializeUploadRequest"}:
            raise self._refuse(400, "ILLEGAL_ARGUMENT", "Could not find action")
        if not isinstance(asked, dict) or set(asked) != {"owner"} or not OWNER.fullmatch(str(asked["owner"])):
            raise self._refuse(422, "UNPROCESSABLE_ENTITY", "ERROR :: /initializeUploadRequest :: owner and no more")
        name = f"C4D22AQ{len(self.pictures) + 1:04}"
        self.pictures[f"urn:li:image:{name}"] = Picture(owner=asked["owner"])
        place = f"http://{request.headers['host']}/dms-uploads/{name}/uploaded-image/0?ca=v"
        told = {"uploadUrlExpiresAt": 4_102_444_800_000, "uploadUrl": place}
        return reply_json({"value": {**told, "image": f"urn:li:image:{name}"}})

    def put(self, request: Request, name: str) -> Reply:
        """PUT to the address that was given: the whole file in one request, once."""
        picture = self.pictures.get(f"urn:li:image:{name}")
        if picture is None or picture.content:
            raise self._refuse(404, "NOT_FOUND", "No such upload")
        self.puts += 1
        picture.content = request.body
        picture.looks_left = self.slow
        picture.status = "PROCESSING" if _is_picture(request.body) else "PROCESSING_FAILED"
        if picture.status == "PROCESSING" and not self.slow:
            picture.status = "AVAILABLE"
        return Reply(status=201)

    def look(self, urn: str) -> Reply:
        """GET /rest/images/{urn}."""
        picture = self.pictures.get(urn)
        if picture is None:
            raise self._refuse(404, "NOT_FOUND", "Image not found")
        told = {"owner": picture.owner, "id": urn, "status": picture.status}
        self.work(picture)
        return reply_json(told)

    def work(self, picture: Picture) -> None:
        """It is nearer to be shown."""
        picture.looks_left -= 1
        if picture.status == "PROCESSING" and picture.looks_left <= 0:
            picture.status = "AVAILABLE"

    def refuse_unusable(self, image: object, author: str) -> None:
        """Nothing, where a post of this author may show the picture now."""
        picture = self.pictures.get(image) if isinstance(image, str) else None
        if picture is None:
            raise self._refuse(400, "INVALID_URN_ID", f"Invalid image urn {image}")
        if picture.owner != author:
            raise self._refuse(403, "ACCESS_DENIED", "The image belongs to somebody else")
        if (status := picture.status) != "AVAILABLE":
            self.work(picture)
            raise self._refuse(400, "MEDIA_ASSET_NOT_READY", f"The status of {image} is {status}")


def _is_picture(content: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            return picture.width * picture.height < PIXELS_BELOW
    except (OSError, ValueError, SyntaxError):
        return False
