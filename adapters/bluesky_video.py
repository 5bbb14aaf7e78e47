"""The service that makes of a film what the network shows, and puts it among the account's own files.

As read on 24 Nov 2026 in the lexicons (12 Aug 2026) and in the source of the network's own app (after 21 Aug 2026). It
answers with a job, bare or as `jobStatus`; a film that it has had before is told as an error with the file beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adapters.bluesky_session import text_in
from adapters.contract import Failure, Rejected, Retryable
from adapters.http import WAIT_MAX, Answer, Call, Http, Stretch, failure_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.bluesky_passes import Passes
    from posts.model import Media

VIDEO = "/xrpc/app.bsky.video."
FOR_GOOD = frozenset(
    {"VideoTooLarge", "VideoTooLong", "BadAspectRatio", "UnsupportedContentType", "UploadForbidden"}
    | {"validation_failure", "pds_upload_unsupported_blob_size", "unconfirmed_email"}
)
NEXT_DAY = frozenset({"DailyLimitExceeded", "daily_limit_exceeded"})
PATIENCE_S = 60  # ours: it answers once it has the whole film
LATER = frozenset({"ServiceOverloaded", "UploadNotReady"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The service's work on one film. `blob`: the finished file, None until then. `failed`: why it gave up."""

    id: str
    blob: Mapping[str, Any] | None = None
    failed: str = ""
    words: str = ""


class VideoService:
    """One account's films at the service behind `http`."""

    def __init__(self, http: Http, passes: Passes):
        self._http = http
        self._passes = passes

    def refuse_used_up(self, size_bytes: int) -> None:
        """Nothing, where the account may send so many bytes today, or the service does not tell.

        Raises Retryable where it may another day, Rejected where a person has to see to it.
        """
        call = Call(what="asking how many films may be sent", method="GET", path=f"{VIDEO}getUploadLimits")
        told = self.ask(call, self._passes.to_ask(self._http.base_url, "app.bsky.video.getUploadLimits")).fields()
        videos, size = told.get("remainingDailyVideos"), told.get("remainingDailyBytes")
        spent = videos == 0 or (isinstance(size, int) and size < size_bytes)
        words = text_in(told, "message") or text_in(told, "error") or "it does not say why"
        if told.get("canUpload") is False and (not spent or told.get("error") in FOR_GOOD):
            raise Rejected(f"{call.what}: the account may send none ({words}); see to it in the app, then retry")
        if spent:
            raise Retryable(f"{call.what}: those of this day are used up ({words})", after=WAIT_MAX)

    def send(self, film: Media, whole: Stretch, did: str, name: str) -> Job:
        """The service has the whole film, sent in one piece, and works on it."""
        call = Call(
            what="uploading the film",
            method="POST",
            path=f"{VIDEO}uploadVideo",
            query=[("did", did), ("name", name)],
            headers={"Content-Type": film.mime},
            content=whole,
            patience_s=PATIENCE_S,
        )
        answer = self.ask(call, self._passes.to_upload())
        job = job_in(answer)
        if job.blob or (job.id and not job.failed):
            return job
        raise refused(answer)

    def look(self, job_id: str) -> Job:
        """How far the work is; what the service does not know of any more has failed."""
        call = Call(
            what="asking how far the film is", method="GET", path=f"{VIDEO}getJobStatus", query=[("jobId", job_id)]
        )
        answer = self._http.prepare(call)
        job = job_in(answer)
        if job.blob or (answer.ok and job.id):
            return job
        if 400 <= answer.status < 500 and answer.status not in {408, 425, 429}:
            return Job(id=job_id, failed="forgotten", words=answer.words())
        raise failure_for(answer, posting=False) if not answer.ok else Retryable(f"{call.what}: no job was named")

    def pass_to_upload(self) -> str:
        """What opens the calls that send a film in parts."""
        return self._passes.to_upload()

    def ask(self, call: Call, token: str) -> Answer:
        """The answer to a call that may be repeated, opened by this pass."""
        headers = {**call.headers, "Authorization": f"Bearer {token}"}
        return self._http.prepare(replace(call, headers=headers, hidden=(token,)))


def job_in(answer: Answer) -> Job:
    """The job that an answer tells of; one without an id where it tells of none."""
    told = _told(answer)
    blob = told.get("blob")
    ref = blob.get("ref") if isinstance(blob, dict) else None
    finished = blob if isinstance(ref, dict) and text_in(ref, "$link") else None
    gave_up = told.get("state") == "JOB_STATE_FAILED" and finished is None
    why = text_in(told, "failureCode") or text_in(told, "error") or "it does not say why"
    return Job(
        id=text_in(told, "jobId") or "",
        blob=finished,
        failed=why if gave_up else "",
        words=text_in(told, "message") or "",
    )


def refused(answer: Answer) -> Failure:
    """The failure that an unwelcome answer of the service means; what it says of a day's limit is waited for."""
    error, spoken = str(_told(answer).get("error", "")), answer.words()
    if error in FOR_GOOD:
        return Rejected(f"{answer.what}: refused ({spoken}); change the film", http_status=answer.status)
    if error in NEXT_DAY:
        return Retryable(
            f"{answer.what}: those of this day are used up ({spoken})", after=WAIT_MAX, http_status=answer.status
        )
    if error in LATER or answer.ok:
        return Retryable(f"{answer.what}: not taken just now ({spoken})", http_status=answer.status)
    if answer.status in {401, 403}:  # the session is good, or there were no pass: the account's other posts may go out
        return Rejected(f"{answer.what}: the service does not accept the account ({spoken}); see to it in the app")
    return failure_for(answer, posting=False)


def _told(answer: Answer) -> dict[str, Any]:
    told = answer.fields()
    inner = told.get("jobStatus")
    return inner if isinstance(inner, dict) else told
