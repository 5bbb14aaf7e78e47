"""A large film on its way to Bluesky's video service in parts: what arrived is not sent again after a crash.

As read in the lexicons of 12 Aug 2026 (on 24 Nov 2026): parts count from 1, each may be sent again, so may the finish.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.bluesky_session import text_in
from adapters.bluesky_video import FOR_GOOD, LATER, NEXT_DAY, VIDEO, refused
from adapters.contract import Rejected, Retryable
from adapters.http import Answer, Call, Stretch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.bluesky_video import VideoService
    from adapters.contract import Progress
    from posts.model import Media

STEP = "film-parts"
PARTS_MAX = 10_000


def sent_in_parts(film: Media, whole: Stretch, name: str, service: VideoService, progress: Progress) -> str:
    """The service's job, once it has every part; empty where it does not take parts, or did not take these.

    Raises Retryable where it refused what it had begun to take: at the next try the film goes whole.
    """
    saved = progress.saved.get(STEP, {})
    if saved.get("refused"):
        return ""
    token = service.pass_to_upload()
    begun = saved if saved.get("id") else _begun(film, whole, name, service, token, progress)
    if not begun:
        return ""
    job_id, size, count = str(begun["id"]), int(str(begun["size"])), int(str(begun["count"]))
    for number in range(int(str(begun["sent"])) + 1, count + 1):
        start = (number - 1) * size
        part = Stretch(path=whole.path, start=whole.start + start, size_bytes=min(size, whole.size_bytes - start))
        _part(job_id, number, part, service, token, progress)
        progress.save(STEP, {**begun, "sent": number})
    return _finished(job_id, service, token, progress)


def _begun(
    film: Media, whole: Stretch, name: str, service: VideoService, token: str, progress: Progress
) -> Mapping[str, Any]:
    """The upload as it is remembered; empty where the service offers none."""
    told: dict[str, Any] = {"sizeBytes": whole.size_bytes, "mimeType": film.mime, "name": name}
    if film.film and min(film.width_px, film.height_px) > 0:
        length_ms = round(film.film.length.total_seconds() * 1000)
        told |= {"durationMs": length_ms, "width": film.width_px, "height": film.height_px}
    call = Call(what="announcing the film", method="POST", path=f"{VIDEO}startUpload", json=told)
    answer = service.ask(call, token)
    if not answer.ok and answer.fields().get("error") in FOR_GOOD | NEXT_DAY | LATER:
        raise refused(answer)
    said = answer.fields()
    job_id, size, count = text_in(said, "jobId"), said.get("partSizeBytes"), said.get("partCount")
    if not job_id or type(size) is not int or size < 1 or count != -(-whole.size_bytes // size) or count > PARTS_MAX:
        return {}
    begun = {"id": job_id, "size": size, "count": count, "sent": 0}
    progress.save(STEP, begun)
    return begun


def _part(job_id: str, number: int, part: Stretch, service: VideoService, token: str, progress: Progress) -> None:
    call = Call(
        what=f"uploading part {number} of the film",
        method="POST",
        path=f"{VIDEO}uploadPart",
        query=[("jobId", job_id), ("partNumber", str(number))],
        headers={"Content-Type": "application/octet-stream"},
        content=part,
    )
    _taken(service.ask(call, token), progress)


def _finished(job_id: str, service: VideoService, token: str, progress: Progress) -> str:
    call = Call(what="finishing the upload", method="POST", path=f"{VIDEO}finishUpload", json={"jobId": job_id})
    return text_in(_taken(service.ask(call, token), progress).fields(), "completedJobId") or job_id


def _taken(answer: Answer, progress: Progress) -> Answer:
    if answer.ok:
        return answer
    failure = refused(answer)
    if not isinstance(failure, Rejected) or answer.fields().get("error") in FOR_GOOD:
        raise failure
    progress.save(STEP, {"refused": True})
    raise Retryable(f"{failure}; the film is sent whole at the next try", http_status=answer.status)
