"""The page on platforms is what the adapters say, and the adapters say it with a source."""

from __future__ import annotations

from datetime import date

import pytest

from adapters import describe
from adapters.registry import PLATFORMS, profile_of
from tests.docs import names, read, rows, section

PAGE = "docs/platforms.md"
ALL = pytest.mark.parametrize("platform", sorted(PLATFORMS))


def test_the_page_is_what_the_adapters_say() -> None:
    """Run `make docs` where this fails: a number that is wrong on paper is trusted longer than any other."""
    assert read(PAGE) == f"{describe.page()}\n"


@ALL
def test_every_platform_that_can_be_published_to_has_its_section(platform: str) -> None:
    """Nobody has to read code to know what a channel carries."""
    there = section(read(PAGE), platform)
    profile = profile_of(platform)
    assert [cells[0] for cells in rows(there)] == [fact.name for fact in profile.facts]
    told = rows(there.partition("Its `options`")[2])
    assert [names(cells[0])[0] for cells in told] == [one.name for one in profile.options]


@ALL
def test_every_number_has_a_unit_a_source_and_a_day(platform: str) -> None:
    """Whoever corrects one must see where it came from."""
    facts = profile_of(platform).facts
    assert facts
    assert all(fact.unit and fact.source and date(2026, 1, 1) <= fact.read_on <= date(2027, 7, 30) for fact in facts)


@ALL
def test_the_numbers_that_are_checked_are_those_that_are_told(platform: str) -> None:
    """The text limit of the check and the fact with its source must not drift apart."""
    profile = profile_of(platform)
    values = {fact.value for fact in profile.facts}
    assert {str(one.max) for one in (*profile.limits.text, *profile.limits.text_with_media)} <= values
    if profile.limits.image_bytes_max:
        assert str(profile.limits.image_bytes_max) in values


def test_a_cell_does_not_end_a_table() -> None:
    """A stroke in a fact would shift every column after it."""
    for profile in map(profile_of, PLATFORMS):
        told = [value for fact in profile.facts for value in (fact.name, fact.value, fact.unit, fact.source)]
        assert not [one for one in [*told, *(own.meaning for own in profile.options)] if "|" in one or "\n" in one]
