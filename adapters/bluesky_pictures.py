"""Files at a Bluesky server: uploaded before the post that shows them, and thrown away where none does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.bluesky_session import XRPC, text_in
from adapters.contract import Retryable
from adapters.http import Call
from adapters.on_disk import picture_name, read_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from adapters.bluesky_session import Session
    from adapters.contract import Progress
    from adapters.http import Stretch
    from posts.model import Media

STEPS = ("picture-", "film", "captions-")


def uploaded(media: Sequence[Media], session: Session, progress: Progress) -> list[Mapping[str, Any]]:
    """The pictures as the server names them, each uploaded once however often it is asked for."""
    return [_picture(one, number, session, progress) for number, one in enumerate(media, 1)]


def kept(
    step: str, session: Session, progress: Progress, *, name: str, mime: str, content: Callable[[], bytes | Stretch]
) -> Mapping[str, Any]:
    """The file as the server names it, uploaded once and remembered under `step`; `content` is asked for only then."""
    saved = progress.saved.get(step, {}).get("blob")
    if isinstance(saved, dict):
        return saved
    call = Call(
        what=f"uploading {name}",
        method="POST",
        path=f"{XRPC}repo.uploadBlob",
        headers={"Content-Type": mime},
        content=content(),
    )
    blob = session.read(call).get("blob")
    ref = blob.get("ref") if isinstance(blob, dict) else None
    if not isinstance(blob, dict) or not isinstance(ref, dict) or not text_in(ref, "$link"):
        raise Retryable(f"{call.what}: the server answered without naming the file")
    progress.save(step, {"id": ref["$link"], "blob": blob})
    return blob


def forget(progress: Progress) -> None:
    """The files will be uploaded again: the server has them no more."""
    for step in [one for one in progress.saved if one.startswith(STEPS)]:
        progress.save(step, {})


def _picture(picture: Media, number: int, session: Session, progress: Progress) -> Mapping[str, Any]:
    name = picture_name(number, picture)
    return kept(
        f"picture-{number}", session, progress, name=name, mime=picture.mime, content=lambda: read_picture(picture)
    )
