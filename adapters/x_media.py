"""Pictures and films on their way to X: pictures in one of three documented ways, described by a call of its own."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from adapters.contract import NotReady
from adapters.http import Answer, Call, Upload
from adapters.on_disk import picture_name, read_picture
from adapters.x_answers import refusal
from adapters.x_films import Films, begins_anew
from adapters.x_uploads import UPLOAD, append, finalize, initialize, json_call, pause_of, state_of, status

if TYPE_CHECKING:
    from adapters.contract import Progress
    from adapters.x_access import Access
    from posts.model import Media

CHUNK_BYTES = 1_000_000
ONE_SHOT_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})  # the only ones that media_type knows there


class Pictures:
    """The pictures and films of one account's posts; `way`, of pictures, is "json", "multipart" or "chunked"."""

    def __init__(self, access: Access, way: str, segment_bytes: int):
        self._access = access
        self._way = way
        self._films = Films(access, segment_bytes)

    def ready(self, media: tuple[Media, ...], progress: Progress) -> list[str] | NotReady:
        """The ids of the pictures or the film, each uploaded and described once however often this is called."""
        ids = []
        for number, picture in enumerate(media, 1):
            media_id = self._uploaded(picture, number, progress)
            if isinstance(media_id, NotReady):
                return media_id
            if not picture.film and picture.alt_text and not progress.saved.get(f"alt-{number}"):
                self._describe(media_id, picture.alt_text, number)
                progress.save(f"alt-{number}", {"id": media_id})
            ids.append(media_id)
        return ids

    def _uploaded(self, picture: Media, number: int, progress: Progress) -> str | NotReady:
        if picture.film:
            return self._films.ready(picture, number, progress)
        saved = progress.saved.get(f"picture-{number}")
        if not saved:
            saved = self._upload(picture, number)
            progress.save(f"picture-{number}", saved)
        elif saved.get("working"):
            saved = self._looked_at(str(saved["id"]), number)
            progress.save(f"picture-{number}", saved)
        if saved.get("working"):
            return NotReady(after=pause_of(saved), reason="the platform is still working on the pictures")
        return str(saved["id"])

    def _upload(self, picture: Media, number: int) -> dict[str, object]:
        what, content = f"uploading {picture_name(number, picture)}", read_picture(picture)
        if self._way == "chunked":
            return self._in_chunks(what, picture, content, picture_name(number, picture))
        if self._way == "multipart":
            form = {"media_category": "tweet_image", **_typed(picture)}
            upload = Upload(form_field="media", name=picture_name(number, picture), mime=picture.mime, content=content)
            return state_of(self._made(Call(what=what, method="POST", path=UPLOAD, form=form, upload=upload)))
        body = {"media": base64.b64encode(content).decode(), "media_category": "tweet_image", **_typed(picture)}
        return state_of(self._made(json_call(what, UPLOAD, body)))

    def _in_chunks(self, what: str, picture: Media, content: bytes, name: str) -> dict[str, object]:
        media_id = str(state_of(self._made(initialize(what, picture.mime, len(content), "tweet_image")))["id"])
        for index, at in enumerate(range(0, len(content), CHUNK_BYTES)):
            piece = content[at : at + CHUNK_BYTES]
            self._made(append(what, media_id, index, name=name, mime=picture.mime, content=piece))
        return state_of(self._made(finalize(what, media_id)))

    def _looked_at(self, media_id: str, number: int) -> dict[str, object]:
        return state_of(self._made(status(f"looking at picture {number}", media_id)))

    def _describe(self, media_id: str, alt_text: str, number: int) -> None:
        body = {"id": media_id, "metadata": {"alt_text": {"text": alt_text}}}
        self._made(json_call(f"giving picture {number} its alt text", "/2/media/metadata", body))

    def _made(self, call: Call) -> Answer:
        answer = self._access.send(call)
        if not answer.ok:
            raise refusal(answer, posting=False)
        return answer


def forget(progress: Progress) -> None:
    """Every picture or film is uploaded and described anew at the next try."""
    for step, saved in list(progress.saved.items()):
        if step.startswith("film-"):
            progress.save(step, begins_anew(saved))
        elif step.startswith(("picture-", "alt-", "captions-")):
            progress.save(step, {})


def _typed(picture: Media) -> dict[str, str]:
    return {"media_type": picture.mime} if picture.mime in ONE_SHOT_TYPES else {}
