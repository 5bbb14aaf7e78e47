"""What LinkedIn takes and promises, as data: every number with where and when it was read."""

from __future__ import annotations

from datetime import date, timedelta

from adapters.card_sizes import TALL, best_size
from adapters.contract import Fact, Lookup, Option, Profile
from adapters.linkedin_access import VERSION
from adapters.linkedin_counts import METRICS
from posts.limits import Counted, FilmLimits, Limits, Quota, TextLimit, Unit

AUDIT = "third-party audit of the platform's documentation, 4 October 2026"
FILMS = "programs of others, and their quotes of the platform's Videos API page (li-lms-2026-05)"
ALT_TEXT = TextLimit(unit=Unit.UTF16, max=4086)
LIMITS = Limits(
    text=(TextLimit(unit=Unit.UTF16, max=3000), TextLimit(unit=Unit.ESCAPED, max=3000)),
    images_max=20,
    card_size=TALL,
    image_types=("image/jpeg", "image/png", "image/gif"),
    image_pixels_max=36_152_319,
    alt_text=ALT_TEXT,
    film=FilmLimits(
        bytes_min=75_000,
        bytes_max=500_000_000,
        length_min=timedelta(seconds=3),
        length_max=timedelta(minutes=30),
        ratio_min=1 / 2.4,
        ratio_max=2.4,
        alt_text=ALT_TEXT,
        captions_max=1,
        cover=True,
    ),
    gif=FilmLimits(types=("image/gif",), frames_max=250, pixels_max=36_152_319, alt_text=ALT_TEXT),
    first_comment=(TextLimit(unit=Unit.UTF16, max=1250),),
    quotas=(Quota(most=30, within=timedelta(hours=24), counted=Counted.POSTS),),
)


def _fact(
    name: str, value: str, unit: str, source: str, *, read_on: date = date(2026, 11, 24), sure: bool = True
) -> Fact:
    return Fact(name=name, value=value, unit=unit, source=source, read_on=read_on, sure=sure)


def _audited(name: str, value: str, unit: str, *, sure: bool = True) -> Fact:
    return _fact(name, value, unit, AUDIT, read_on=date(2026, 10, 4), sure=sure)


FACTS = (
    _fact("text", "3000", "characters, whatever their kind; nobody documents it", "LinkedIn help pages", sure=False),
    _fact("text with escapes", "3000", "characters; whether escapes count nobody documents", "ours", sure=False),
    _audited("images", "20", "pictures"),
    _audited("image pixels", "36152319", "pixels; fewer than 36,152,320"),
    best_size(
        TALL, "as wide as is recommended, and the highest that is listed", "LinkedIn help pages", date(2026, 11, 24)
    ),
    _audited("alt text", "4086", "characters; at most 120 are advised"),
    _fact("film size", "75000 to 500000000", "bytes", FILMS),
    _fact("film length", "3 to 1800", "seconds", FILMS),
    _fact("film shape", "1:2.4 to 2.4:1", "width to height", "a vendor's page of media limits", sure=False),
    _fact("film alt text", "4086", "characters, as of a picture: option film_alt_text", "ours", sure=False),
    _fact("captions", "1", "file, as SubRip; which languages nobody documents", FILMS, sure=False),
    _fact("moving GIF", "250", "frames, as a picture", FILMS, sure=False),
    _audited("first comment", "1250", "characters of plain text"),
    _audited(
        "version", f"{VERSION[:4]}-{VERSION[4:]}", "month; each lives at least a year: option version", sure=False
    ),
    _fact("access token", "60", "days", "LinkedIn docs, authorization code flow"),
    _fact("refresh token", "365", "days, no longer by use; approved partners alone", "LinkedIn docs, refresh tokens"),
    _fact("calls", "100", "per member and day, 500 per program; reset at midnight UTC", "LinkedIn docs, rate limits"),
    _fact("posts", "30", "in 24 hours; ours, from the calls: three for a post with a picture", "ours", sure=False),
    _fact(
        "a hashtag", "#word", "as written, in any script: option hashtags", "LinkedIn docs, little format", sure=False
    ),
)
OPTIONS = (
    Option(
        name="author",
        default="",
        meaning="who posts: the page as `urn:li:organization:123`; without it the person whose token it is",
    ),
    Option(
        name="version",
        default=VERSION,
        meaning="the month of the platform's interface that is spoken; each is switched off after a year or more",
    ),
    Option(
        name="hashtags",
        default="plain",
        meaning='`"escaped"`: hashtags go as words, for a script whose hashtags the platform does not take',
    ),
    Option(
        name="film_alt_text",
        default="yes",
        meaning='`"no"`: a film goes without its alt text, where the platform refuses one',
    ),
    Option(
        name="link_title",
        default="",
        meaning="the title of the card that shows a post's link: the platform reads none. Without it no card",
    ),
)
PROFILE = Profile(
    platform="linkedin",
    limits=LIMITS,
    lookup=Lookup.BY_TEXT,
    metrics=tuple(METRICS),
    can_delete=True,
    comment_follows=True,
    facts=FACTS,
    options=OPTIONS,
)
