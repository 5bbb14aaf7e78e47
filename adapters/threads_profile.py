"""What Threads takes and promises, as data: every number with where and when it was read."""

from __future__ import annotations

from datetime import date, timedelta

from adapters.card_sizes import TALL, best_size
from adapters.contract import Fact, Lookup, Option, Profile
from posts.limits import Counted, FilmLimits, Limits, Quota, TextLimit, Unit

VERSION = "v1.0"
QUOTA = Quota(most=250, within=timedelta(hours=24), counted=Counted.POSTS)  # where the platform does not say
METRICS = {
    "likes": "likes",
    "comments": "replies",
    "shares": "reposts",
    "quotes": "quotes",
    "views": "views",
    "sends": "shares",
}
ALT_TEXT = TextLimit(unit=Unit.UTF16, max=1000)
FILM = FilmLimits(
    types=("video/mp4", "video/quicktime"),
    codings=("avc1", "hvc1", "hev1"),
    bytes_max=1_000_000_000,
    length_max=timedelta(seconds=300),
    width_max=1920,
    ratio_min=0.01,
    ratio_max=10.0,
    frames_per_second_min=23,
    frames_per_second_max=60,
    plain_order=True,
    among_pictures=True,
    alt_text=ALT_TEXT,
)
LIMITS = Limits(
    text=(TextLimit(unit=Unit.EMOJI_BYTES, max=500),),
    parts_max=25,
    images_max=20,
    card_size=TALL,
    image_bytes_max=8_000_000,
    image_ratio_min=0.1,
    image_ratio_max=10.0,
    alt_text=ALT_TEXT,
    film=FILM,
    links_max=5,
    comment_is_a_part=True,
    quotas=(
        QUOTA,
        Quota(most=1000, within=timedelta(hours=24), counted=Counted.REPLIES),
    ),
)


def _fact(name: str, value: str, unit: str, source: str, *, sure: bool = True) -> Fact:
    return Fact(name=name, value=value, unit=unit, source=source, read_on=date(2026, 11, 24), sure=sure)


def _audited(name: str, value: str, unit: str) -> Fact:
    source = "third-party audit of the platform's documentation, 4 October 2026"
    return Fact(name=name, value=value, unit=unit, source=source, read_on=date(2026, 10, 4))


POSTS, PUBLISHING = "Meta docs, Threads, posts", "Meta docs, Threads, publishing reference"
FACTS = (
    _fact("text", "500", "characters", POSTS),
    _fact("emoji", "their UTF-8 bytes", "characters", POSTS),
    _fact("other letters", "1", "character each; one project counts bytes", "implementers' reading", sure=False),
    _fact("links", "5", "different links", "Meta docs, Threads, text attachments"),
    best_size(TALL, "a feed shows it whole, as high as a phone has room for"),
    _fact("alt text", "1000", "characters", PUBLISHING),
    _fact("parts of a thread", "25", "posts", "ours; the platform sets no maximum", sure=False),
    _audited("images", "20", "pictures of a carousel"),
    _audited("image size", "8000000", "bytes; 8 MB"),
    _audited("image ratio", "up to 10:1", "width by height"),
    _fact("film size", "1000000000", "bytes; 1 GB", POSTS),
    _fact("film length", "300", "seconds at most", POSTS),
    _fact("film width", "1920", "pixels; width by height 0.01 to 10", POSTS),
    _fact("film coding", "H.264 or HEVC", "in MP4 or MOV, 23 to 60 frames a second", POSTS),
    _fact("film order", "no edit list", "and the index first; nobody has seen a refusal", POSTS, sure=False),
    _fact("film captions", "none", "there is no field for them, nor for a cover", POSTS),
    _fact("posts", str(QUOTA.most), "in 24 hours, where the platform does not say", "Meta docs, Threads, overview"),
    _fact("replies", "1000", "in 24 hours", "Meta docs, Threads, overview"),
    _fact("deletions", "100", "in 24 hours", "Meta docs, Threads, delete posts"),
    _fact("topic", "1", "tag per post: the first hashtag, or option topic_tag", POSTS),
    _fact("what is prepared lives for", "24", "hours", "Meta docs, Threads, troubleshooting"),
    _fact("access token", "60", "days; it can be renewed while it lives", "Meta docs, Threads, long-lived tokens"),
)
PROFILE = Profile(
    platform="threads",
    limits=LIMITS,
    lookup=Lookup.BY_TEXT,
    metrics=tuple(METRICS),
    can_delete=True,
    fetches_media=True,
    facts=FACTS,
    options=(
        Option(
            name="topic_tag",
            default="",
            meaning="the topic of every post, 1 to 50 characters without `.` and `&`; else its first hashtag is it",
        ),
        Option(name="version", default=VERSION, meaning="the version of the interface that is called"),
    ),
)
