"""Films on their way to a Page: uploaded in pieces, known by an id before they are public, published by one call."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.contract import Ambiguous, Failure, NotReady, Rejected, Retryable
from adapters.graph import id_in
from adapters.http import Upload
from adapters.http_calls import Stretch
from adapters.on_disk import approved, picture_name
from adapters.uploads import cover_of
from posts.captions import as_srt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.contract import Progress
    from adapters.graph import Graph
    from posts.model import Captions, Media, Message

FIELDS = "status,published,permalink_url,post_id"
SOON = timedelta(seconds=10)
STEP = "film"
BROKEN = ("error", "expired", "upload_failed")


class Film:
    """One film of one delivery; what is known of it is in its progress."""

    def __init__(self, graph: Graph, page: str, film: Media, progress: Progress):
        self._graph = graph
        self._page = page
        self._film = film
        self._progress = progress

    @property
    def known(self) -> Mapping[str, object]:
        """What was saved of it; empty where it was never begun."""
        return self._progress.saved.get(STEP) or {}

    def prepare(self) -> NotReady | None:
        """It is up there whole, with its cover and captions, and seen by nobody; NotReady where it is worked on.

        An upload that the platform gave up is made anew once. Raises Rejected where that fails too.
        """
        if not self.known.get("up"):
            self._send(approved(self._film).stat().st_size)
        status = _status(self._state())
        if status in BROKEN:
            if self.known.get("anew"):
                raise Rejected(f"the platform could not use the film ({status}); export it again as MP4 (H.264, AAC)")
            self._progress.save(STEP, {"anew": True})
            return NotReady(after=SOON, reason="the film is uploaded anew")
        self._dress()
        return None

    def publish(self, message: Message) -> tuple[str, str]:
        """The id and the address of the post; the call that makes it public was made once.

        Raises Ambiguous where the platform has taken it and does not say yet that it is public.
        """
        fields = {"upload_phase": "finish", "upload_session_id": str(self.known["session"]), "published": "true"}
        what, told = "publishing the film", {"description": message.text} if message.text else {}
        found = self._graph.post_once(what, f"/{self._page}/videos", {**fields, **told})
        if found.get("success") is not True:
            raise Ambiguous(f"{what}: {self._graph.host} did not say that it did so", http_status=200)
        try:
            out = self.out()
        except Failure as failure:
            raise Ambiguous(f"{what}: the platform took it, and cannot be asked for it ({failure})") from None
        if out is None:
            raise Ambiguous(f"{what}: the platform took it, and is not done with it")
        return out

    def out(self) -> tuple[str, str] | None:
        """The id and the address of the post where the film is public; None where it surely is not any more or yet.

        Raises Retryable where the platform still works on it.
        """
        found = self._state()
        if found.get("published") is True and (post := str(found.get("post_id") or "")):
            remote_id = post if "_" in post else f"{self._page}_{post}"
            return remote_id, str(found.get("permalink_url") or f"https://www.facebook.com/{remote_id}")
        phase = found.get("status") if isinstance(found.get("status"), dict) else {}
        publishing = phase.get("publishing_phase") if isinstance(phase, dict) else None
        if _status(found) in BROKEN or publishing in (None, {}) or (publishing or {}).get("status") == "not_started":
            return None
        raise Retryable("looking for our own film: the platform is not done with it")

    # -- uploading -------------------------------------------------------------------------------------------------

    def _send(self, size_bytes: int) -> None:
        """The whole film is there. An upload of an earlier try goes on; where it cannot, it is begun anew, once."""
        known = dict(self.known)
        if "session" not in known:
            self._send_from({**known, **self._begin(size_bytes)}, size_bytes)
            return
        try:
            self._send_from(self._further(known), size_bytes)
        except Rejected:  # sessions are not kept for ever
            self._send_from({**self._begin(size_bytes), **({"anew": True} if known.get("anew") else {})}, size_bytes)

    def _send_from(self, known: dict[str, object], size_bytes: int) -> None:
        self._progress.save(STEP, known)
        start, end = int(str(known["at"])), int(str(known["to"]))
        while start < size_bytes:
            start, end = self._piece(str(known["session"]), start, end, size_bytes)
            self._progress.save(STEP, {**known, "at": start, "to": end})
        self._progress.save(STEP, {**known, "up": True})

    def _further(self, known: dict[str, object]) -> dict[str, object]:
        """The same, from where the platform has the film: its last answer may have been lost."""
        told = self._state().get("status")
        phase = told.get("uploading_phase") if isinstance(told, dict) else None
        there = phase.get("bytes_transferred") if isinstance(phase, dict) else None
        if type(there) is not int or there < 0:
            return known
        return {**known, "at": there, "to": there + int(str(known["to"])) - int(str(known["at"]))}

    def _begin(self, size_bytes: int) -> dict[str, object]:
        what = "beginning the film's upload"
        fields = {"upload_phase": "start", "file_size": str(size_bytes)}
        found = self._graph.make(what, f"/{self._page}/videos", fields)
        video, session = id_in(found, "video_id"), id_in(found, "upload_session_id")
        if not video or not session:
            raise Retryable(f"{what}: {self._graph.host} answered without the film's id")
        start, end = _offsets(found, what)
        return {"id": video, "session": session, "at": start, "to": end}

    def _piece(self, session: str, start: int, end: int, size_bytes: int) -> tuple[int, int]:
        """Where the next piece starts and ends, as the platform wants it. Raises Retryable where that is no way on."""
        what = f"uploading the film from byte {start:,}"
        end = min(max(end, start + 1), size_bytes)
        content = Stretch(path=self._film.path, start=start, size_bytes=end - start)
        name = picture_name(1, self._film)
        upload = Upload(form_field="video_file_chunk", name=name, mime=self._film.mime, content=content)
        fields = {"upload_phase": "transfer", "upload_session_id": session, "start_offset": str(start)}
        found = self._graph.make(what, f"/{self._page}/videos", fields, (upload,))
        begins, ends = _offsets(found, what)
        if begins <= start:
            raise Retryable(f"{what}: {self._graph.host} wants what it has already")
        return begins, ends

    def _dress(self) -> None:
        """Cover and captions are with the film; what the platform does not take of them keeps no post from going."""
        video, film = str(self.known["id"]), self._film
        if self.known.get("dressed"):
            return
        left_out = []
        try:
            if cover := cover_of(film, "source"):
                self._graph.make("giving the film its cover", f"/{video}/thumbnails", {"is_preferred": "true"}, cover)
            for words in film.captions:
                self._graph.make("giving the film captions", f"/{video}/captions", {}, (_captions(words),))
        except Rejected as refused:
            left_out.append(str(refused))
        self._progress.save(STEP, {**self.known, "dressed": True, "left_out": left_out})

    def _state(self) -> dict[str, Any]:
        return self._graph.get("asking how far the film is", f"/{self.known['id']}", {"fields": FIELDS})


def film_of(graph: Graph, page: str, message: Message, progress: Progress) -> Film | None:
    """The message's film; None where it shows pictures or nothing. A film stands alone."""
    films = [one for one in message.media if one.film]
    if films and len(message.media) > 1:
        raise Rejected("the platform takes a film alone; make a post of its own for the rest")
    return Film(graph, page, films[0], progress) if films else None


def _captions(words: Captions) -> Upload:
    """The captions as SubRip; the name's ending tells their language, as `captions.ka.srt`."""
    content = as_srt(approved(words).read_bytes())
    language = words.language.replace("-", "_") or "en"
    return Upload(form_field="captions_file", name=f"captions.{language}.srt", mime="text/plain", content=content)


def _offsets(found: Mapping[str, Any], what: str) -> tuple[int, int]:
    start, end = str(found.get("start_offset", "")), str(found.get("end_offset", ""))
    if not (start.isascii() and start.isdigit() and end.isascii() and end.isdigit()):
        raise Retryable(f"{what}: the platform does not say where to go on")
    return int(start), int(end)


def _status(found: Mapping[str, Any]) -> str:
    told = found.get("status")
    return str(told.get("video_status", "")) if isinstance(told, dict) else ""
