"""Pictures at a Bluesky server: uploaded before the post that shows them, and thrown away where none does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.bluesky_session import XRPC, text_in
from adapters.contract import Retryable
from adapters.http import Call
from adapters.on_disk import picture_name, read_picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.bluesky_session import Session
    from adapters.contract import Progress
    from posts.model import Media

STEP = "picture-"


def uploaded(media: Sequence[Media], session: Session, progress: Progress) -> list[Mapping[str, Any]]:
    """The pictures as the server names them, each uploaded once however often it is asked for."""
    return [_uploaded(one, number, session, progress) for number, one in enumerate(media, 1)]


def forget(progress: Progress) -> None:
    """The pictures will be uploaded again: the server has them no more."""
    for step in [one for one in progress.saved if one.startswith(STEP)]:
        progress.save(step, {})


def _uploaded(picture: Media, number: int, session: Session, progress: Progress) -> Mapping[str, Any]:
    saved = progress.saved.get(f"{STEP}{number}", {}).get("blob")
    if isinstance(saved, dict):
        return saved
    call = Call(
        what=f"uploading {picture_name(number, picture)}",
        method="POST",
        path=f"{XRPC}repo.uploadBlob",
        headers={"Content-Type": picture.mime},
        content=read_picture(picture),
    )
    blob = session.read(call).get("blob")
    ref = blob.get("ref") if isinstance(blob, dict) else None
    if not isinstance(blob, dict) or not isinstance(ref, dict) or not text_in(ref, "$link"):
        raise Retryable(f"{call.what}: the server answered without naming the picture")
    progress.save(f"{STEP}{number}", {"id": ref["$link"], "blob": blob})
    return blob
