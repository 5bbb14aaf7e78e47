"""What Instagram takes and promises, as data: every number with where and when it was read."""

from __future__ import annotations

from datetime import date, timedelta

from adapters.card_sizes import TALL, best_size
from adapters.contract import Fact, Lookup, Option, Profile
from adapters.graph import VERSION, VERSION_OPTION
from adapters.instagram_account import QUOTA
from adapters.instagram_counts import METRICS
from posts.limits import FilmLimits, Limits, TextLimit, Unit

DOCUMENTS = "Meta docs, Instagram content publishing"

FILM = FilmLimits(
    types=("video/mp4", "video/quicktime"),
    codings=("avc1", "hvc1", "hev1"),
    bytes_max=300_000_000,
    length_min=timedelta(seconds=3),
    length_max=timedelta(minutes=15),
    width_max=1920,
    ratio_min=0.01,
    ratio_max=10.0,
    frames_per_second_min=23,
    frames_per_second_max=60,
    plain_order=True,
    among_pictures=True,
    cover=True,
)
LIMITS = Limits(
    text=(TextLimit(unit=Unit.UTF16, max=2200),),
    images_max=10,
    card_size=TALL,
    image_types=("image/jpeg",),
    image_bytes_max=8_000_000,
    image_ratio_min=0.8,
    image_ratio_max=1.91,
    alt_text=TextLimit(unit=Unit.UTF16, max=1000),
    film=FILM,
    media_required=True,
    hashtags_max=30,
    mentions_max=20,
    quotas=(QUOTA,),
)


def _fact(name: str, value: str, unit: str, *, sure: bool = True) -> Fact:
    source = "third-party audit of the platform's documentation, 4 October 2026"
    return Fact(name=name, value=value, unit=unit, source=source, read_on=date(2026, 10, 4), sure=sure)


def _documented(name: str, value: str, unit: str, source: str = DOCUMENTS, *, sure: bool = True) -> Fact:
    return Fact(name=name, value=value, unit=unit, source=source, read_on=date(2026, 11, 24), sure=sure)


def _film(name: str, value: str, unit: str, *, sure: bool = True) -> Fact:
    return _documented(name, value, unit, "Meta docs, IG User media, third-party copies of September 2026", sure=sure)


PROFILE = Profile(
    platform="instagram",
    limits=LIMITS,
    lookup=Lookup.BY_TEXT,
    metrics=METRICS,
    fetches_media=True,
    facts=(
        _fact("text", "2200", "characters, of a kind nobody documents", sure=False),
        _fact("hashtags", "30", "hashtags"),
        _fact("mentions", "20", "mentions"),
        _fact("images", "10", "pictures of a carousel, cropped to the ratio of the first"),
        _fact("image size", "8000000", "bytes; 8 MB, the error text says 8 MiB"),
        _fact("image type", "JPEG", "the only one"),
        _fact("image ratio", "0.8 to 1.91", "width by height"),
        best_size(
            TALL, "the highest that it takes", "third-party audit of the platform's documentation", date(2026, 10, 4)
        ),
        _documented("alt text", "1000", "characters"),
        _film("film size", "300000000", "bytes; 300 MB, other copies say 1 GB", sure=False),
        _film("film length", "3 to 900", "seconds"),
        _film("film width", "1920", "pixels; width by height 0.01 to 10, 9:16 is advised"),
        _film("film coding", "H.264 or HEVC", "in MP4 or MOV, 23 to 60 frames a second"),
        _film("film order", "no edit list", "and the index first; nobody has seen a refusal", sure=False),
        _film("cover of a film", "1", "JPEG of 9:16, alone; in a carousel a film has none"),
        _documented("alt text of a film", "none", "there is no field for it, nor for captions"),
        _documented("posts", str(QUOTA.most), "in 24 hours, where the platform does not say", sure=False),
        _documented("what is prepared lives for", "24", "hours"),
        _documented(
            "access token", "60", "days; renewed once it is a day old, while it lives", "Meta docs, Instagram login"
        ),
        _documented("version", VERSION, "of the interface; each lives for two years", "facebook-business 26.0.3"),
    ),
    options=(
        Option(
            name="login",
            default="instagram",
            meaning='`"facebook"`: the secret is the token of the Page that the account is linked to',
        ),
        VERSION_OPTION,
    ),
)
