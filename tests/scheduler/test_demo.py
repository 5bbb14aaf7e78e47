"""The sample campaign: it shows the whole way without touching anything real."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.bootstrap import open_desk, utc_now
from scheduler.config import load
from scheduler.demo import prepare, react_to_all, sample_campaign
from scheduler.services import feeding
from scheduler.services.exporting import export_plan
from scheduler.services.reporting import Filter, queue

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.demo import Sample

SAYS_SAMPLE = {
    "be": "Прыклад", "uk": "Зразок", "ka": "ნიმუში", "uz-Latn": "Namuna", "tg": "Намуна",
    "ru": "Пример", "en": "Sample",
}  # fmt: skip
SAYS_INVENTED = {
    "be": "вымышленая асоба", "uk": "вигадана особа", "ka": "გამოგონილი პირი", "uz-Latn": "oʻylab topilgan shaxs",
    "tg": "шахси хаёлӣ", "ru": "вымышленное лицо", "en": "invented",
}  # fmt: skip
POSTS = sample_campaign().posts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    prepare(tmp_path / "demo", utc_now)
    return tmp_path / "demo"


@pytest.mark.parametrize("one", POSTS, ids=[f"{one.mission}-{number}" for number, one in enumerate(POSTS)])
def test_every_sample_says_in_its_own_language_that_it_is_one(one: Sample) -> None:
    """A sample that looks real may be posted as real, and an invented speaker be taken for somebody."""
    assert one.text.startswith(SAYS_SAMPLE[one.language])
    assert not one.words or one.words.startswith(SAYS_SAMPLE[one.language])
    assert not one.speaker or SAYS_INVENTED[one.language] in one.role


def test_every_mission_posts_in_its_own_languages() -> None:
    """What the demo shows of languages is the point of it."""
    for mission in sample_campaign().missions:
        assert {one.language for one in POSTS if one.mission == mission.code} == set(mission.languages)


def test_only_outboxes_can_be_reached(folder: Path) -> None:
    """Whoever tries the program out must not be able to post anything anywhere."""
    assert {one.platform for one in load(folder / "config.toml").accounts} == {"outbox"}


def test_the_whole_plan_is_queued_and_the_first_posts_are_due_within_seconds(folder: Path) -> None:
    """A row that needs fixing would be missing from the calendar without a word."""
    with open_desk(folder / "config.toml") as desk:
        rows = queue(desk, Filter())
    assert len(rows) == len(POSTS)
    assert {row["review"] for row in rows} == {"approved"}
    soon = [row for row in rows if str(row["due_at"]) < (utc_now() + timedelta(seconds=30)).isoformat()]
    assert len(soon) == len(sample_campaign().missions)


def test_preparing_again_changes_nothing(folder: Path) -> None:
    """Whoever edited a post of the demo finds it as they left it."""
    before = _plan(folder)
    prepare(folder, utc_now)
    assert _plan(folder) == before


def test_a_start_that_was_cut_off_is_finished_by_the_next(folder: Path) -> None:
    """Somebody presses Ctrl-C while the cards are drawn, and tries again."""
    for one in folder.glob("july30.db*"):
        one.unlink()
    prepare(folder, utc_now)
    assert _plan(folder)


def test_the_sample_readers_like_a_post_once(folder: Path) -> None:
    """The demo's own likes bear a name that says so, and do not grow with every start."""
    with open_desk(folder / "config.toml") as desk:
        box = folder / "outbox" / "ge-outbox" / "0123456789abcdef"
        box.mkdir(parents=True)
        (box / "post.json").write_text('{"parts": ["Sample"]}', encoding="utf-8")
        for _ in range(2):
            react_to_all(desk)
        assert [one.counts["likes"] for one in feeding.feed(desk)] == [1]
    assert "sample reader" in (box / "reactions.jsonl").read_text(encoding="utf-8")


def _plan(folder: Path) -> list[str]:
    with open_desk(folder / "config.toml") as desk:
        export_plan(desk, folder / "out.csv")
    return (folder / "out.csv").read_text(encoding="utf-8").splitlines()
