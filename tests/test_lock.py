"""The locked requirements: whole, hashed, and free of any address."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parent.parent
LOCKS = ("core.txt", "test.txt")


def locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", text, flags=re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash_and_no_address(name: str) -> None:
    """What was checked is what gets installed, from wherever a person's pip looks."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    packages = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert packages
    assert [one.split()[0] for one in packages if "--hash=sha256:" not in one] == []
    assert "://" not in text


def test_every_dependency_of_the_project_is_locked() -> None:
    """A dependency that is only in pyproject.toml would be missing after `make run`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["postgres"]]
    assert _names(wanted) - set(locked("core.txt")) == set()
    assert _names(project["dependency-groups"]["test"]) - set(locked("test.txt")) == set()


def _names(wanted: Iterable[str]) -> set[str]:
    """What the lock calls them: without versions and extras."""
    return {re.split(r"[\[<>=! ]", one)[0].replace("_", "-").lower() for one in wanted}


def test_the_test_lock_holds_the_same_versions_as_the_core_lock() -> None:
    """Tests must run on what users get."""
    core, test = locked("core.txt"), locked("test.txt")
    assert {name: test.get(name) for name in core} == core
