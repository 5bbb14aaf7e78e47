"""Options: what adapters ask for is what their profiles declare, for nothing else can be written in config.toml."""

from __future__ import annotations

import re
from pathlib import Path

from adapters.registry import PLATFORMS, profile_of

ASKED = re.compile(r"""(?:options(?:\.get\(|\[)|(?:refuse_other_than|wrong)\((?:self\._)?account, )"(\w+)\"""")


def test_every_option_that_is_asked_for_is_declared_by_a_profile() -> None:
    """One that is asked for and not declared could never be given: its name is refused with the configuration."""
    there = Path(__file__).parents[2] / "adapters"
    asked = {name for path in there.glob("*.py") for name in ASKED.findall(path.read_text("utf-8"))}
    declared = {one.name for platform in PLATFORMS for one in profile_of(platform).options}
    assert {"idempotent", "stands_for", "links"} <= asked
    assert asked <= declared
