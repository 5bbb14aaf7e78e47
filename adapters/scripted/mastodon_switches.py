"""In which ways a scripted Mastodon differs from the newest and most obliging one.

What other software does is taken from Pleroma's and GoToSocial's source and Pleroma's list of differences (read on
27 Nov 2026).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from adapters.scripted.counting import graphemes, status_length
from adapters.scripted.server import Reply, reply_json


class Software(StrEnum):
    """Whose server it is, by how it describes itself and what it counts."""

    MASTODON = "mastodon"
    PLEROMA = "pleroma"
    GOTOSOCIAL = "gotosocial"


class Refusals(StrEnum):
    """What stands in the body of a refusal."""

    JSON = "json"
    PAGE = "page"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """One server's ways.

    `slow_media`: a picture is taken and worked on until it was asked for twice; `broken_media`: that work then fails.
    `done_as_taken`: what is done is answered with 202 too. `sources`: whether a status's source can be read.
    `bare_html`: links stand as they are, and no paragraphs. `lag`: how long an account's list does not yet show what
    was taken.
    """

    software: Software = Software.MASTODON
    remembers_keys: bool = True
    numeric_ids: bool = True
    slow_media: bool = False
    broken_media: bool = False
    done_as_taken: bool = False
    batches: bool = True
    sources: bool = True
    instance_v2: bool = True
    bare_html: bool = False
    refusals: Refusals = Refusals.JSON
    characters_max: int = 500
    description_max: int = 1_500
    pictures_max: int = 4
    picture_bytes_max: int = 16_777_216
    film_bytes_max: int = 103_809_024
    lag: timedelta = timedelta()


PLEROMA = Switches(
    software=Software.PLEROMA,
    numeric_ids=False,
    done_as_taken=True,
    batches=False,
    bare_html=True,
    characters_max=5_000,
    description_max=5_000,
    pictures_max=1_000,
    picture_bytes_max=16_000_000,
)
GOTOSOCIAL = Switches(
    software=Software.GOTOSOCIAL,
    numeric_ids=False,
    batches=False,
    bare_html=True,
    characters_max=5_000,
    pictures_max=6,
    picture_bytes_max=41_943_040,
)


def described(ways: Switches, version: str) -> dict[str, Any]:
    """The server's description of itself, of the interface's version v1 or v2."""
    if ways.software is Software.PLEROMA:
        return _pleroma(ways, version)
    reserved = 25 if ways.software is Software.GOTOSOCIAL else 23
    statuses = {
        "max_characters": ways.characters_max,
        "max_media_attachments": ways.pictures_max,
        "characters_reserved_per_url": reserved,
    }
    media = {
        "supported_mime_types": ["image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/quicktime"],
        "image_size_limit": ways.picture_bytes_max,
        "image_matrix_limit": 33_177_600,
        "video_size_limit": ways.film_bytes_max,
        "video_matrix_limit": 8_294_400,
        "video_frame_rate_limit": 120,
        "description_limit": ways.description_max,
    }
    told = {"version": "4.6.0", "configuration": {"statuses": statuses, "media_attachments": media}}
    if ways.software is Software.GOTOSOCIAL:
        told |= {"version": "0.20.3", "source_url": "https://codeberg.org/superseriousbusiness/gotosocial"}
    return told


def _pleroma(ways: Switches, version: str) -> dict[str, Any]:
    statuses = {"max_characters": ways.characters_max, "max_media_attachments": ways.pictures_max}
    media = {"image_size_limit": ways.picture_bytes_max, "supported_mime_types": ["application/octet-stream"]}
    told: dict[str, Any] = {
        "version": "2.7.2 (compatible; Pleroma 2.9.1)",
        "configuration": {"statuses": statuses, "media_attachments": media},
    }
    if version == "v1":
        return {**told, "max_toot_chars": ways.characters_max, "description_limit": ways.description_max}
    told["configuration"]["statuses"]["characters_reserved_per_url"] = 0
    return {**told, "pleroma": {"metadata": {"description_limit": ways.description_max}}}


def length(ways: Switches, text: str, warning: str = "") -> int:
    """How long the server finds a text behind its content warning; only Mastodon shortens links and mentions."""
    match ways.software:
        case Software.MASTODON:
            return status_length(text) + graphemes(warning)
        case Software.PLEROMA:
            return graphemes(text) + graphemes(warning)
        case Software.GOTOSOCIAL:
            return len(text) + len(warning)


class Refused(Exception):
    """The server does not do what it was asked."""

    def __init__(self, status: int, words: str):
        super().__init__(words)
        self.status = status

    def reply(self, ways: Switches) -> Reply:
        """The refusal as this server words it."""
        match ways.refusals:
            case Refusals.JSON:
                return reply_json({"error": str(self)}, self.status)
            case Refusals.PAGE:
                page = f"<!DOCTYPE html><html><body><h1>{self.status}</h1><p>We're sorry</p></body></html>"
                return Reply(status=self.status, body=page.encode(), headers={"Content-Type": "text/html"})
            case Refusals.NOTHING:
                return Reply(status=self.status)
