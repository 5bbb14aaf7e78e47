"""The calls that make a post: a picture, a film or an album with its caption, and texts.

The text is sent as it is, without a parse mode: nothing in it can be taken for markup, and the server makes links of
addresses and hashtags itself, in every script. Behaviour as read in the description of Bot API 10.1 of 11 Jun 2026.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapters.telegram_options import choice, limits_of
from adapters.uploads import cover_of, upload_of
from posts.measure_text import fits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.http import Upload
    from posts.model import Account, Media, Message

WAYS = {"photo": ("sendPhoto", "photo"), "video": ("sendVideo", "video"), "animation": ("sendAnimation", "animation")}
FILM_PATIENCE_S = 300.0  # the server looks at the whole film before it answers: facts of 24 Nov 2026


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One call that makes something public. `says` is a digest of it, kept to see that it is still the same post.

    `messages`: how many it makes; an album is as many as it shows. `patience_s`: how long the server may be silent over
    it, None as over any other.
    """

    method: str
    fields: Mapping[str, Any]
    uploads: tuple[Upload, ...] = field(default=(), repr=False)
    says: str
    messages: int = 1
    patience_s: float | None = None


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
    covers = [one.cover.sha256 for one in media if one.cover]
    says = _digest(caption, *(one.sha256 for one in media), *covers)
    patience_s = FILM_PATIENCE_S if any(one.film for one in media) else None
    named = {"caption": caption} if caption else {}
    if len(media) == 1:
        method, form_field = WAYS[_kind(media[0])]
        uploads = _uploads(media[0], 1, form_field)
        fields = {**common, **named, **_seen(media[0], uploads)}
        return Piece(method=method, fields=fields, uploads=uploads, says=says, patience_s=patience_s)
    files = [_uploads(one, number, f"file-{number}") for number, one in enumerate(media, 1)]
    shown = [_shown(one, uploads) for one, uploads in zip(media, files, strict=True)]
    shown[0] |= named  # the caption of the first is that of the album
    return Piece(
        method="sendMediaGroup",
        fields={**common, "media": shown},
        uploads=tuple(one for uploads in files for one in uploads),
        says=says,
        messages=len(media),
        patience_s=patience_s,
    )


def _kind(media: Media) -> str:
    if media.film is None:
        return "photo"
    return "animation" if media.mime == "image/gif" else "video"


def _uploads(media: Media, number: int, form_field: str) -> tuple[Upload, ...]:
    """The file, and after it the cover of a film that has one."""
    cover = cover_of(media, f"cover-{number}") if _kind(media) == "video" else ()
    return (upload_of(media, number, form_field), *cover)


def _shown(media: Media, uploads: Sequence[Upload]) -> dict[str, object]:
    """One picture or film of an album."""
    return {"type": _kind(media), "media": f"attach://{uploads[0].form_field}", **_seen(media, uploads)}


def _seen(media: Media, uploads: Sequence[Upload]) -> dict[str, object]:
    """What the server does not find out by itself: how large and long what moves is, and what stands for it."""
    if media.film is None:
        return {}
    told: dict[str, object] = {
        "width": media.width_px,
        "height": media.height_px,
        "duration": max(1, round(media.film.length.total_seconds())),
    }
    if _kind(media) == "video":
        told["supports_streaming"] = media.film.starts_at_once
        if covers := uploads[1:]:
            told["cover"] = f"attach://{covers[0].form_field}"
    return told


def _digest(*said: str) -> str:
    return hashlib.sha256("\0".join(said).encode("utf-8", "replace")).hexdigest()[:16]
