"""What goes to LinkedIn beside a film: its captions as SubRip, and the picture that stands for it.

As one program of others sends them (read on 24 Nov 2026): nobody documents which languages are known.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from adapters.contract import Rejected
from adapters.http import Call, Upload
from adapters.on_disk import approved, read_picture
from posts.captions import NoCaptions, as_srt

if TYPE_CHECKING:
    from posts.model import Captions, Media

ENGLISH = {"variant": "AMERICAN", "country": "US", "language": "EN"}


def as_captions(words: Captions) -> Call:
    """The call that gives the captions; its path is theirs to say. Raises Rejected where these are none."""
    try:
        content = as_srt(approved(words).read_bytes())
    except NoCaptions as wrong:
        raise Rejected(f"{words.path.name}: {wrong}") from None
    described = {
        "format": "SRT",
        "formattedForEasyReader": True,
        "largeText": True,
        "source": "USER_PROVIDED",
        "locale": _locale(words.language),
        "transcriptType": "CLOSED_CAPTION",
    }
    return Call(
        what="uploading the captions",
        method="POST",
        path="",
        form={"metadata": json.dumps(described)},
        upload=Upload(form_field="file", name="captions.srt", mime="application/x-subrip", content=content),
    )


def as_cover(cover: Media) -> Call:
    """The call that gives the picture; its path is theirs to say."""
    return Call(
        what="uploading the film's cover",
        method="PUT",
        path="",
        headers={"Content-Type": "application/octet-stream", "media-type-family": "STILLIMAGE"},
        content=read_picture(cover),
    )


def _locale(tag: str) -> dict[str, str]:
    """A language as the platform writes it: in capitals, and with its country where the tag names one."""
    language, *rest = tag.split("-")
    if not language or language.casefold() == "en":
        return ENGLISH
    country = next((one for one in rest if len(one) == 2 and one.isalpha()), "")
    return {"language": language.upper(), **({"country": country.upper()} if country else {})}
