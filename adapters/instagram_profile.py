"""What Instagram takes and promises, as data: every number with where and when it was read."""

from __future__ import annotations

from datetime import date

from adapters.card_sizes import TALL, best_size
from adapters.contract import Fact, Lookup, Option, Profile
from adapters.graph import VERSION, VERSION_OPTION
from adapters.instagram_account import QUOTA
from adapters.instagram_counts import METRICS
from posts.limits import Limits, TextLimit, Unit

DOCUMENTS = "Meta docs, Instagram content publishing"

LIMITS = Limits(
    text=(TextLimit(unit=Unit.UTF16, max=2200),),
    images_max=10,
    card_size=TALL,
    image_types=("image/jpeg",),
    image_bytes_max=8_000_000,
    image_ratio_min=0.8,
    image_ratio_max=1.91,
    alt_text=TextLimit(unit=Unit.UTF16, max=1000),
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
