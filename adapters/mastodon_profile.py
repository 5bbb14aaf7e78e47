"""What Mastodon carries and promises: every number with where and when it was read."""

from __future__ import annotations

from datetime import date, timedelta

from adapters.card_sizes import WIDE, best_size
from adapters.contract import Fact, Lookup, Option, Profile
from adapters.mastodon_instance import LIMITS
from adapters.mastodon_status import METRICS

DOCUMENTATION = "Mastodon documentation, 2 Jul 2026"


def _fact(
    name: str,
    value: str,
    unit: str,
    source: str = DOCUMENTATION,
    read_on: date = date(2026, 11, 24),
    *,
    sure: bool = True,
) -> Fact:
    return Fact(name=name, value=value, unit=unit, source=source, read_on=read_on, sure=sure)


PROFILE = Profile(
    platform="mastodon",
    limits=LIMITS,
    lookup=Lookup.BY_TEXT,
    resend_after_looks=True,
    dedupe_for=timedelta(hours=1),
    metrics=tuple(METRICS),
    can_delete=True,
    needs_base_url=True,
    facts=(
        _fact("text, where the server does not say", "500", "graphemes, a content warning's included"),
        _fact("any link", "23", "graphemes"),
        _fact("parts of a thread", "25", "posts", "ours; the platform sets no maximum", sure=False),
        _fact("pictures, where the server does not say", "4", "pictures"),
        _fact("picture size, where the server does not say", "16777216", "bytes"),
        _fact("picture area, where the server does not say", "33177600", "pixels"),
        _fact("film size, where the server does not say", "103809024", "bytes"),
        _fact("film area, where the server does not say", "8294400", "pixels"),
        _fact("film speed, where the server does not say", "120", "frames per second"),
        _fact("GIF size, where the server does not say", "16777216", "bytes; it becomes a film without sound"),
        _fact("GIF area", "1000000", "pixels"),
        _fact("films or GIFs that move", "1", "per post, and no pictures beside it"),
        _fact("cover of a film", "1", "picture; there is no field for captions"),
        best_size(
            WIDE,
            "its own page shows any shape since 4.2, apps crop higher ones",
            "mastodon/mastodon, pull request 26132; image size guides",
        ),
        _fact("alt text, where the server does not say", "1500", "graphemes"),
        _fact("Idempotency-Key is remembered", "1", "hours; some servers ignore it"),
        _fact("calls", "300", "calls per 5 minutes"),
        _fact("picture uploads", "30", "per 30 minutes"),
        _fact("posts", "300", "per 3 hours"),
        _fact("counts", "40", "posts per call", "ours; the documentation names no maximum", sure=False),
        _fact(
            "any link, on Pleroma and GoToSocial",
            "its length",
            "graphemes; code points on GoToSocial",
            "their source: Pleroma's InstanceView, GoToSocial's statuscreate.go",
            date(2026, 11, 27),
        ),
    ),
    options=(
        Option(
            name="visibility",
            default="public",
            meaning='who sees it: `"public"`, `"unlisted"`, `"private"` or `"direct"`',
        ),
        Option(
            name="content_warning",
            default="",
            meaning="what is shown instead of a post until a reader opens it; its characters count as the text's do",
        ),
        Option(
            name="sensitive",
            default="no",
            meaning='`"yes"`: pictures are covered until a reader opens them; with a content warning they always are',
        ),
    ),
)
