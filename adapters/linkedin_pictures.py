"""Pictures on their way to LinkedIn: announced, put whole to the address that it gives, then worked on for a while."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from adapters.contract import NotReady, Rejected, Retryable
from adapters.http import Call
from adapters.linkedin_answers import PICTURES_TAKE, refusal
from adapters.on_disk import picture_name, read_picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.contract import Progress
    from adapters.linkedin_access import Access
    from posts.model import Media

IMAGE = re.compile(r"urn:li:image:[\w-]{1,100}", re.ASCII)
LOOK_AGAIN = timedelta(seconds=5)
EXPIRED = frozenset({404, 410})
WORKING = "the platform is still working on the pictures"


class Pictures:
    """The pictures of one account's posts. `may_look`: whether its token may ask how far they are."""

    def __init__(self, access: Access, *, may_look: bool):
        self._access = access
        self._may_look = may_look

    def ready(self, media: Sequence[Media], owner: str, progress: Progress) -> list[str] | NotReady:
        """What the platform calls the pictures, each uploaded once however often this is called.

        Where nobody may look, they are given a while, once.
        """
        fresh = [self._upload_missing(one, number, owner, progress) for number, one in enumerate(media, 1)]
        saved = [progress.saved[f"picture-{number}"] for number, _ in enumerate(media, 1)]
        if not self._may_look:
            return NotReady(after=PICTURES_TAKE, reason=WORKING) if any(fresh) else [str(one["id"]) for one in saved]
        for number, one in enumerate(saved, 1):
            if not one.get("working"):
                continue
            if not self._is_available(one, number, progress):
                return NotReady(after=LOOK_AGAIN, reason=WORKING)
            progress.save(f"picture-{number}", {"id": one["id"]})
        return [str(one["id"]) for one in saved]

    def _upload_missing(self, picture: Media, number: int, owner: str, progress: Progress) -> bool:
        """Whether it had to be uploaded."""
        if progress.saved.get(f"picture-{number}"):
            return False
        image = self._upload(picture, number, owner)
        progress.save(f"picture-{number}", {"id": image, "working": True})
        return True

    def _upload(self, picture: Media, number: int, owner: str) -> str:
        what, content = f"uploading {picture_name(number, picture)}", read_picture(picture)
        call = Call(what=what, method="POST", path="/rest/images?action=initializeUpload")
        answer = self._access.send_json(call, {"initializeUploadRequest": {"owner": owner}})
        if not answer.ok:
            raise refusal(answer, posting=False)
        given = answer.fields().get("value")
        image, url = (given.get("image"), given.get("uploadUrl")) if isinstance(given, dict) else (None, None)
        if not isinstance(image, str) or not IMAGE.fullmatch(image) or not isinstance(url, str):
            raise Retryable(f"{what}: {self._access.host} gave no address for it", http_status=answer.status)
        put = self._access.put(what, url, content)
        if put.status in EXPIRED:
            raise Retryable(f"{what}: the address for it is no longer good", http_status=put.status)
        if not put.ok:
            raise refusal(put, posting=False)
        return image

    def _is_available(self, saved: Mapping[str, object], number: int, progress: Progress) -> bool:
        image = str(saved["id"])
        call = Call(what=f"looking at picture {number}", method="GET", path=f"/rest/images/{quote(image, safe='')}")
        answer = self._access.send(call)
        if not answer.ok:
            raise refusal(answer, posting=False)
        status = answer.fields().get("status")
        if status == "PROCESSING_FAILED":
            raise Rejected(f"{call.what}: the platform could not use it; replace the picture")
        if status == "WAITING_UPLOAD":
            self._wait_once_more(saved, number, progress)
        return status == "AVAILABLE"

    @staticmethod
    def _wait_once_more(saved: Mapping[str, object], number: int, progress: Progress) -> None:
        """It may not know yet what it was given; the second time it was not given it. Raises Retryable."""
        if not saved.get("awaited"):
            progress.save(f"picture-{number}", {**saved, "awaited": True})
            return
        progress.save(f"picture-{number}", {})
        raise Retryable(f"picture {number}: the platform says that it was not given it; it is uploaded anew")
