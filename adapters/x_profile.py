"""What X promises: limits, prices, counts and an account's options, as its documents say.

Read in X's documentation and its API description 2.167 of 22 Aug 2026.
"""

from __future__ import annotations

from datetime import date, timedelta

from adapters.card_sizes import WIDE, best_size
from adapters.contract import Fact, Lookup, Option, Profile
from posts.limits import Limits, Quota, TextLimit, Unit

COUNTING = "X docs, counting characters; twitter-text config v3"
MEDIA = "X docs, media best practices"
DESCRIPTION = "X API description 2.167"
RATES = "X docs, rate limits; an older page of them says more per quarter of an hour, and 300 in 3 hours"
PRICES = "X docs, pricing"
LIMITS = Limits(
    text=(TextLimit(unit=Unit.WEIGHTED, max=280, link_length=23),),
    parts_max=25,
    images_max=4,
    card_size=WIDE,
    image_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
    image_bytes_max=5_000_000,
    alt_text=TextLimit(unit=Unit.UTF16, max=1000),
    comment_is_a_part=True,
    quotas=(Quota(most=100, within=timedelta(minutes=15)), Quota(most=300, within=timedelta(hours=3))),
)
METRICS = {
    "likes": ("like_count",),
    "comments": ("reply_count",),
    "shares": ("retweet_count", "repost_count"),
    "quotes": ("quote_count",),
    "views": ("impression_count",),
    "saves": ("bookmark_count",),
}


def _fact(name: str, value: str, unit: str, source: str, *, sure: bool = True) -> Fact:
    return Fact(name=name, value=value, unit=unit, source=source, read_on=date(2026, 8, 22), sure=sure)


PROFILE = Profile(
    platform="x",
    limits=LIMITS,
    lookup=Lookup.BY_TEXT,
    metrics=tuple(METRICS),
    can_delete=True,
    facts=(
        _fact("text", "280", "weighted code points; accounts that pay may have more: option text_max", COUNTING),
        _fact("link", "23", "weighted code points", COUNTING),
        _fact("parts of a thread", "25", "posts", "ours; the platform sets no maximum", sure=False),
        _fact("images", "4", "pictures", MEDIA),
        _fact("image size", "5000000", "bytes; the docs say 5 MB, and not which", MEDIA),
        best_size(WIDE, "higher ones are cropped in a feed"),
        _fact("alt text", "1000", "characters", f"{DESCRIPTION}, media metadata"),
        _fact("posts", "100", "per 15 minutes and account", RATES, sure=False),
        _fact("posts in a longer time", "300", "per 3 hours and account", RATES, sure=False),
        _fact("counts", "100", "posts per call", f"{DESCRIPTION}, posts by ids"),
        _fact("an uploaded picture is kept", "24", "hours", "X docs, media upload"),
        _fact("access token", "2", "hours; keys of OAuth 1.0a have no end", "X docs, authorization code flow"),
        _fact("price of a post", "0.015", "US dollars", PRICES),
        _fact("price of a post with a link", "0.200", "US dollars", PRICES),
        _fact("price of an alt text", "0.005", "US dollars", PRICES),
        _fact("price of reading an own post", "0.001", "US dollars", PRICES),
    ),
    options=(
        Option(
            name="links",
            default="yes",
            meaning='`"no"`: no post goes with a link, which costs 13 times more; a text that holds one is refused',
        ),
        Option(
            name="text_max",
            default="280",
            meaning="how much the account may write, in weighted characters; accounts that pay may have more",
        ),
        Option(
            name="media_upload",
            default="json",
            meaning='how pictures are uploaded: `"json"`, `"multipart"` or `"chunked"`; all three are documented',
        ),
        Option(
            name="fields",
            default="tweet",
            meaning='`"post"`: the server wants `post.fields` where the documents say `tweet.fields`',
        ),
    ),
)
