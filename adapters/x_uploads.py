"""How something is uploaded to X in chunks, and what is said of it while the platform works on it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.contract import Rejected, Retryable
from adapters.http import Answer, Call, Upload
from adapters.x_answers import data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.http import Stretch

UPLOAD = "/2/media/upload"
LOOK_AGAIN = timedelta(seconds=5)
ID_MAX = 40


class Unusable(Rejected):
    """The platform has worked on an upload and could not use it."""


def initialize(what: str, mime: str, size_bytes: int, category: str) -> Call:
    """An upload begins. Without its category a film is held to 30 seconds."""
    body = {"media_type": mime, "total_bytes": size_bytes, "media_category": category}
    return json_call(what, f"{UPLOAD}/initialize", body)


def append(what: str, media_id: str, index: int, *, name: str, mime: str, content: bytes | Stretch) -> Call:
    """One segment of it, the first being 0."""
    piece = Upload(form_field="media", name=name, mime=mime, content=content)
    form = {"segment_index": str(index)}
    return Call(what=what, method="POST", path=f"{UPLOAD}/{media_id}/append", form=form, upload=piece)


def finalize(what: str, media_id: str) -> Call:
    """That was all of it."""
    return Call(what=what, method="POST", path=f"{UPLOAD}/{media_id}/finalize")


def status(what: str, media_id: str) -> Call:
    """How far the platform is with it."""
    return Call(what=what, method="GET", path=UPLOAD, query=[("media_id", media_id), ("command", "STATUS")])


def json_call(what: str, path: str, body: Mapping[str, object]) -> Call:
    """A call with that JSON object as its body."""
    content = json.dumps(body).encode()
    return Call(what=what, method="POST", path=path, headers={"Content-Type": "application/json"}, content=content)


def state_of(answer: Answer) -> dict[str, object]:
    """The upload's id, and whether the platform still works on it. Raises Unusable where it could not be used."""
    found = data(answer)
    media_id = found.get("id")
    if not isinstance(media_id, str) or not media_id.isascii() or not media_id.isalnum() or len(media_id) > ID_MAX:
        raise Retryable(f"{answer.what}: the platform answered without the upload's id", http_status=answer.status)
    working = found.get("processing_info")
    state = working.get("state") if isinstance(working, dict) else "succeeded"
    if state == "failed":
        raise Unusable(f"{answer.what}: the platform could not use it ({_why(working)}); replace the file")
    if state == "succeeded":
        return {"id": media_id}
    return {"id": media_id, "working": True, "check_after_secs": _seconds(working)}


def says_nothing(answer: Answer) -> bool:
    """Whether the answer has no word on how far the platform is."""
    return not isinstance(data(answer).get("processing_info"), dict)


def pause_of(saved: Mapping[str, object]) -> timedelta:
    """When to look again, as the platform wished."""
    found = saved.get("check_after_secs")
    return timedelta(seconds=found) if isinstance(found, int) else LOOK_AGAIN


def _why(working: Any) -> str:
    error = working.get("error")
    return str(error.get("message") or error.get("name")) if isinstance(error, dict) else "it does not say why"


def _seconds(working: Any) -> int:
    found = working.get("check_after_secs")
    return min(found, 3600) if type(found) is int and found > 0 else int(LOOK_AGAIN.total_seconds())
