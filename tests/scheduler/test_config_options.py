"""The options of an account: one rule for every platform, also for those that other people's adapters bring."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from adapters.registry import PLATFORMS, profile_of
from tests.scheduler.test_config import CAMPAIGN, MISSION, errors, settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD = f'{CAMPAIGN}{MISSION}[[account]]\nid = "ge"\nmission = "GE"\n'
THEIRS = """
from datetime import date
from adapters.contract import Lookup, Option, Profile
from posts.limits import Limits, TextLimit, Unit

class Bulletin:
    profile = Profile(
        platform="bulletin",
        limits=Limits(text=(TextLimit(unit=Unit.GRAPHEMES, max=10),)),
        lookup=Lookup.NONE,
        options=(Option(name="paper", default="white", meaning="its colour"),),
    )
"""


@pytest.fixture
def bulletin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody else's adapter is installed, with one option."""
    facts = tmp_path / "site" / "bulletin-1.0.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: bulletin\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[july30.adapters]\nbulletin = bulletin:Bulletin\n")
    (facts.parent / "bulletin.py").write_text(THEIRS)
    monkeypatch.syspath_prepend(facts.parent)
    yield
    sys.modules.pop("bulletin", None)


def account(platform: str, options: str) -> str:
    return f'{HEAD}platform = "{platform}"\noptions = {{ {options} }}\n'


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_every_platform_takes_what_it_declares_and_nothing_else(tmp_path: Path, platform: str) -> None:
    """A slip would be noticed on the day, in a post that is public to all instead of to a few."""
    known = [one.name for one in profile_of(platform).options]
    options = "".join(f', {name} = "ge"' for name in known)
    assert settings(tmp_path, account(platform, options.removeprefix(","))).accounts[0].options.keys() == set(known)
    (error,) = errors(tmp_path, account(platform, f'xyz = "1"{options}'))
    assert error.startswith(
        f"config.toml, line 13, account[1].options.xyz: the platform '{platform}' knows no such option"
    )
    assert all(f"'{name}'" in error for name in known)


def test_the_nearest_name_is_suggested_and_all_are_told(tmp_path: Path) -> None:
    """Whoever reads this has the file open in an editor and no manual at hand."""
    (error,) = errors(tmp_path, account("x", 'link = "no"'))
    known = ", ".join(f"'{one}'" for one in sorted(one.name for one in profile_of("x").options))
    assert error.endswith(f"did you mean 'links'? Known are {known}.")


def test_a_platform_without_options_says_so(tmp_path: Path) -> None:
    """There is no right spelling to look for."""
    (error,) = errors(tmp_path, account("outbox", 'visibility = "unlisted"'))
    assert error.endswith("knows no such option; it has none: take it out")


def test_an_option_of_somebody_elses_adapter_is_known_by_its_profile(bulletin: None, tmp_path: Path) -> None:
    """The rule is one for all."""
    assert settings(tmp_path, account("bulletin", 'paper = "red"')).accounts[0].options == {"paper": "red"}
    (error,) = errors(tmp_path, account("bulletin", 'papers = "red"'))
    assert "account[1].options.papers: the platform 'bulletin' knows no such option; did you mean 'paper'?" in error


def test_a_platform_that_nobody_knows_is_told_once(tmp_path: Path) -> None:
    """Its options can be judged when its name is right."""
    (error,) = errors(tmp_path, account("mastodont", 'xyz = "1"'))
    assert "account[1].platform" in error


def test_options_that_are_no_text_are_told_as_such(tmp_path: Path) -> None:
    """Not as something that they are not."""
    (error,) = errors(tmp_path, account("manual", 'measured_by = ["ge"]'))
    assert "must be text" in error
