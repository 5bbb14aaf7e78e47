"""Platforms without an adapter yet: what is known of them is right, complete and has a source."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from adapters.announced import announced, announced_platforms
from posts.check import length
from posts.limits import Limits, Unit

if TYPE_CHECKING:
    from adapters.contract import Profile

NAMES = ("threads",)


def profile(platform: str) -> Profile:
    known = announced(platform)
    assert known is not None
    return known


def limits(platform: str) -> Limits:
    return profile(platform).limits


def test_the_announced_platforms_are_these() -> None:
    """A campaign can be planned for them before anything can be sent there."""
    assert announced_platforms() == NAMES


def test_an_unknown_platform_is_none() -> None:
    """A slip of the pen must not become a platform."""
    assert announced("twitter") is None


@pytest.mark.parametrize("platform", NAMES)
def test_every_number_has_a_source_and_a_day(platform: str) -> None:
    """Platforms change their limits several times a year: whoever corrects one must see where it came from."""
    known = profile(platform)
    assert known.platform == platform
    assert known.facts
    assert all(fact.source and date(2026, 1, 1) <= fact.read_on <= date(2026, 11, 24) for fact in known.facts)


@pytest.mark.parametrize("platform", NAMES)
def test_the_numbers_in_the_limits_are_those_of_the_facts(platform: str) -> None:
    """The number that is checked and the number that is documented must not drift apart."""
    said = {fact.name: fact.value for fact in profile(platform).facts}
    known = limits(platform)
    assert said["text"] == str(known.text[0].max)
    assert said["images"] == str(known.images_max)
    assert said.get("image size") == (str(known.image_bytes_max) if known.image_bytes_max else None)
    assert said["alt text"] == (str(known.alt_text.max) if known.alt_text else "none")


@pytest.mark.parametrize(
    ("platform", "with_media", "used", "unit", "most"),
    [
        ("threads", False, 35, Unit.EMOJI_BYTES, 500),
    ],
)
def test_each_platform_counts_in_its_own_unit(
    platform: str, with_media: bool, used: int, unit: Unit, most: int
) -> None:
    """The same words are short here and long there."""
    text = "https://iom.int/a/long/address 👋"
    count, limit = length(text, limits(platform), with_media=with_media)
    assert (count, limit.unit, limit.max) == (used, unit, most)


def test_no_second_call_is_allowed_where_none_can_be_made() -> None:
    """A duplicate drives people away; whoever writes the adapter must say why a second call is harmless."""
    assert [name for name in NAMES if profile(name).resend_after_looks] == []
