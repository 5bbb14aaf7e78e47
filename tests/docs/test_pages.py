"""The pages hang together: links lead somewhere, versions agree, and the project speaks only of itself."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs import ROOT, papers, read

if TYPE_CHECKING:
    from pathlib import Path

PAGES = pytest.mark.parametrize("page", papers(), ids=lambda page: str(page.relative_to(ROOT)))
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
LINES_MAX = 30
OURS = re.compile(r"(.+\.)?(example|localhost)|127\.0\.0\.1")
NAME_OF_A_HOST = re.compile(r"\b(?:[\w-]+\.)+(?:com|dev|io|net|org)\b")


@PAGES
def test_a_link_leads_to_a_page_and_its_heading(page: Path) -> None:
    """A dead link is where a newcomer gives up."""
    for target in re.findall(r"\]\(([^)\s]+)\)", read(str(page))):
        path, _, heading = target.partition("#")
        there = (page.parent / unquote(path)).resolve() if path else page
        assert there.is_file(), target
        assert there.is_relative_to(ROOT), target
        assert not heading or heading in headings(there), target


@PAGES
def test_a_page_names_no_host_but_invented_ones(page: Path) -> None:
    """Hosts change owners, and whoever copies an example must not reach a stranger."""
    text = read(str(page))
    hosts = {urlsplit(one).hostname or "" for one in re.findall(r"https?://[^\s`)\"<>]+", text)}
    assert not {one for one in hosts if not OURS.fullmatch(one)}
    assert not NAME_OF_A_HOST.findall(text)


def test_this_version_has_its_entry_among_the_changes() -> None:
    """Whoever upgrades reads there what will be different."""
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert re.search(rf"^## {re.escape(version)}\b", read("CHANGELOG.md"), re.MULTILINE)


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem[:4])
def test_a_decision_is_short_listed_and_says_three_things(decision: Path) -> None:
    """Long ones are not read, and one that is not listed is not found."""
    text = read(str(decision))
    assert len(text.splitlines()) <= LINES_MAX
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert f"[{decision.stem[:4]}]({decision.name})" in read("docs/decisions/README.md")


def test_decisions_are_numbered_without_a_gap() -> None:
    """A gap looks like one that was hidden."""
    assert [int(one.stem[:4]) for one in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_the_hooks_before_a_commit_fetch_nothing() -> None:
    """They run on machines without a network, and what they run is what is locked."""
    assert set(re.findall(r"repo: (\S+)", read(".pre-commit-config.yaml"))) == {"local"}


def headings(page: Path) -> set[str]:
    """What a link may name after its #."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in found}
