"""The first thing that a newcomer does, walked in a real browser: `make run`, and look."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import requests

from tests.journeys.browser import keep, visit
from tests.journeys.house import until
from tests.journeys.showing_off import demo

if TYPE_CHECKING:
    from pathlib import Path

MISSIONS = 5
COUNTED_WITHIN_S = 60


def counted(base: str) -> bool:
    """Whether the log has somebody's likes for each of the missions' first posts."""
    page = requests.get(f"{base}/log?state=published", timeout=10).text
    return len(re.findall(r">Likes </span>[1-9]", page)) >= MISSIONS


def test_the_demo_shows_posts_with_pictures_a_calendar_and_counts(chromium: Any, tmp_path: Path) -> None:
    """What is promised on the first page of the README is seen within a minute, with nothing done by hand."""
    with demo(tmp_path / "demo") as running:
        base = running.address
        until(lambda: counted(base), within_s=COUNTED_WITHIN_S, what="counts in the log")
        with visit(chromium, base) as seen:
            for address in ("/", "/calendar", "/log", "/feed"):
                seen.open(address)
                assert seen.wider_than_the_window() <= 0, address
                keep(seen, tmp_path, address.strip("/") or "today")
            posts = seen.page.locator("article")
            assert posts.count() == MISSIONS
            loaded = "pictures => pictures.every(one => one.naturalWidth > 0 && one.alt.length > 20)"
            seen.page.locator("article img").evaluate_all("all => all.forEach(one => { one.loading = 'eager' })")
            seen.page.wait_for_load_state("networkidle")
            assert seen.page.locator("article img").count() == MISSIONS
            assert seen.page.locator("article img").evaluate_all(loaded)
            assert seen.complaints == []


def test_the_demo_run_twice_changes_nothing(tmp_path: Path) -> None:
    """A second `make run` must show what is there, neither post anything again nor like it again."""
    with demo(tmp_path / "demo") as running:
        until(lambda: counted(running.address), within_s=COUNTED_WITHIN_S, what="counts in the log")
    before = _files(tmp_path / "demo")
    with demo(tmp_path / "demo") as running:
        until(lambda: counted(running.address), within_s=COUNTED_WITHIN_S, what="counts in the log")
    assert _files(tmp_path / "demo") == before


def _files(folder: Path) -> dict[str, bytes]:
    """Everything but the database, in which the readings of the counts go on."""
    return {
        str(one.relative_to(folder)): one.read_bytes()
        for one in sorted(folder.rglob("*"))
        if one.is_file() and not one.name.startswith("july30.db")
    }
