"""What Bluesky takes and promises, as data.

Numbers as read in the lexicons and the server's source of 20 Aug 2026, and as seen at the real server on 24 Nov 2026.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from adapters.bluesky_counts import BATCH_POSTS, METRICS
from adapters.card_sizes import TALL, best_size
from adapters.contract import Fact, Lookup, Option, Profile
from posts.limits import FilmLimits, Limits, Quota, TextLimit, Unit

LEXICONS = "AT Protocol lexicons app.bsky.feed.post and app.bsky.embed.images"
RATES = "Bluesky documentation, rate limits"
POINTS = 3  # what a new post costs
VIDEO_LEXICONS = "AT Protocol lexicons app.bsky.embed.video and app.bsky.video of 11 and 12 August 2026"
APP = "source of the network's own app after 21 August 2026"
SERVER_SOURCE = "AT Protocol server (PDS) source and installer"
FILM_SECONDS_MAX, FILM_SECONDS_MOST = 180, 600
CAPTIONS_MAX, CAPTION_BYTES_MAX = 20, 20_000
SENT_WHOLE_BYTES_MAX = 50_000_000
ALT_TEXT = TextLimit(unit=Unit.GRAPHEMES, max=2000)
FILM = FilmLimits(
    bytes_max=300_000_000,
    length_max=timedelta(seconds=FILM_SECONDS_MAX),
    alt_text=ALT_TEXT,
    captions_max=CAPTIONS_MAX,
    caption_bytes_max=CAPTION_BYTES_MAX,
)
LIMITS = Limits(
    text=(TextLimit(unit=Unit.GRAPHEMES, max=300), TextLimit(unit=Unit.BYTES, max=3000)),
    parts_max=25,
    images_max=4,
    card_size=TALL,
    image_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
    image_bytes_max=2_000_000,
    alt_text=ALT_TEXT,
    film=FILM,
    gif=replace(FILM, types=("image/gif",), captions_max=0, caption_bytes_max=None),
    comment_is_a_part=True,
    quotas=(
        Quota(most=5000 // POINTS, within=timedelta(hours=1)),
        Quota(most=35_000 // POINTS, within=timedelta(days=1)),
    ),
)


def _fact(name: str, value: str, unit: str, source: str = LEXICONS, *, sure: bool = True) -> Fact:
    return Fact(name=name, value=value, unit=unit, source=source, read_on=date(2026, 8, 20), sure=sure)


def _film_fact(name: str, value: object, unit: str, source: str = VIDEO_LEXICONS, *, sure: bool = True) -> Fact:
    return Fact(name=name, value=str(value), unit=unit, source=source, read_on=date(2026, 11, 24), sure=sure)


PROFILE = Profile(
    platform="bluesky",
    limits=LIMITS,
    lookup=Lookup.EXACT,
    resend_after_looks=True,
    metrics=tuple(METRICS),
    can_delete=True,
    facts=(
        _fact("text", "300", "graphemes"),
        _fact("text size", "3000", "UTF-8 bytes"),
        _fact("parts of a thread", "25", "posts", "ours; the platform sets no maximum", sure=False),
        _fact("images", "4", "pictures"),
        _fact("image size", "2000000", "bytes; older servers take 1,000,000: option image_bytes_max"),
        best_size(TALL, "a feed shows it whole, as high as a phone has room for"),
        _fact("alt text", "2000", "graphemes", "ours; the lexicon sets no maximum", sure=False),
        _film_fact("film size", 300_000_000, "bytes"),
        _film_fact(
            "film length",
            FILM_SECONDS_MAX,
            f"seconds; {FILM_SECONDS_MOST} where the account may: option film_seconds_max",
            APP,
            sure=False,
        ),
        _film_fact(
            "film without a video service", SENT_WHOLE_BYTES_MAX, "bytes; many servers", SERVER_SOURCE, sure=False
        ),
        _film_fact("moving GIF", "as a film", "that plays by itself", APP, sure=False),
        _film_fact("captions", CAPTIONS_MAX, "files, one per language"),
        _film_fact("captions size", CAPTION_BYTES_MAX, "bytes as WebVTT"),
        _fact("logins", "300", "per day and account", RATES),
        _fact("writes", "5000", "points per hour, 3 for a new post", RATES),
        _fact("writes of a day", "35000", "points", RATES),
        _fact("counts", str(BATCH_POSTS), "posts per call", "AT Protocol lexicon app.bsky.feed.getPosts"),
    ),
    options=(
        Option(
            name="image_bytes_max",
            default="2000000",
            meaning='the largest picture this server takes; older servers: `"1000000"`',
        ),
        Option(
            name="link_card",
            default="yes",
            meaning='`"no"`: a link has no card under the post; with pictures there is none anyway',
        ),
        Option(
            name="appview",
            default="",
            meaning="where counts are read without logging in; else at the account's server",
        ),
        Option(
            name="film_seconds_max",
            default=str(FILM_SECONDS_MAX),
            meaning=f"the longest film; up to {FILM_SECONDS_MOST} where the video service takes that of the account",
        ),
        Option(
            name="video_url",
            default="",
            meaning=(
                "where films are worked on; by itself the network's service, for accounts on the network's own servers."
                " Elsewhere, without it, the account's server takes films as they are, and no moving GIFs"
            ),
        ),
    ),
)
