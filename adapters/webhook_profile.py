"""What july30 sends to a receiver at most, as data; all of it is our own choice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from adapters.card_sizes import SQUARE, best_size
from adapters.contract import Fact, Lookup, Option, Profile
from posts.limits import FilmLimits, Limits, TextLimit, Unit

if TYPE_CHECKING:
    from posts.model import Account

OURS = "july30's own choice; the receiver may set less: option text_max"
ALT_TEXT = TextLimit(unit=Unit.GRAPHEMES, max=10_000)
PICTURE_BYTES_MAX, FILM_BYTES_MAX, CAPTIONS_MAX, CAPTION_BYTES_MAX = 10_000_000, 1_000_000_000, 20, 1_000_000
LIMITS = Limits(
    text=(TextLimit(unit=Unit.GRAPHEMES, max=100_000),),
    parts_max=25,
    images_max=10,
    card_size=SQUARE,
    image_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
    image_bytes_max=PICTURE_BYTES_MAX,
    alt_text=ALT_TEXT,
    film=FilmLimits(
        types=("video/mp4", "video/quicktime"),
        bytes_max=FILM_BYTES_MAX,
        among_pictures=True,
        alt_text=ALT_TEXT,
        captions_max=CAPTIONS_MAX,
        caption_bytes_max=CAPTION_BYTES_MAX,
        cover=True,
    ),
    gif=FilmLimits(types=("image/gif",), bytes_max=PICTURE_BYTES_MAX, among_pictures=True, alt_text=ALT_TEXT),
    first_comment=(TextLimit(unit=Unit.GRAPHEMES, max=100_000),),
)
KEY_REMEMBERED = timedelta(days=30)
ANSWER_BYTES_MAX = 100_000


def _fact(name: str, value: object, unit: str) -> Fact:
    return Fact(name=name, value=str(value), unit=unit, source=OURS, read_on=date(2026, 11, 27))


PROFILE = Profile(
    platform="webhook",
    limits=LIMITS,
    lookup=Lookup.NONE,
    needs_base_url=True,
    fetches_films=True,
    facts=(
        _fact("text", 100_000, "graphemes"),
        _fact("images", 10, "pictures"),
        _fact("image size", PICTURE_BYTES_MAX, "bytes"),
        _fact("film size", FILM_BYTES_MAX, "bytes, fetched from a public address"),
        _fact("captions", CAPTIONS_MAX, "files"),
        _fact("alt text", 10_000, "graphemes"),
        best_size(SQUARE, "nobody knows where its receiver shows it", OURS),
        _fact("answer", ANSWER_BYTES_MAX, "bytes"),
        _fact("a key is remembered, where idempotent", KEY_REMEMBERED.days, "days"),
    ),
    options=(
        Option(
            name="idempotent",
            default="no",
            meaning='`"yes"`: the receiver makes one post of one key and says which; then doubt settles by itself',
        ),
        Option(name="text_max", default="100000", meaning="the longest text it takes, in graphemes"),
    ),
)


def limits_of(account: Account, *, films: bool) -> Limits:
    """Ours, with the longest text that the account's options give; `films`: whether they can be fetched."""
    most, limits = text_max_of(account), LIMITS if films else replace(LIMITS, film=None)
    return replace(limits, text=(replace(LIMITS.text[0], max=most),)) if most else limits


def text_max_of(account: Account) -> int:
    """The longest text that the account's options give, in graphemes; 0 where they give none that can be meant."""
    given = account.options.get("text_max", "")
    return int(given) if given.isascii() and given.isdigit() else 0
