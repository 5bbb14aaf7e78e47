"""What is said in a film, as SubRip or WebVTT: platforms take one or the other."""

from __future__ import annotations

import io

import webvtt

KINDS = {".srt": "srt", ".vtt": "vtt"}


class NoCaptions(ValueError):
    """These bytes are no captions; the message says why, in words that follow the file's name."""


def as_srt(data: bytes) -> bytes:
    """The same captions as SubRip, in UTF-8, styles left out. Raises NoCaptions."""
    return _written(data, "srt")


def as_vtt(data: bytes) -> bytes:
    """The same captions as WebVTT, in UTF-8. Raises NoCaptions."""
    return _written(data, "vtt")


def cues_of(data: bytes) -> webvtt.WebVTT:
    """The captions, at least one, SubRip or WebVTT by content. Raises NoCaptions."""
    try:
        text = data.decode("utf-8-sig")
        found = webvtt.from_buffer(io.StringIO(text), format="vtt" if text.startswith("WEBVTT") else "srt")
    except UnicodeDecodeError:
        raise NoCaptions("the captions are not text in UTF-8: save them so") from None
    except (webvtt.errors.MalformedFileError, webvtt.errors.MalformedCaptionError):
        raise NoCaptions("these are no captions: save them as SubRip (.srt) or WebVTT (.vtt)") from None
    if not len(found):
        raise NoCaptions("the captions hold no line that can be shown: write them, or leave the file out")
    return found


def _written(data: bytes, kind: str) -> bytes:
    target = io.StringIO()
    try:
        cues_of(data).write(target, format=kind)
    except ValueError as error:
        raise NoCaptions(f"the captions cannot be written as {kind.upper()}: {error}") from None
    return f"{target.getvalue().rstrip()}\n".encode()
