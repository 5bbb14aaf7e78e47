"""What a receiver is sent of a post: its words and pictures in one JSON object, and where its films can be fetched."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from adapters.contract import Rejected
from adapters.on_disk import approved, picture_name, read_picture

if TYPE_CHECKING:
    from adapters.contract import PublicMedia
    from posts.model import Captions, Media, Message


def event_of(message: Message, key: str, place: PublicMedia | None) -> dict[str, object]:
    """The whole post. `place`: where films are fetched. Raises Rejected where there is none for a film, or no file."""
    return {
        "type": "post.publish",
        "id": key,
        "account": message.account,
        "text": message.text,
        "parts": list(message.parts),
        "language": message.language,
        "link": message.link,
        "first_comment": message.first_comment,
        "media": [_media(one, number, place) for number, one in enumerate(message.media, 1)],
    }


def _media(one: Media, number: int, place: PublicMedia | None) -> dict[str, object]:
    described = {"name": picture_name(number, one), "mime": one.mime, "sha256": one.sha256, "alt": one.alt_text}
    if not one.mime.startswith("video/"):
        return {**described, "base64": _text(read_picture(one))}
    if place is None:
        raise Rejected(
            f"{one.path.name} is a film, which a receiver fetches from a public address, and there is none here: set"
            " public_url or the storage in config.toml, or leave the film out"
        )
    return {
        **described,
        "size_bytes": one.size_bytes,
        "url": place.address(one),
        "captions": [_captions(words) for words in one.captions],
        **({"cover": {"mime": one.cover.mime, "base64": _text(read_picture(one.cover))}} if one.cover else {}),
    }


def _captions(words: Captions) -> dict[str, object]:
    kind = "text/vtt" if words.path.suffix.casefold() == ".vtt" else "application/x-subrip"
    return {"language": words.language, "mime": kind, "base64": _text(approved(words).read_bytes())}


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
