"""Films and moving GIFs on their way to X: in segments from the disk, worked on there, then described and captioned.

Steps as read in X's API description 2.167 of 22 Aug 2026 (on 24 Nov 2026). Nobody says what a segment does that comes
twice: an upload goes on only where the platform refused the next segment in words, else it begins anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.contract import Failure, NotReady, Rejected, Retryable
from adapters.http import Stretch
from adapters.on_disk import approved, picture_name
from adapters.uploads import whole
from adapters.x_answers import refusal, words
from adapters.x_uploads import (
    Unusable,
    append,
    finalize,
    initialize,
    json_call,
    pause_of,
    says_nothing,
    state_of,
    status,
)
from posts.captions import NoCaptions, as_srt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.contract import Progress
    from adapters.http import Answer, Call
    from adapters.x_access import Access
    from posts.model import Captions, Media

CATEGORIES = {"image/gif": "tweet_gif"}
SEGMENTS_MAX = 1_000
CAPTIONS_MAX = 4
ANEW_MAX = 1  # an upload that comes to nothing begins anew once; then a person looks at the file
BEGUN, ENDED, WORKED_ON, DONE = "begun", "ended", "worked on", "done"


class Films:
    """The films of one account's posts; a segment has `segment_bytes`, more where there would be too many."""

    def __init__(self, access: Access, segment_bytes: int):
        self._access = access
        self._segment_bytes = segment_bytes

    def ready(self, film: Media, number: int, progress: Progress) -> str | NotReady:
        """The film's id once the platform has done with it; uploaded, described and captioned once.

        What stands beside it never stops the post: what the platform does not take is left out, see `left_out`.
        """
        step = f"film-{number}"
        saved = progress.saved.get(step, {})
        if saved.get("stage") != DONE:
            saved = self._further(film, step, saved, progress)
        if saved["stage"] != DONE:
            return NotReady(after=pause_of(saved), reason="the platform is still working on the film")
        media_id = str(saved["id"])
        self._describe(film, media_id, number, progress)
        self._caption(film, media_id, progress)
        return media_id

    def _further(self, film: Media, step: str, saved: Mapping[str, object], progress: Progress) -> Mapping[str, object]:
        """What is known of the film now: it is uploaded, or was looked at."""
        unsure = saved.get("stage") == ENDED  # nobody knows whether the platform heard that this was all
        try:
            if unsure or saved.get("stage") == WORKED_ON:
                answer = self._made(status(f"looking at {step}", str(saved["id"])))
            else:
                saved = self._sent(film, step, saved, progress)
                answer = self._made(finalize(f"uploading {step}", str(saved["id"])))
            if unsure and says_nothing(answer):  # nor does an upload whose end was never told
                answer = self._made(finalize(f"uploading {step}", str(saved["id"])))
            state = state_of(answer)
        except Rejected as refused:
            raise self._anew(refused, step, progress, unsure=unsure) from None
        kept = {**saved, **state, "stage": WORKED_ON if state.get("working") else DONE}
        progress.save(step, kept)
        return kept

    def _sent(self, film: Media, step: str, saved: Mapping[str, object], progress: Progress) -> Mapping[str, object]:
        """Every segment was taken, and it is saved that the end is about to be told."""
        file, what, name = whole(film), f"uploading {step}", picture_name(1, film)
        size = max(self._segment_bytes, -(-file.size_bytes // SEGMENTS_MAX))
        if not (saved.get("goes_on") and saved.get("segment_bytes") == size):
            call = initialize(what, film.mime, file.size_bytes, CATEGORIES.get(film.mime, "tweet_video"))
            media_id = state_of(self._made(call))["id"]
            saved = {"id": media_id, "anew": _anew(saved), "taken": 0, "segment_bytes": size}
        saved = {**saved, "stage": BEGUN, "goes_on": False}
        progress.save(step, saved)
        for index in range(int(str(saved["taken"])), -(-file.size_bytes // size)):
            start = index * size
            piece = Stretch(path=file.path, start=start, size_bytes=min(size, file.size_bytes - start))
            call = append(what, str(saved["id"]), index, name=name, mime=film.mime, content=piece)
            self._append(call, saved, step, progress)
            saved = {**saved, "taken": index + 1}
            progress.save(step, saved)
        saved = {**saved, "stage": ENDED}
        progress.save(step, saved)
        return saved

    def _append(self, call: Call, saved: Mapping[str, object], step: str, progress: Progress) -> None:
        answer = self._access.send(call)
        if answer.status == 429:  # surely not taken: with the next one it goes on, or a large film would never end
            progress.save(step, {**saved, "goes_on": True})
        if not answer.ok:
            raise _refusal(answer)

    @staticmethod
    def _anew(refused: Rejected, step: str, progress: Progress, *, unsure: bool) -> Failure:
        """The next try begins anew: by itself once where that may help, else only when a person lets it go again."""
        times = _anew(progress.saved.get(step, {}))
        helps = unsure or isinstance(refused, Unusable | _Lost)
        if not helps or times >= ANEW_MAX:
            progress.save(step, {})
            return Rejected(str(refused), http_status=refused.http_status, evidence=refused.evidence)
        progress.save(step, {"anew": times + 1})
        return Retryable(f"{refused}; it is uploaded once more", http_status=refused.http_status)

    def _describe(self, film: Media, media_id: str, number: int, progress: Progress) -> None:
        step = f"alt-{number}"
        if not film.alt_text or progress.saved.get(step):
            return
        body = {"id": media_id, "metadata": {"alt_text": {"text": film.alt_text}}}
        try:
            self._made(json_call(f"giving film {number} its alt text", "/2/media/metadata", body))
        except Rejected as refused:  # nobody says whether films have one
            progress.save(step, {"left_out": str(refused)})
        else:
            progress.save(step, {"id": media_id})

    def _caption(self, film: Media, media_id: str, progress: Progress) -> None:
        """Each file of captions was tried once: the call has been out of order for months, and a post must not wait."""
        for number, one in enumerate(film.captions[:CAPTIONS_MAX], 1):
            step = f"captions-{number}"
            if progress.saved.get(step):
                continue
            try:
                kept: dict[str, object] = {"id": self._captioned(one, media_id)}
            except Failure as failure:
                kept = {"left_out": str(failure)}
            progress.save(step, kept)

    def _captioned(self, one: Captions, media_id: str) -> str:
        """The id of the captions, which the film shows from now on."""
        language, what = one.language.partition("-")[0], f"uploading the captions {one.path.name}"
        if len(language) != 2:
            raise Rejected(f"{what}: the platform knows languages by two letters, and '{one.language}' is none")
        try:
            content = as_srt(approved(one).read_bytes())
        except (NoCaptions, OSError) as error:
            raise Rejected(f"{what}: {error}") from error
        mime, name = "text/srt", f"captions.{one.language}.srt"
        begun = self._made(initialize(what, mime, len(content), "subtitles"))
        uploaded = str(state_of(begun)["id"])
        self._made(append(what, uploaded, 0, name=name, mime=mime, content=content))
        self._made(finalize(what, uploaded))
        shown = {"id": uploaded, "language_code": language.upper(), "display_name": one.language}
        body = {"id": media_id, "media_category": "TweetVideo", "subtitles": shown}
        self._made(json_call(f"captioning the film with {one.path.name}", "/2/media/subtitles", body))
        return uploaded

    def _made(self, call: Call) -> Answer:
        answer = self._access.send(call)
        if not answer.ok:
            raise _refusal(answer)
        return answer


class _Lost(Rejected):
    """The upload is not there, or not whole: what was refused is no fault of the film."""


def _refusal(answer: Answer) -> Failure:
    if answer.status == 404 or "add up" in words(answer).lower():
        return _Lost(f"{answer.what}: {words(answer)}", http_status=answer.status, evidence=answer.evidence())
    return refusal(answer, posting=False)


def _anew(saved: Mapping[str, object]) -> int:
    """How often the upload began anew."""
    found = saved.get("anew")
    return found if isinstance(found, int) else 0


def may_begin_anew(progress: Progress) -> bool:
    """Whether a film that was refused at posting is uploaded once more."""
    saved = progress.saved.get("film-1", {})
    return bool(saved.get("id")) and _anew(saved) < ANEW_MAX


def begins_anew(saved: Mapping[str, object]) -> dict[str, object]:
    """What is kept of a film that is uploaded once more."""
    return {"anew": _anew(saved) + 1}


def left_out(progress: Progress) -> dict[str, object]:
    """What the post went without, by step, in words."""
    found = {step: saved.get("left_out") for step, saved in progress.saved.items()}
    return {step: said for step, said in found.items() if said}
