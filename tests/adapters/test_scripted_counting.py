"""The scripted platforms' own counts: a judge that counted as the program does would find nothing."""

from __future__ import annotations

import pytest

from adapters.scripted import counting
from tests.posts.scripts import Sample, samples
from tests.posts.test_measure_x import PUBLISHED


@pytest.mark.parametrize("sample", samples(), ids=lambda one: one.what)
def test_a_scripted_platform_counts_as_the_real_one(sample: Sample) -> None:
    """The table's numbers come from neither of the two counts that meet here."""
    assert {
        "x": counting.weighted(sample.text),
        "bluesky": [counting.graphemes(sample.text), len(sample.text.encode())],
        "telegram": counting.utf16_units(sample.text),
        "mastodon": counting.status_length(sample.text),
        "threads": counting.emoji_as_bytes(sample.text),
    } == sample.lengths


@pytest.mark.parametrize(("text", "weight"), PUBLISHED)
def test_published_vectors_weigh_what_the_platform_says(text: str, weight: int) -> None:
    """The numbers that were published with the counter."""
    assert counting.weighted(text) == weight
