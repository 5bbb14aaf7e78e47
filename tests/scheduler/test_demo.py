"""The sample plan: it shows the whole way without touching anything real."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.demo import publish, samples

if TYPE_CHECKING:
    from pathlib import Path

SAYS_SAMPLE = ("Прыклад", "Зразок", "ნიმუში", "Namuna", "Намуна")


def test_every_sample_says_in_its_own_language_that_it_is_one() -> None:
    """A sample that looks real may be posted as real."""
    assert [one.text.startswith(SAYS_SAMPLE) and one.words.startswith(SAYS_SAMPLE) for one in samples()] == [True] * 5


def test_the_sample_plan_is_published_once_with_its_cards_however_often_it_is_run(tmp_path: Path) -> None:
    """The first thing a newcomer sees is a post with a picture and its alternative text, for each mission."""
    first = publish(tmp_path / "demo")
    again = publish(tmp_path / "demo")
    assert [one["state"] for one in first] == ["published"] * 5
    assert [(one["id"], one["remote_id"]) for one in again] == [(one["id"], one["remote_id"]) for one in first]
    pictures = list((tmp_path / "demo" / "outbox").glob("*/*/picture-1.jpg"))
    assert len(pictures) == 5
