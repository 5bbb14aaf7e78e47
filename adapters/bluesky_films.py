"""A film on its way to a Bluesky post: sent once, waited for while it is worked on, with its captions beside it.

Without a video service the account's own server takes it as it is, and shows it once the network has worked on it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.bluesky_parts import STEP as PARTS
from adapters.bluesky_parts import sent_in_parts
from adapters.bluesky_pictures import kept
from adapters.bluesky_profile import CAPTION_BYTES_MAX, CAPTIONS_MAX
from adapters.bluesky_record import LANGUAGE
from adapters.bluesky_video import FOR_GOOD, Job, VideoService
from adapters.contract import NotReady, Rejected, Retryable
from adapters.on_disk import SUFFIXES, approved, picture_name
from adapters.uploads import whole
from posts.captions import NoCaptions, as_vtt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.bluesky_session import Session
    from adapters.contract import Progress
    from posts.model import Captions, Media

FILM, JOB = "film", "film-job"
PARTS_FROM_BYTES = 20_000_000  # ours: what is smaller is quickly sent again
LOOK_AGAIN = timedelta(seconds=5)


class Films:
    """The films of one account; `service` None: its server takes them as they are."""

    def __init__(self, session: Session, service: VideoService | None):
        self._session = session
        self._service = service

    def ready(self, film: Media, progress: Progress) -> Mapping[str, Any] | NotReady:
        """The film as a record shows it, or NotReady while it is worked on. Raises Rejected where it cannot be."""
        saved = progress.saved.get(FILM, {}).get("blob")
        if isinstance(saved, dict):
            return saved
        if self._service is None:
            name = picture_name(1, film)
            return kept(FILM, self._session, progress, name=name, mime=film.mime, content=lambda: whole(film))
        job = self._job(film, self._service, progress)
        if job.failed:
            self._refuse(job, progress)
        if job.blob is None:
            return NotReady(after=LOOK_AGAIN, reason="the video service is still working on the film")
        progress.save(FILM, {"id": job.blob["ref"]["$link"], "blob": dict(job.blob)})
        return job.blob

    def captions(self, film: Media, language: str, progress: Progress) -> list[dict[str, Any]]:
        """The captions as a record names them, each with its language; the post's own where a file names none."""
        return [
            {
                "lang": next((one for one in (words.language, language) if LANGUAGE.fullmatch(one)), "und"),
                "file": self._words(words, number, progress),
            }
            for number, words in enumerate(film.captions[:CAPTIONS_MAX], 1)
        ]

    def _job(self, film: Media, service: VideoService, progress: Progress) -> Job:
        known = str(progress.saved.get(JOB, {}).get("id", ""))
        if known:
            return service.look(known)
        job = self._sent(film, service, progress)
        progress.save(JOB, {**progress.saved.get(JOB, {}), "id": job.id})
        return job

    def _sent(self, film: Media, service: VideoService, progress: Progress) -> Job:
        if not progress.saved.get(PARTS):
            service.refuse_used_up(film.size_bytes)
        everything, name = whole(film), f"{film.sha256[:16]}{SUFFIXES.get(film.mime, '')}"
        if everything.size_bytes >= PARTS_FROM_BYTES and (
            job_id := sent_in_parts(film, everything, name, service, progress)
        ):
            return Job(id=job_id)
        return service.send(film, everything, self._session.open().did, name)

    @staticmethod
    def _refuse(job: Job, progress: Progress) -> None:
        """What the service could not do is tried once more, from the start."""
        told = f"the video service gave up on the film ({job.failed}{job.words and ': '}{job.words})"
        no_more = job.failed in FOR_GOOD or bool(progress.saved.get(JOB, {}).get("again"))
        progress.save(PARTS, {})
        progress.save(JOB, {"again": not no_more})  # a person who retries it wants it sent again
        if no_more:
            raise Rejected(f"{told}; export it anew as MP4 (H.264, AAC) and attach that")
        raise Retryable(f"{told}; it is sent once more")

    def _words(self, words: Captions, number: int, progress: Progress) -> Mapping[str, Any]:
        name = words.path.name
        return kept(
            f"captions-{number}", self._session, progress, name=name, mime="text/vtt", content=lambda: _as_vtt(words)
        )


def _as_vtt(words: Captions) -> bytes:
    try:
        written = as_vtt(approved(words).read_bytes())
    except NoCaptions as wrong:
        raise Rejected(f"{words.path.name}: {wrong}") from None
    if len(written) > CAPTION_BYTES_MAX:
        raise Rejected(
            f"{words.path.name} has {len(written):,} bytes as WebVTT, the limit is {CAPTION_BYTES_MAX:,}: shorten it"
        )
    return written
