"""Pictures on their way to a Page: uploaded unpublished, seen by nobody until a post shows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adapters.contract import Failure, Rejected, Retryable
from adapters.graph import id_in
from adapters.uploads import upload_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.contract import Progress
    from adapters.graph import Graph
    from posts.model import Media

BAD_PARAMETER = 100
OF_A_PICTURE = re.compile(r"media|photo", re.IGNORECASE)


def uploaded(graph: Graph, page: str, media: Sequence[Media], progress: Progress) -> list[str]:
    """The ids of the pictures, each uploaded once however often this is called."""
    photos = []
    for number, picture in enumerate(media, 1):
        saved = progress.saved.get(f"picture-{number}")
        if not saved:
            saved = {"id": _upload(graph, page, number, picture)}
            progress.save(f"picture-{number}", saved)
        photos.append(str(saved["id"]))
    return photos


def without_photos(refused: Rejected, progress: Progress) -> Failure:
    """Pictures are kept for a day: those of an earlier try that a post was refused for are uploaded anew next time."""
    if refused.evidence.get("code") != BAD_PARAMETER or not OF_A_PICTURE.search(str(refused)):
        return refused
    for step in [one for one in progress.saved if one.startswith("picture-")]:
        progress.save(step, {})
    return Retryable(
        f"an uploaded picture is gone ({refused})", http_status=refused.http_status, evidence=refused.evidence
    )


def _upload(graph: Graph, page: str, number: int, picture: Media) -> str:
    upload = upload_of(picture, number, "source")
    alt_text = {"alt_text_custom": picture.alt_text} if picture.alt_text else {}
    what, fields = f"uploading {upload.name}", {"published": "false", **alt_text}
    photo = id_in(graph.make(what, f"/{page}/photos", fields, (upload,)))
    if not photo:
        raise Retryable(f"{what}: {graph.host} answered without the picture's id")
    return photo
