"""What hangs under which part of a Bluesky thread, uploaded where it has to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.bluesky_embeds import film, link_card, pictures
from adapters.bluesky_pictures import uploaded
from adapters.contract import NotReady

if TYPE_CHECKING:
    from adapters.bluesky_films import Films
    from adapters.bluesky_session import Session
    from adapters.contract import Progress
    from posts.model import Message


class Attached:
    """The pictures, films and cards of one account's posts; `cards`: whether a link has one."""

    def __init__(self, session: Session, films: Films, *, cards: bool):
        self._session = session
        self._films = films
        self._cards = cards

    def ready(self, message: Message, progress: Progress, *, begun: bool) -> dict[int, dict[str, Any]] | NotReady:
        """Each embed by its part: media under the first, the link's card under the one that holds it.

        `begun`: the first part is out already.
        """
        holding = [number for number, part in enumerate(message.parts, 1) if message.link in part]
        card = self._cards and message.link.startswith(("https://", "http://"))
        embeds = {holding[0] if holding else 1: link_card(message.link)} if card else {}
        if message.media and not begun:
            shown = self._media(message, progress)
            if isinstance(shown, NotReady):
                return shown
            embeds[1] = shown
        return embeds

    def _media(self, message: Message, progress: Progress) -> dict[str, Any] | NotReady:
        first = message.media[0]
        if first.film is None:
            return pictures(message.media, uploaded(message.media, self._session, progress))
        blob = self._films.ready(first, progress)
        if isinstance(blob, NotReady):
            return blob
        return film(first, blob, self._films.captions(first, message.language, progress))
