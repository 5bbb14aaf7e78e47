"""Texts in twelve scripts, links and emoji are as long as their platforms say."""

from __future__ import annotations

import os

import pytest

from adapters import registry
from posts.measure_text import measure
from tests.posts.scripts import Sample, counted_by_the_oracle, has_oracle, samples

TEXTS = samples()
LIMITS = {name: registry.profile_of(name).limits.text[0] for name in ("x", "telegram", "mastodon", "threads")}


@pytest.mark.parametrize("sample", TEXTS, ids=lambda one: one.what)
def test_a_text_is_as_long_as_each_platform_says(sample: Sample) -> None:
    """A letter that is counted wrongly costs a whole language its last word, or its post."""
    graphemes, in_bytes = registry.profile_of("bluesky").limits.text
    counted = {name: measure(sample.text, limit) for name, limit in LIMITS.items()}
    both = [measure(sample.text, graphemes), measure(sample.text, in_bytes)]
    assert {**counted, "bluesky": both} == sample.lengths


def test_the_table_says_what_the_oracle_says() -> None:
    """Nobody corrects a number of the table until our own count agrees."""
    if not has_oracle():
        assert os.environ.get("CI") != "true", "run `npm ci` in tests/oracle: the oracle must judge in CI"
        pytest.skip("no Node or no tests/oracle/node_modules: run `npm ci` in tests/oracle")
    told = counted_by_the_oracle([one.text for one in TEXTS])
    assert {one.what: one.lengths for one in TEXTS} == {one.what: it for one, it in zip(TEXTS, told, strict=True)}


def test_the_twelve_scripts_are_there() -> None:
    """The table is worth what it covers: composed and decomposed, from right to left, joined and pointed."""
    written = "".join(one.text for one in TEXTS)
    for name, letter in {
        "Latin": "ʻ",
        "a mark alone": "\u0301",
        "Cyrillic": "ҷ",
        "Georgian": "ა",
        "Armenian": "Մ",
        "Arabic": "\u200f",
        "Persian": "\u200c",
        "Hebrew": "\u05b8",
        "Hangul": "람",
        "Hangul in its letters": "\u1161",
        "Han": "\U00020bb7",
        "Devanagari": "क्ष",
        "Thai": "้",
        "Ethiopic": "ሰ",
    }.items():
        assert letter in written, name
