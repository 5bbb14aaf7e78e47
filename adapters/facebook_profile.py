"""What a Facebook Page takes and promises, as data: every number with where and when it was read."""

from __future__ import annotations

from datetime import date, timedelta

from adapters.card_sizes import TALL, best_size
from adapters.contract import Fact, Lookup, Profile
from adapters.facebook_counts import METRICS
from adapters.graph import VERSION, VERSION_OPTION
from posts.limits import FilmLimits, Limits, TextLimit, Unit

PHOTOS, COMMENTS = "Meta docs, Graph API, photo uploads", "Meta API description, page post comments"

LIMITS = Limits(
    text=(TextLimit(unit=Unit.UTF16, max=63_206),),
    images_max=10,
    card_size=TALL,
    image_types=("image/jpeg", "image/png", "image/bmp", "image/gif", "image/tiff"),
    image_bytes_max=4_000_000,
    alt_text=TextLimit(unit=Unit.UTF16, max=1000),
    film=FilmLimits(
        types=("video/mp4", "video/quicktime"),
        length_min=timedelta(seconds=1),
        length_max=timedelta(hours=4),
        captions_max=20,
        cover=True,
    ),
    first_comment=(TextLimit(unit=Unit.UTF16, max=8000),),
)


def _fact(
    name: str, value: str, unit: str, source: str, *, read_on: date = date(2026, 11, 24), sure: bool = True
) -> Fact:
    return Fact(name=name, value=value, unit=unit, source=source, read_on=read_on, sure=sure)


PROFILE = Profile(
    platform="facebook",
    limits=LIMITS,
    lookup=Lookup.BY_TEXT,
    metrics=METRICS,
    can_delete=True,
    comment_follows=True,
    facts=(
        _fact("text", "63206", "characters", "common knowledge; no official page found", sure=False),
        _fact("images", "10", "pictures", "custom; the platform publishes no maximum", sure=False),
        _fact("image size", "4000000", "bytes, recommended; less than 10 MB is demanded", PHOTOS),
        best_size(TALL, "the highest that a feed shows whole"),
        _fact("alt text", "1000", "characters", "that of its sister Instagram; no maximum published", sure=False),
        _fact("film", "4", "hours at most", "a vendor's media limits, undated", sure=False),
        _fact("film captions", "SubRip", "one file per language, named NAME.LOCALE.srt", "Meta API description"),
        _fact("first comment", "taken", "from the Page itself", COMMENTS, read_on=date(2026, 4, 15)),
        _fact("first comment's length", "8000", "characters", "common knowledge; no official page found", sure=False),
        _fact("an uploaded picture is kept", "24", "hours", "third-party audit, 4 October 2026", sure=False),
        _fact("version", VERSION, "of the interface; each lives for about two years", "facebook-business 26.0.3"),
        _fact("counts", "50", "readings per call", "Meta docs, Graph API, batch requests"),
    ),
    options=(VERSION_OPTION,),
)
