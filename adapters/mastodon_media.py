"""Pictures and films at a Mastodon server: uploaded once, waited for while it works on them, anew when gone.

Answers as in the Mastodon documentation of 2 Jul 2026, methods media (read on 24 Nov 2026): 200 done, 202 taken and
206 asked for while it is worked on, 422 and one kind of 500 where that failed, 404 where it is gone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote

from adapters.contract import NotReady, Rejected
from adapters.http import Answer, failure_for
from adapters.mastodon_session import id_of
from adapters.on_disk import picture_name
from adapters.uploads import cover_of, upload_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.contract import Progress
    from adapters.mastodon_session import Session
    from posts.model import Media

LOOK_AGAIN = timedelta(seconds=5)
LOOK_LATER = timedelta(seconds=20)  # once it is clear that the server takes its time
QUICK_LOOKS = 12
STILL_WORKING = frozenset({202, 206})
COULD_NOT_DRAW = "error processing thumbnail"  # the documented words of a 500 that stays one


class Pictures:
    """The pictures of one account's posts, by the progress of each delivery."""

    def __init__(self, session: Session):
        self._session = session

    def ready(self, media: Sequence[Media], progress: Progress) -> list[str] | NotReady:
        """The ids of all pictures in their order, or NotReady. Raises Rejected for one that the server cannot read."""
        found = [self._ready(one, number, progress) for number, one in enumerate(media, 1)]
        if not all(ready for _, ready in found):
            what = "film" if any(one.film for one in media) else "pictures"
            return NotReady(after=self._pause(media, progress), reason=f"the server is still working on the {what}")
        return [media_id for media_id, _ in found]

    @staticmethod
    def _pause(media: Sequence[Media], progress: Progress) -> timedelta:
        """How long until the next look; pictures are done soon, a film may take half an hour."""
        if not any(one.film for one in media):
            return LOOK_AGAIN
        looks = progress.saved.get("looks", {}).get("made", 0)
        made = looks + 1 if isinstance(looks, int) else 1
        progress.save("looks", {"made": made})
        return LOOK_AGAIN if made <= QUICK_LOOKS else LOOK_LATER

    def _ready(self, picture: Media, number: int, progress: Progress) -> tuple[str, bool]:
        """The picture's id at the server and whether it can be posted; uploaded once, unless it is gone by now."""
        media_id = str(progress.saved.get(f"media-{number}", {}).get("id", ""))
        answer = self._look(media_id) if media_id else None
        if answer is None or answer.status == 404:
            return self._upload(picture, number, progress)
        if not answer.ok:
            self._refuse(answer, picture, number, progress)
        return media_id, not _is_worked_on(answer)

    def _upload(self, picture: Media, number: int, progress: Progress) -> tuple[str, bool]:
        name = picture_name(number, picture)
        call = self._session.call(
            f"uploading {name}",
            "POST",
            "/api/v2/media",
            form={"description": picture.alt_text} if picture.alt_text else {},
            uploads=(upload_of(picture, number, "file"), *cover_of(picture, "thumbnail")),
        )
        answer = self._session.http.prepare(call)
        if not answer.ok:
            self._refuse(answer, picture, number, progress)
        media_id = id_of(answer.fields())
        if media_id is None:
            raise failure_for(answer, posting=False)
        progress.save(f"media-{number}", {"id": media_id})
        return media_id, not _is_worked_on(answer)

    def _look(self, media_id: str) -> Answer:
        call = self._session.call("looking at an uploaded picture", "GET", f"/api/v1/media/{quote(media_id, safe='')}")
        return self._session.http.prepare(call)

    def _refuse(self, answer: Answer, picture: Media, number: int, progress: Progress) -> NoReturn:
        """Raises what the answer means; a picture that is refused is uploaded anew if the post ever goes again."""
        if answer.status != 422 and COULD_NOT_DRAW not in answer.words().lower():
            raise failure_for(answer, posting=False)
        if progress.saved.get(f"media-{number}"):
            progress.save(f"media-{number}", {})
        raise Rejected(
            f"{picture_name(number, picture)}: the server refuses this file ({answer.status}: {answer.words()});"
            " correct it or its alt text",
            http_status=answer.status,
            evidence=answer.evidence(),
        )


def _is_worked_on(answer: Answer) -> bool:
    """Whether the server is not done; other software always answers 202, but names the address of what is done."""
    return answer.status in STILL_WORKING and not answer.fields().get("url")
