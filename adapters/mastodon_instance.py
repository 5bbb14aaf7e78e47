"""What one server allows, by its own description of itself.

Fields and defaults from the Mastodon documentation of 2 Jul 2026, entities Instance and V1::Instance (read on 24 Nov
2026). Other software says the same elsewhere, names no types of pictures, and reserves 0 characters for a link that it
does not shorten: Pleroma's and GoToSocial's source (read on 27 Nov 2026).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.card_sizes import WIDE
from adapters.contract import Failure
from adapters.http import Call
from posts.limits import FilmLimits, Limits, Quota, TextLimit, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.http import Http

COUNTING = TextLimit(unit=Unit.GRAPHEMES, max=500, link_length=23, short_mentions=True)
ALT_TEXT = TextLimit(unit=Unit.GRAPHEMES, max=1_500)
FILM = FilmLimits(
    types=("video/mp4", "video/quicktime"),
    bytes_max=103_809_024,
    pixels_max=8_294_400,
    frames_per_second_max=120,
    alt_text=ALT_TEXT,
    cover=True,
)
GIF = FilmLimits(types=("image/gif",), bytes_max=16_777_216, pixels_max=1_000_000, alt_text=ALT_TEXT)
LIMITS = Limits(
    text=(COUNTING,),
    parts_max=25,
    images_max=4,
    card_size=WIDE,
    image_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
    image_bytes_max=16_777_216,
    image_pixels_max=33_177_600,
    alt_text=ALT_TEXT,
    film=FILM,
    gif=GIF,
    comment_is_a_part=True,
    quotas=(Quota(most=300, within=timedelta(hours=3)),),
)
PLEROMA = "(compatible;"  # in the version that Pleroma and its kin give
GOTOSOCIAL = "gotosocial"  # in the address of its source
STATUSES, MEDIA = ("configuration", "statuses"), ("configuration", "media_attachments")
RESERVED, TYPES = (*STATUSES, "characters_reserved_per_url"), (*MEDIA, "supported_mime_types")
PLACES = {
    "max_characters": ((*STATUSES, "max_characters"), ("max_toot_chars",)),
    "max_media_attachments": ((*STATUSES, "max_media_attachments"), ("max_media_attachments",)),
    "image_size_limit": ((*MEDIA, "image_size_limit"), ("upload_limit",)),
    "image_matrix_limit": ((*MEDIA, "image_matrix_limit"),),
    "video_size_limit": ((*MEDIA, "video_size_limit"), ("upload_limit",)),
    "video_matrix_limit": ((*MEDIA, "video_matrix_limit"),),
    "video_frame_rate_limit": ((*MEDIA, "video_frame_rate_limit"),),
    "description_limit": (
        (*MEDIA, "description_limit"),
        ("description_limit",),
        ("pleroma", "metadata", "description_limit"),
    ),
}


def read_instance(http: Http) -> dict[str, Any] | None:
    """The server's description of itself, the older one where the newer says nothing; None where it cannot be had."""
    found: dict[str, Any] = {}
    for version in ("v2", "v1"):
        call = Call(what="reading the server's limits", method="GET", path=f"/api/{version}/instance")
        try:
            answer = http.prepare(call)
        except Failure:
            break
        found = {**(answer.fields() if answer.ok else {}), **found}
        if _at(found, STATUSES):
            break
    return found or None


def limits_of(instance: Mapping[str, Any]) -> Limits:
    """The limits that a server states; the documented default, with a doubt in words, for what cannot be meant.

    What it leaves out is as documented too, and no doubt: other software speaks this interface, and leaves out a lot.
    """
    said = {name: [_at(instance, place) for place in places] for name, places in PLACES.items()}
    meant = {name: next((one for one in values if _is_count(one)), 0) for name, values in said.items()}
    alt_text, types = replace(ALT_TEXT, max=meant["description_limit"] or ALT_TEXT.max), _at(instance, TYPES)
    return replace(
        LIMITS,
        text=(replace(_counting(instance), max=meant["max_characters"] or COUNTING.max),),
        images_max=meant["max_media_attachments"] or LIMITS.images_max,
        image_types=_of_kind("image/", types) or LIMITS.image_types,
        image_bytes_max=meant["image_size_limit"] or LIMITS.image_bytes_max,
        image_pixels_max=meant["image_matrix_limit"] or LIMITS.image_pixels_max,
        alt_text=alt_text,
        film=_films(types, meant, alt_text),
        gif=_gifs(types, meant, alt_text),
        doubts=_doubts(instance, said),
    )


def _counting(instance: Mapping[str, Any]) -> TextLimit:
    """How the server counts: other software takes links and mentions for as long as they are.

    GoToSocial says that it shortens links, and does not; it counts code points, of which UTF-16 units are never fewer.
    """
    if GOTOSOCIAL in str(instance.get("source_url")).lower():
        return replace(COUNTING, unit=Unit.UTF16, link_length=None, short_mentions=False)
    reserved, other = _at(instance, RESERVED), PLEROMA in str(instance.get("version"))
    usual = None if other or _is_zero(reserved) else COUNTING.link_length
    return replace(COUNTING, link_length=reserved if _is_count(reserved) else usual, short_mentions=not other)


def _doubts(instance: Mapping[str, Any], said: Mapping[str, list[Any]]) -> tuple[str, ...]:
    odd = {name: one for name, values in said.items() for one in values if one is not None and not _is_count(one)}
    reserved, types = _at(instance, RESERVED), _at(instance, TYPES)
    if not (reserved is None or _is_zero(reserved) or _is_count(reserved)):
        odd[RESERVED[-1]] = reserved
    if not (types is None or isinstance(types, list)):
        odd[TYPES[-1]] = types
    return tuple(
        f"its server says that {name} is {str(one)[:40]!r}, which cannot be meant" for name, one in odd.items()
    )


def _films(types: object, meant: Mapping[str, int], alt_text: TextLimit) -> FilmLimits | None:
    """What holds for films; None where the server names pictures that it takes, and no film."""
    own = _of_kind("video/", types)
    if _of_kind("image/", types) and not own:
        return None
    return replace(
        FILM,
        types=own or FILM.types,
        bytes_max=meant["video_size_limit"] or FILM.bytes_max,
        pixels_max=meant["video_matrix_limit"] or FILM.pixels_max,
        frames_per_second_max=meant["video_frame_rate_limit"] or FILM.frames_per_second_max,
        alt_text=alt_text,
    )


def _gifs(types: object, meant: Mapping[str, int], alt_text: TextLimit) -> FilmLimits | None:
    """What holds for GIFs that move; None where the server names pictures that it takes, and no GIF."""
    named = _of_kind("image/", types)
    if named and "image/gif" not in named:
        return None
    return replace(GIF, bytes_max=meant["image_size_limit"] or GIF.bytes_max, alt_text=alt_text)


def _of_kind(kind: str, types: object) -> tuple[str, ...]:
    names = types if isinstance(types, list) else []
    return tuple(one for one in names if isinstance(one, str) and one.startswith(kind))


def _is_count(found: object) -> bool:
    return type(found) is int and found > 0


def _is_zero(found: object) -> bool:
    return type(found) is int and found == 0


def _at(value: object, place: tuple[str, ...]) -> Any:
    """What stands at that place of nested objects; None where nothing does."""
    for name in place:
        value = value.get(name) if isinstance(value, dict) else None
    return value
