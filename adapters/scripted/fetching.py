"""What the scripted Instagram and Threads fetch of a film: all of it, counted and hashed, and nothing of it kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import requests

from adapters.scripted.graph import Refused

PIECE_BYTES = 262_144
BOX = (b"ftyp", b"moov", b"wide")


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedFilm:
    """One film that was fetched whole."""

    sha256: str
    size_bytes: int
    cover: str = ""


def fetched_film(address: str, *, bytes_max: int, cover: str = "") -> FetchedFilm:
    """The film at that address. Refuses what is not there, is no film, or is too large."""
    seen, size, head = hashlib.sha256(), 0, b""
    try:
        with requests.get(address, timeout=5, stream=True) as answer:
            for piece in answer.iter_content(PIECE_BYTES) if answer.status_code == 200 else ():
                head = head or piece[:8]
                size += len(piece)
                seen.update(piece)
    except requests.RequestException:
        size = 0
    if not size:
        raise Refused(9004, "The media could not be fetched from this URI", subcode=2207052)
    if head[4:] not in BOX or size > bytes_max:
        raise Refused(352, "The video format is not supported", subcode=2207026)
    return FetchedFilm(sha256=seen.hexdigest(), size_bytes=size, cover=cover)
