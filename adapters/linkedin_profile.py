"""What LinkedIn takes and promises, as data: every number with where and when it was read."""

from __future__ import annotations

from datetime import date, timedelta

from adapters.card_sizes import TALL, best_size
from adapters.contract import Fact, Lookup, Option, Profile
from adapters.linkedin_access import VERSION
from adapters.linkedin_counts import METRICS
from posts.limits import Counted, Limits, Quota, TextLimit, Unit

AUDIT = "third-party audit of the platform's documentation, 4 October 2026"
LIMITS = Limits(
    text=(TextLimit(unit=Unit.UTF16, max=3000), TextLimit(unit=Unit.ESCAPED, max=3000)),
    images_max=20,
    card_size=TALL,
    image_types=("image/jpeg", "image/png", "image/gif"),
    image_pixels_max=36_152_319,
    alt_text=TextLimit(unit=Unit.UTF16, max=4086),
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
