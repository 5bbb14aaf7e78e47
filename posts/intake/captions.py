"""Opening a file of captions for the first time."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from posts.captions import NoCaptions, cues_of
from posts.intake.pictures import MediaError
from posts.model import Captions

if TYPE_CHECKING:
    from pathlib import Path

CAPTIONS_BYTES_MAX = 500_000
CAPTION_SUFFIXES = (".srt", ".vtt")
NO_LANGUAGE = "und"


def open_captions(path: Path) -> Captions:
    """The captions, read once to prove that they are; their language is what stands before the name's ending.

    `clip.uz-Latn.srt` is in uz-Latn; of `clip.srt` and `clip.und.srt` nobody says, and it is "". Raises MediaError for
    a file that holds no captions, is not in UTF-8, or has more than 500 KB.
    """
    try:
        with path.open("rb") as file:
            data = file.read(CAPTIONS_BYTES_MAX + 1)
        if len(data) > CAPTIONS_BYTES_MAX:
            raise MediaError(
                f"{path}: the captions have more than {CAPTIONS_BYTES_MAX // 1000} KB: no film says that much."
            )
        cues_of(data)
    except OSError as error:
        raise MediaError(f"{path}: the captions cannot be read ({error}).") from error
    except NoCaptions as error:
        raise MediaError(f"{path}: {error}.") from error
    language = path.suffixes[-2][1:] if path.suffixes[1:] else NO_LANGUAGE
    return Captions(
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        language="" if language == NO_LANGUAGE else language,
    )
