"""Pictures on their way to X: uploaded in one of three documented ways, then described by a call of its own."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.contract import NotReady, Rejected, Retryable
from adapters.http import Answer, Call, Upload
from adapters.on_disk import picture_name, read_picture
from adapters.x_answers import data, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.contract import Progress
    from adapters.x_access import Access
    from posts.model import Media

WAYS = ("json", "multipart", "chunked")
UPLOAD = "/2/media/upload"
CHUNK_BYTES = 1_000_000
ONE_SHOT_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})  # the only ones that media_type knows there
LOOK_AGAIN = timedelta(seconds=5)
ID_MAX = 40


class Pictures:
    """The pictures of one account's posts; `way` is one of WAYS."""

    def __init__(self, access: Access, way: str):
        self._access = access
        self._way = way

    def ready(self, media: tuple[Media, ...], progress: Progress) -> list[str] | NotReady:
        """The ids of the pictures, each uploaded and described once however often this is called."""
        ids = []
        for number, picture in enumerate(media, 1):
            media_id = self._uploaded(picture, number, progress)
            if isinstance(media_id, NotReady):
                return media_id
            if picture.alt_text and not progress.saved.get(f"alt-{number}"):
                self._describe(media_id, picture.alt_text, number)
                progress.save(f"alt-{number}", {"id": media_id})
            ids.append(media_id)
        return ids

    def _uploaded(self, picture: Media, number: int, progress: Progress) -> str | NotReady:
        saved = progress.saved.get(f"picture-{number}")
        if not saved:
            saved = self._upload(picture, number)
            progress.save(f"picture-{number}", saved)
        elif saved.get("working"):
            saved = self._looked_at(str(saved["id"]), number)
            progress.save(f"picture-{number}", saved)
        if saved.get("working"):
            return NotReady(after=_after(saved), reason="the platform is still working on the pictures")
        return str(saved["id"])

    def _upload(self, picture: Media, number: int) -> dict[str, object]:
        what, content = f"uploading {picture_name(number, picture)}", read_picture(picture)
        if self._way == "chunked":
            return self._in_chunks(what, picture, content, picture_name(number, picture))
        if self._way == "multipart":
            form = {"media_category": "tweet_image", **_typed(picture)}
            upload = Upload(form_field="media", name=picture_name(number, picture), mime=picture.mime, content=content)
            return _state(self._made(Call(what=what, method="POST", path=UPLOAD, form=form, upload=upload)))
        body = {"media": base64.b64encode(content).decode(), "media_category": "tweet_image", **_typed(picture)}
        return _state(self._made(_json_call(what, UPLOAD, body)))

    def _in_chunks(self, what: str, picture: Media, content: bytes, name: str) -> dict[str, object]:
        start = {"media_type": picture.mime, "total_bytes": len(content), "media_category": "tweet_image"}
        media_id = str(_state(self._made(_json_call(what, f"{UPLOAD}/initialize", start)))["id"])
        for index, at in enumerate(range(0, len(content), CHUNK_BYTES)):
            piece = Upload(form_field="media", name=name, mime=picture.mime, content=content[at : at + CHUNK_BYTES])
            path, form = f"{UPLOAD}/{media_id}/append", {"segment_index": str(index)}
            self._made(Call(what=what, method="POST", path=path, form=form, upload=piece))
        return _state(self._made(Call(what=what, method="POST", path=f"{UPLOAD}/{media_id}/finalize")))

    def _looked_at(self, media_id: str, number: int) -> dict[str, object]:
        query = [("media_id", media_id), ("command", "STATUS")]
        call = Call(what=f"looking at picture {number}", method="GET", path=UPLOAD, query=query)
        return _state(self._made(call))

    def _describe(self, media_id: str, alt_text: str, number: int) -> None:
        body = {"id": media_id, "metadata": {"alt_text": {"text": alt_text}}}
        self._made(_json_call(f"giving picture {number} its alt text", "/2/media/metadata", body))

    def _made(self, call: Call) -> Answer:
        answer = self._access.send(call)
        if not answer.ok:
            raise refusal(answer, posting=False)
        return answer


def forget(progress: Progress) -> None:
    """Every picture is uploaded and described anew at the next try."""
    for step in [one for one in progress.saved if one.startswith(("picture-", "alt-"))]:
        progress.save(step, {})


def _typed(picture: Media) -> dict[str, str]:
    return {"media_type": picture.mime} if picture.mime in ONE_SHOT_TYPES else {}


def _json_call(what: str, path: str, body: Mapping[str, object]) -> Call:
    content = json.dumps(body).encode()
    return Call(what=what, method="POST", path=path, headers={"Content-Type": "application/json"}, content=content)


def _state(answer: Answer) -> dict[str, object]:
    """The picture's id, and whether the platform still works on it. Raises Rejected where it could not be used."""
    found = data(answer)
    media_id = found.get("id")
    if not isinstance(media_id, str) or not media_id.isascii() or not media_id.isalnum() or len(media_id) > ID_MAX:
        raise Retryable(f"{answer.what}: the platform answered without the picture's id", http_status=answer.status)
    working = found.get("processing_info")
    state = working.get("state") if isinstance(working, dict) else "succeeded"
    if state == "failed":
        raise Rejected(f"{answer.what}: the platform could not use it ({_why(working)}); replace the picture")
    if state == "succeeded":
        return {"id": media_id}
    return {"id": media_id, "working": True, "check_after_secs": _seconds(working)}


def _why(working: Any) -> str:
    error = working.get("error")
    return str(error.get("message") or error.get("name")) if isinstance(error, dict) else "it does not say why"


def _seconds(working: Any) -> int:
    found = working.get("check_after_secs")
    return min(found, 3600) if type(found) is int and found > 0 else int(LOOK_AGAIN.total_seconds())


def _after(saved: Mapping[str, object]) -> timedelta:
    found = saved.get("check_after_secs")
    return timedelta(seconds=found) if isinstance(found, int) else LOOK_AGAIN
