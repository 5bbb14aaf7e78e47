"""The service that works on films for a scripted Bluesky server, as strict as its lexicons; it keeps no film.

From the lexicons of 12 Aug 2026 and the source of the network's own app (read on 24 Nov 2026).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from time import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from adapters.scripted.bluesky_rules import Refused
from adapters.scripted.server import Reply, Request, ScriptedServer, reply_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.scripted.bluesky import BlueskyServer

VIDEO = "/xrpc/app.bsky.video."
FILM_BYTES_MAX = 300_000_000
TO_UPLOAD = "com.atproto.repo.uploadBlob"
STARTS = {"video/mp4": (4, b"ftyp"), "image/gif": (0, b"GIF8")}


@dataclass(slots=True, kw_only=True)
class Parted:
    """A film that comes in parts: of each that is there its number and what its bytes are called."""

    size_bytes: int
    mime: str
    parts: dict[int, str] = field(default_factory=dict)
    first: bytes = field(default=b"", repr=False)


@dataclass(slots=True, kw_only=True)
class Job:
    """The work on one film; `looks_left` until it is done."""

    blob: dict[str, Any]
    looks_left: int


class VideoServer(ScriptedServer):
    """The service beside `home`, where the account lives.

    `slow`: how often it is asked before a film is done. `gives_up`: with what, at every film, if at all. `bare`: its
    answer to an upload has no `jobStatus` around, as the real one's. `parts`: whether it takes them, `part_bytes` each.
    `limits`: what it says of the account's limits; None where it does not offer that.
    """

    def __init__(self, home: BlueskyServer, *, slow: int = 1):
        super().__init__()
        self.slow = slow
        self.gives_up = ""
        self.bare = True
        self.parts = True
        self.part_bytes = 5_000_000
        self.limits: dict[str, Any] | None = {"canUpload": True, "remainingDailyVideos": 25}
        self.taken = 0
        self._home = home
        self._jobs: dict[str, Job] = {}
        self._known: dict[str, str] = {}
        self._parted: dict[str, Parted] = {}

    def carry_out(self, request: Request) -> Reply:
        """What the service does with a request, and answers."""
        calls: dict[tuple[str, str], Callable[[Request], Reply]] = {
            ("GET", "getUploadLimits"): self._limits,
            ("POST", "uploadVideo"): self._upload,
            ("GET", "getJobStatus"): self._status,
        }
        if self.parts:
            calls |= {
                ("POST", "startUpload"): self._start,
                ("POST", "uploadPart"): self._part,
                ("POST", "finishUpload"): self._finish,
            }
        call = calls.get((request.method, request.path.removeprefix(VIDEO)))
        if call is None:
            return reply_json({"error": "MethodNotImplemented", "message": "Method Not Implemented"}, 501)
        try:
            return call(request)
        except Refused as refused:
            return refused.reply

    def forget(self) -> None:
        """Its jobs are gone, and what it knew of films."""
        self._jobs.clear()
        self._known.clear()

    # -- who may what ----------------------------------------------------------------------------------------------

    def _limits(self, request: Request) -> Reply:
        if self.limits is None:
            raise Refused("MethodNotImplemented", "Method Not Implemented", 501)
        self._admit(request, did_of(self.url), "app.bsky.video.getUploadLimits")
        return reply_json(self.limits)

    def _admit(self, request: Request, audience: str, method: str) -> None:
        """Nothing, where the request has a pass of the account's own server for exactly this. Raises Refused."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        given = self._home.passes.get(token) if kind == "Bearer" else None
        if given is None or (given.audience, given.method) != (audience, method) or given.until_s < time():
            raise Refused("AuthenticationRequired", "Invalid service auth token", 401)

    def _admit_upload(self, request: Request) -> None:
        self._admit(request, did_of(self._home.url), TO_UPLOAD)
        if self.limits and not self.limits["canUpload"]:
            raise Refused("UploadForbidden", "This account cannot upload videos", 403)

    # -- films -----------------------------------------------------------------------------------------------------

    def _upload(self, request: Request) -> Reply:
        self._admit_upload(request)
        name, mime = request.query.get("name", [""])[0], request.headers.get("content-type", "")
        if request.query.get("did") != [self._home.did] or not name.endswith((".mp4", ".gif")):
            raise Refused("InvalidRequest", "Params must have the properties did and name")
        _refuse_unfit(len(request.body), mime, request.body[:12])
        return self._work_on(hashlib.sha256(request.body).hexdigest(), len(request.body))

    def _work_on(self, called: str, size: int) -> Reply:
        if called in self._known:
            known = self._known[called]
            told = {"jobId": known, "error": "already_exists", "message": "Video already processed"}
            return self._told({**told, **self._state(known)}, 409)
        self.taken += 1
        job_id = f"job-{self.taken}"
        ref = f"bafkrei{called[:52]}"
        blob = {"$type": "blob", "ref": {"$link": ref}, "mimeType": "video/mp4", "size": size}
        self._jobs[job_id] = Job(blob=blob, looks_left=self.slow)
        self._known[called] = job_id
        return self._told({"jobId": job_id, **self._state(job_id)})

    def _state(self, job_id: str) -> dict[str, Any]:
        job = self._jobs[job_id]
        if job.looks_left > 0:
            return {"state": "JOB_STATE_ENCODING", "progress": 50}
        if self.gives_up:
            return {"state": "JOB_STATE_FAILED", "failureCode": self.gives_up, "message": "it could not be done"}
        self._home.keep(job.blob)
        return {"state": "JOB_STATE_COMPLETED", "blob": job.blob}

    def _status(self, request: Request) -> Reply:
        job_id = request.query.get("jobId", [""])[0]
        if job_id not in self._jobs:
            raise Refused("InvalidRequest", "No such job")
        told = self._told({"jobId": job_id, **self._state(job_id)}, bare=False)
        self._jobs[job_id].looks_left -= 1
        return told

    def _told(self, job: dict[str, Any], status: int = 200, *, bare: bool | None = None) -> Reply:
        whole = {"did": self._home.did, **job}
        return reply_json(whole if (self.bare if bare is None else bare) else {"jobStatus": whole}, status)

    # -- in parts --------------------------------------------------------------------------------------------------

    def _start(self, request: Request) -> Reply:
        self._admit_upload(request)
        asked = request.json()
        known = {"sizeBytes", "mimeType", "name", "durationMs", "width", "height"}
        if not {"sizeBytes", "mimeType"} <= set(asked) <= known or type(asked["sizeBytes"]) is not int:
            raise Refused("InvalidRequest", "Input must have the properties sizeBytes and mimeType")
        _refuse_unfit(asked["sizeBytes"], asked["mimeType"], None)
        if asked.get("durationMs", 0) > 600_000:
            raise Refused("VideoTooLong", "Videos take 10 minutes at most")
        name = f"upload-{len(self._parted) + 1}"
        self._parted[name] = Parted(size_bytes=asked["sizeBytes"], mime=asked["mimeType"])
        count = -(-asked["sizeBytes"] // self.part_bytes)
        told = {"partSizeBytes": self.part_bytes, "partCount": count, "expiresAt": "2100-01-01T00:00:00Z"}
        return reply_json({"jobId": name, **told})

    def _part(self, request: Request) -> Reply:
        self._admit_upload(request)
        parted, number = self._parted_of(request.query.get("jobId", [""])[0]), int(request.query["partNumber"][0])
        wanted = min(self.part_bytes, parted.size_bytes - (number - 1) * self.part_bytes)
        if request.headers.get("content-type") != "application/octet-stream" or number < 1:
            raise Refused("InvalidRequest", "Parts are application/octet-stream and count from 1")
        if len(request.body) != wanted:
            raise Refused("InvalidRequest", f"Part {number} has {wanted} bytes, got {len(request.body)}")
        parted.parts[number] = hashlib.sha256(request.body).hexdigest()
        parted.first = request.body[:12] if number == 1 else parted.first
        return reply_json({"partNumber": number})

    def _finish(self, request: Request) -> Reply:
        self._admit_upload(request)
        parted = self._parted_of(str(request.json().get("jobId")))
        if len(parted.parts) != -(-parted.size_bytes // self.part_bytes):
            raise Refused("MissingParts", "Not all parts were received")
        _refuse_unfit(parted.size_bytes, parted.mime, parted.first)
        called = hashlib.sha256("".join(parted.parts[one] for one in sorted(parted.parts)).encode()).hexdigest()
        if called not in self._known:
            self._work_on(called, parted.size_bytes)
        return reply_json({"completedJobId": self._known[called]})

    def _parted_of(self, name: str) -> Parted:
        if name not in self._parted:
            raise Refused("UploadNotFound", "No such upload")
        return self._parted[name]


def did_of(url: str) -> str:
    """What the network calls a service at this address."""
    return "did:web:" + quote(urlsplit(url).netloc, safe="")


def _refuse_unfit(size: int, mime: str, first: bytes | None) -> None:
    if size > FILM_BYTES_MAX:
        raise Refused("VideoTooLarge", "Videos take 300 MB at most", 413)
    if mime not in STARTS:
        raise Refused("UnsupportedContentType", f"Unsupported content type {mime}")
    place, start = STARTS[mime]
    if first is not None and not first[place:].startswith(start):
        raise Refused("UnsupportedContentType", f"The file is no {mime}")
