"""What X promises: limits, prices, counts and an account's options, as its documents say.

Read in X's documentation and its API description 2.167 of 22 Aug 2026.
"""

from __future__ import annotations

from datetime import date, timedelta

from adapters.card_sizes import WIDE, best_size
from adapters.contract import Fact, Lookup, Option, Profile
from posts.limits import FilmLimits, Limits, Quota, TextLimit, Unit

COUNTING = "X docs, counting characters; twitter-text config v3"
MEDIA = "X docs, media best practices"
DESCRIPTION = "X API description 2.167"
RATES = "X docs, rate limits; an older page of them says more per quarter of an hour, and 300 in 3 hours"
PRICES = "X docs, pricing"
SEGMENT_BYTES = 1_048_576
FILM = FilmLimits(
    types=("video/mp4", "video/quicktime"),
    codings=("avc1", "avc3"),
    bytes_max=512_000_000,
    length_min=timedelta(seconds=0.5),
    length_max=timedelta(seconds=140),
    ratio_min=1 / 3,
    ratio_max=3.0,
    frames_per_second_max=60,
    alt_text=TextLimit(unit=Unit.UTF16, max=1000),
    captions_max=4,
)
GIF = FilmLimits(
    types=("image/gif",),
    bytes_max=15_000_000,
    width_max=1280,
    height_max=1080,
    frames_max=350,
    frame_pixels_max=300_000_000,
    alt_text=TextLimit(unit=Unit.UTF16, max=1000),
)
LIMITS = Limits(
    text=(TextLimit(unit=Unit.WEIGHTED, max=280, link_length=23),),
    parts_max=25,
    images_max=4,
    card_size=WIDE,
    image_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
    image_bytes_max=5_000_000,
    alt_text=TextLimit(unit=Unit.UTF16, max=1000),
    film=FILM,
    gif=GIF,
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
        _fact(
            "film size",
            "512000000",
            "bytes; the docs say 512 MB, and not which: option film_bytes_max",
            MEDIA,
            sure=False,
        ),
        _fact(
            "film length",
            "0.5 to 140",
            "seconds; accounts that pay may have more: option film_seconds_max",
            MEDIA,
            sure=False,
        ),
        _fact("film ratio", "1:3 to 3:1", "width to height", MEDIA),
        _fact(
            "film sides", "no limit of ours", "pixels; the page says 1280x1024, and advises 720x1280", MEDIA, sure=False
        ),
        _fact("film coding", "H.264", "the only one documented", MEDIA),
        _fact("film speed", "60", "frames per second; more is warned of", MEDIA),
        _fact(
            "film segment", "1048576", "bytes; the docs name no maximum: option chunk_bytes", "seen at work", sure=False
        ),
        _fact("segments", "1000", "per film", DESCRIPTION),
        _fact("upload calls", "1875", "per 15 min and account, of each kind", RATES),
        _fact("alt text of a film", "1000", "characters; whether it is shown is not said", DESCRIPTION, sure=False),
        _fact("captions", "4", "files, each a language; ours: the docs name no maximum", DESCRIPTION, sure=False),
        _fact("GIF size", "15000000", "bytes", MEDIA),
        _fact("GIF sides", "1280x1080", "pixels", MEDIA),
        _fact("GIF frames", "350", "frames, and 300 million pixels in all of them", MEDIA),
        _fact("films or GIFs that move", "1", "per post, and no pictures beside it", MEDIA),
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
        Option(name="film_bytes_max", default="512000000", meaning="the largest film"),
        Option(name="film_seconds_max", default="140", meaning="the longest film; accounts that pay may have more"),
        Option(
            name="chunk_bytes",
            default="1048576",
            meaning="how large the pieces are in which a film is uploaded, `10000` to `5000000`",
        ),
        Option(
            name="fields",
            default="tweet",
            meaning='`"post"`: the server wants `post.fields` where the documents say `tweet.fields`',
        ),
    ),
)
