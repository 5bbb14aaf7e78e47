"""Films on their way to LinkedIn: announced, put in parts to the addresses that it gives, finished, then worked on.

As four programs of others do it (read on 24 Nov 2026); of the official page only the opening could be read.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adapters.contract import NotReady, Rejected, Retryable
from adapters.http import Call, Stretch
from adapters.linkedin_answers import refusal, words
from adapters.linkedin_companions import as_captions, as_cover
from adapters.uploads import whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.contract import Progress
    from adapters.http import Answer
    from adapters.linkedin_access import Access
    from posts.model import Media

VIDEO = re.compile(r"urn:li:video:[\w-]{1,100}", re.ASCII)
FILM, UPLOAD, PARTS, LOOKS, REFUSED = "film", "film-upload", "film-parts", "film-looks", "film-captions"
LOOK_AGAIN, LOOK_AGAIN_AT_MOST = timedelta(seconds=10), timedelta(minutes=2)  # a member has 100 calls a day
PARTS_MAX = 1_000
GONE = frozenset({404, 410})
NOT_TAKEN = frozenset({400, 413, 415, 422})


class Films:
    """The films of one account's posts."""

    def __init__(self, access: Access):
        self._access = access

    def ready(self, film: Media, owner: str, progress: Progress) -> list[str] | NotReady:
        """What the platform calls the film, uploaded once however often this is called; NotReady while it works on it.

        Parts that arrived are not sent again. Raises Rejected where the platform cannot use it.
        """
        if done := progress.saved.get(FILM, {}).get("id"):
            return [str(done)]
        upload = progress.saved.get(UPLOAD, {})
        if not upload.get("finished"):
            upload = self._upload(film, owner, progress)
        video = str(upload["id"])
        if not self._is_available(video, progress):
            looks = int(str(progress.saved.get(LOOKS, {}).get("count", 0)))
            progress.save(LOOKS, {"count": looks + 1})
            after = min(LOOK_AGAIN * 2**looks, LOOK_AGAIN_AT_MOST)
            return NotReady(after=after, reason="the platform is still working on the film")
        progress.save(FILM, {"id": video})
        return [video]

    def _upload(self, film: Media, owner: str, progress: Progress) -> Mapping[str, object]:
        """The upload, finished: every part is there, and what goes with the film."""
        everything = whole(film)
        upload = progress.saved.get(UPLOAD) or self._begun(film, owner, progress)
        etags = [str(one) for one in _listed(progress.saved.get(PARTS, {}).get("etags"))]
        for url, first, last in _listed(upload["parts"])[len(etags) :]:
            part = Stretch(path=everything.path, start=int(first), size_bytes=int(last) - int(first) + 1)
            etags.append(self._put_part(str(url), part, len(etags) + 1, progress))
            progress.save(PARTS, {"etags": etags})
        if not progress.saved.get(PARTS, {}).get("beside"):
            self._send_companions(film, upload, progress)
            progress.save(PARTS, {"etags": etags, "beside": True})
        asked = {"video": upload["id"], "uploadToken": upload["token"], "uploadedPartIds": etags}
        call = Call(what="finishing the film", method="POST", path="/rest/videos?action=finalizeUpload")
        self._done(self._access.send_json(call, {"finalizeUploadRequest": asked}), progress)
        finished = {"id": upload["id"], "finished": True}
        progress.save(UPLOAD, finished)
        return finished

    def _begun(self, film: Media, owner: str, progress: Progress) -> Mapping[str, object]:
        captions = bool(film.captions) and not progress.saved.get(REFUSED, {}).get("words")
        asked = {
            "owner": owner,
            "fileSizeBytes": film.size_bytes,
            "uploadCaptions": captions,
            "uploadThumbnail": film.cover is not None,
        }
        progress.save(PARTS, {"etags": []})  # before it is announced: what is known of another upload is none of its
        call = Call(what="announcing the film", method="POST", path="/rest/videos?action=initializeUpload")
        answer = self._access.send_json(call, {"initializeUploadRequest": asked})
        if not answer.ok:
            raise refusal(answer, posting=False)
        begun = _upload_in(answer, film.size_bytes)
        if begun is None or (captions and not begun["captions"]) or (film.cover and not begun["cover"]):
            raise Retryable(f"{call.what}: {self._access.host} gave no addresses for it", http_status=answer.status)
        progress.save(UPLOAD, {**begun, "captions": begun["captions"] if captions else ""})
        return progress.saved[UPLOAD]

    def _put_part(self, url: str, part: Stretch, number: int, progress: Progress) -> str:
        call = Call(
            what=f"uploading part {number} of the film",
            method="PUT",
            path="",
            headers={"Content-Type": "application/octet-stream"},
            content=part,
        )
        answer = self._given(self._access.give(call, url), progress)
        if not (etag := answer.headers.get("etag", "").strip('"')):
            raise Retryable(f"{call.what}: {self._access.host} did not say that it has it", http_status=answer.status)
        return etag

    def _send_companions(self, film: Media, upload: Mapping[str, object], progress: Progress) -> None:
        """What was announced besides is there: without it the film could not be used."""
        if upload["captions"]:
            answer = self._access.give(as_captions(film.captions[0]), str(upload["captions"]))
            if answer.status in NOT_TAKEN:
                progress.save(REFUSED, {"words": words(answer) or f"refused with {answer.status}"})
                raise _anew(answer, progress)
            self._given(answer, progress)
        if film.cover and upload["cover"]:
            self._given(self._access.give(as_cover(film.cover), str(upload["cover"])), progress)

    def _given(self, answer: Answer, progress: Progress) -> Answer:
        """The same of an address that the platform gave: one that has ended may say no more than 'forbidden'."""
        if answer.status == 403 and "code" not in answer.fields():
            raise _anew(answer, progress)
        return self._done(answer, progress)

    def _done(self, answer: Answer, progress: Progress) -> Answer:
        """The answer, where the platform took what it was given. Raises Retryable where the film is begun anew."""
        if answer.ok:
            return answer
        if answer.status in GONE:
            raise _anew(answer, progress)
        failure = refusal(answer, posting=False)
        if isinstance(failure, Rejected):
            _forget(progress)  # a person who retries it wants it sent again
        raise failure

    def _is_available(self, video: str, progress: Progress) -> bool:
        call = Call(what="looking at the film", method="GET", path=f"/rest/videos/{quote(video, safe='')}")
        answer = self._done(self._access.send(call), progress)
        told = answer.fields()
        match told.get("status"):
            case "PROCESSING_FAILED":
                _forget(progress)  # a person who retries it wants it sent again
                why = told.get("processingFailureReason") or "it does not say why"
                raise Rejected(
                    f"{call.what}: the platform could not use it ({why}); export it anew as MP4 (H.264, AAC)"
                )
            case "WAITING_UPLOAD":
                _forget(progress)
                raise Retryable(f"{call.what}: the platform does not have it; it is begun anew")
            case status:
                return bool(status == "AVAILABLE")


def captions_refused(progress: Progress) -> Mapping[str, str]:
    """Why a film is out without its captions, as evidence; empty where it is not."""
    told = progress.saved.get(REFUSED, {}).get("words")
    return {"captions_left_out": str(told)} if told else {}


def _anew(answer: Answer, progress: Progress) -> Retryable:
    _forget(progress)
    told = f"{answer.what}: refused ({answer.status}: {words(answer)}); the film is begun anew"
    return Retryable(told, http_status=answer.status, evidence=answer.evidence())


def _forget(progress: Progress) -> None:
    for step in (UPLOAD, PARTS, LOOKS):
        progress.save(step, {})


def _upload_in(answer: Answer, size_bytes: int) -> dict[str, object] | None:
    """What the platform calls the film, and where its parts go; None where that is not the whole film in its order."""
    value = answer.fields().get("value")
    told: dict[str, Any] = value if isinstance(value, dict) else {}
    video, parts, at = told.get("video"), [], 0
    for one in _listed(told.get("uploadInstructions")):
        url, first, last = (one.get(name) for name in ("uploadUrl", "firstByte", "lastByte"))
        if not isinstance(url, str) or first != at or type(last) is not int or last < first:
            return None
        parts.append([url, first, last])
        at = last + 1
    if not isinstance(video, str) or not VIDEO.fullmatch(video) or at != size_bytes or len(parts) > PARTS_MAX:
        return None
    also = {"captions": told.get("captionsUploadUrl") or "", "cover": told.get("thumbnailUploadUrl") or ""}
    return {"id": video, "token": told.get("uploadToken") or "", "parts": parts, **also}


def _listed(found: object) -> list[Any]:
    return found if isinstance(found, list) else []
