"""The calls that make a post: a picture or an album with its caption, and texts.

The text is sent as it is, without a parse mode: nothing in it can be taken for markup, and the server makes links of
addresses and hashtags itself, in every script. Behaviour as read in the description of Bot API 10.1 of 11 Jun 2026.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapters.http import Upload
from adapters.on_disk import picture_name, read_picture
from adapters.telegram_options import choice, limits_of
from posts.measure_text import fits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from posts.model import Account, Media, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One call that makes something public. `says` is a digest of it, kept to see that it is still the same post."""

    method: str
    fields: Mapping[str, Any]
    uploads: tuple[Upload, ...] = field(default=(), repr=False)
    says: str

    @property
    def messages(self) -> int:
        """How many messages it makes: an album is as many as it has pictures."""
        return max(1, len(self.uploads))


def pieces_of(message: Message, account: Account, chat: str) -> list[Piece]:
    """The calls that make the post, in their order; a text too long for a caption follows its pictures."""
    texts = list(message.parts)
    common: dict[str, Any] = {"chat_id": chat}
    if choice(account, "silent") == "yes":
        common["disable_notification"] = True
    pieces: list[Piece] = []
    if message.media:
        as_caption = fits(texts[0], limits_of(account).text_with_media)
        pieces.append(_album(message.media, texts.pop(0) if as_caption else "", common))
    wanted = choice(account, "link_preview") == "yes"
    return [*pieces, *(_text(one, _preview(one, message.link, wanted=wanted), common) for one in texts)]


def _preview(text: str, link: str, *, wanted: bool) -> dict[str, object]:
    """Which link is shown in small under the text; empty: the first in it, as the server does by itself."""
    if not wanted:
        return {"is_disabled": True}
    return {"url": link} if link and link in text else {}


def _text(text: str, preview: Mapping[str, object], common: Mapping[str, Any]) -> Piece:
    fields = {**common, "text": text, **({"link_preview_options": preview} if preview else {})}
    return Piece(method="sendMessage", fields=fields, says=_digest(text))


def _album(media: Sequence[Media], caption: str, common: Mapping[str, Any]) -> Piece:
    says = _digest(caption, *(one.sha256 for one in media))
    named = {"caption": caption} if caption else {}
    if len(media) == 1:
        fields, photo = {**common, **named}, _upload("photo", 1, media[0])
        return Piece(method="sendPhoto", fields=fields, uploads=(photo,), says=says)
    uploads = tuple(_upload(f"picture-{number}", number, one) for number, one in enumerate(media, 1))
    photos: list[dict[str, str]] = [{"type": "photo", "media": f"attach://{one.form_field}"} for one in uploads]
    photos[0] |= named  # the caption of the first is that of the album
    return Piece(method="sendMediaGroup", fields={**common, "media": photos}, uploads=uploads, says=says)


def _upload(form_field: str, number: int, media: Media) -> Upload:
    name = picture_name(number, media)
    return Upload(form_field=form_field, name=name, mime=media.mime, content=read_picture(media))


def _digest(*said: str) -> str:
    return hashlib.sha256("\0".join(said).encode("utf-8", "replace")).hexdigest()[:16]
