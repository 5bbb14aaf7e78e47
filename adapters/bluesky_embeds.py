"""What hangs under a Bluesky post, as the network wants it: pictures, a film, or a link's card."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from posts.model import Media


def pictures(media: Sequence[Media], blobs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The embed that shows these pictures, each with its alt text and its shape."""
    return {"$type": "app.bsky.embed.images", "images": [_picture(*one) for one in zip(media, blobs, strict=True)]}


def film(media: Media, blob: Mapping[str, Any], captions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The embed that plays this film, or this GIF as one: by itself, without sound, again and again."""
    return {
        "$type": "app.bsky.embed.video",
        "video": dict(blob),
        **({"alt": media.alt_text} if media.alt_text else {}),
        **_shape(media),
        **({"captions": list(captions)} if captions else {}),
        "presentation": "gif" if media.mime == "image/gif" else "default",
    }


def link_card(link: str) -> dict[str, Any]:
    """The embed that shows a link; its title is its address, for nothing is fetched."""
    title = re.sub(r"^https?://(www\.)?", "", link, flags=re.IGNORECASE).rstrip("/")
    return {"$type": "app.bsky.embed.external", "external": {"uri": link, "title": title, "description": ""}}


def _picture(media: Media, blob: Mapping[str, Any]) -> dict[str, Any]:
    return {"alt": media.alt_text, "image": dict(blob), **_shape(media)}


def _shape(media: Media) -> dict[str, Any]:
    shape = {"width": media.width_px, "height": media.height_px}
    return {"aspectRatio": shape} if min(shape.values()) > 0 else {}
