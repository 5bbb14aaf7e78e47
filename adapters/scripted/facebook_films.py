"""The films of the scripted Facebook Page: taken in pieces that must add up, counted and hashed, none of them kept.

Behaviour from Meta's API description and publishing guide (read on 24 Nov 2026).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapters.scripted.graph import Refused, no_such_thing

if TYPE_CHECKING:
    from adapters.scripted.graph import Asked

PIECE_BYTES = 1_000_000


@dataclass(slots=True, kw_only=True)
class Film:
    """One film: how much of it is there, what lies beside it, and the post that shows it."""

    video: str
    session: str
    size_bytes: int
    at: int = 0
    digest: Any = field(default_factory=hashlib.sha256, repr=False)
    captions: dict[str, str] = field(default_factory=dict)
    covers: int = 0
    post: str = ""
    slow: int = 0
    broken: bool = False


class Films:
    """The films of one Page. `slow`: how often a published one is still being worked on when looked at.

    `broken`: how many of the next ones cannot be used.
    """

    def __init__(self) -> None:
        self.taken: list[Film] = []
        self.slow = 0
        self.broken = 0

    def phase(self, asked: Asked) -> tuple[dict[str, object], Film | None]:
        """The answer to one call of an upload; with the film where it is to be published now."""
        match asked.needed("upload_phase"):
            case "start":
                return self._start(asked), None
            case "transfer":
                return self._transfer(asked), None
            case "finish":
                return {"success": True}, self._finished(asked)
            case other:
                raise Refused(100, f"upload_phase must not be {other}")

    def of(self, video: str) -> Film:
        """The film of that id."""
        found = next((one for one in self.taken if one.video == video), None)
        if found is None:
            raise no_such_thing(video)
        return found

    def state(self, asked: Asked, video: str) -> dict[str, object]:
        """How far the film is; a look at it brings it on."""
        asked.only("fields")
        film = self.of(video)
        out = bool(film.post) and not film.slow
        film.slow = max(0, film.slow - bool(film.post))
        publishing = {"status": ("complete" if out else "in_progress") if film.post else "not_started"}
        status = "error" if film.broken else ("ready" if out else "upload_complete")
        told: dict[str, object] = {"id": video, "published": out}
        sent = {"status": "in_progress", "bytes_transferred": film.at}
        told["status"] = {"video_status": status, "uploading_phase": sent, "publishing_phase": publishing}
        if out:
            told |= {"post_id": film.post, "permalink_url": f"https://www.facebook.com/reel/{video}"}
        return told

    def dress(self, asked: Asked, video: str, what: str) -> dict[str, object]:
        """A cover or captions beside the film."""
        film = self.of(video)
        if what == "thumbnails":
            asked.only("is_preferred")
            film.covers += len(asked.files["source"].content) > 0
            return {"success": True}
        asked.only("default_locale")
        file = asked.files["captions_file"]
        if not file.name.endswith(".srt") or file.name.count(".") != 2:
            raise Refused(100, "the file must be called NAME.LOCALE.srt")
        film.captions[file.name.split(".")[1]] = file.content.decode()
        return {"success": True}

    def _start(self, asked: Asked) -> dict[str, object]:
        asked.only("upload_phase", "file_size")
        number = len(self.taken)
        film = Film(
            video=str(600_000 + number), session=str(650_000 + number), size_bytes=int(asked.needed("file_size"))
        )
        film.broken, self.broken = self.broken > 0, max(0, self.broken - 1)
        film.slow = self.slow
        self.taken.append(film)
        return {"video_id": film.video, "upload_session_id": film.session, **_wanted(film)}

    def _transfer(self, asked: Asked) -> dict[str, object]:
        asked.only("upload_phase", "upload_session_id", "start_offset")
        film, content = self._session(asked), asked.files["video_file_chunk"].content
        if int(asked.needed("start_offset")) != film.at or not 0 < len(content) <= film.size_bytes - film.at:
            raise Refused(6001, "the piece does not begin where the last one ended", subcode=1363037)
        film.digest.update(content)
        film.at += len(content)
        return _wanted(film)

    def _finished(self, asked: Asked) -> Film:
        asked.only("upload_phase", "upload_session_id", "description", "published")
        film = self._session(asked)
        if film.at != film.size_bytes or film.post or asked.needed("published") != "true":
            raise Refused(6000, "Video Upload Is Missing", subcode=1363130)
        return film

    def _session(self, asked: Asked) -> Film:
        wanted = asked.needed("upload_session_id")
        found = next((one for one in self.taken if one.session == wanted), None)
        if found is None:
            raise Refused(100, "the upload session is not there")
        return found


def _wanted(film: Film) -> dict[str, object]:
    return {"start_offset": str(film.at), "end_offset": str(min(film.at + PIECE_BYTES, film.size_bytes))}
