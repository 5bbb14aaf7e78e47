"""Twenty seeded pairs of deaths: the second strikes while the first is being recovered from."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.faults.crash import OF_RECOVERY, Point, points_for
from tests.faults.rig import PLATFORMS, Rig
from tests.faults.test_crash_points import die_at

if TYPE_CHECKING:
    from pathlib import Path

PAIRS = 5
LEAVE_DOUBT = frozenset({Point.K3, Point.K5, Point.K6})  # of others there may be nothing to recover


@pytest.mark.parametrize("seed", [1, 2])
def test_two_deaths_in_a_row_double_and_lose_nothing(seed: int, tmp_path: Path, url: str) -> None:
    """Power that comes back and goes again is what power does; recovery must be as safe as sending."""
    dice = random.Random(seed)
    with Rig(folder=tmp_path, database_url=url, pictures_every=1) as rig:
        for _ in range(PAIRS):
            platform, first, second = throw(dice)
            rig.add(range(rig.posts, rig.posts + 2 * len(rig.accounts)))
            die_at(rig, first, platform)
            die_at(rig, second, platform)
        rig.start()
        rig.run_until_settled()
        assert rig.verdict().violations == []
        assert rig.kills == 2 * PAIRS


def throw(dice: random.Random) -> tuple[str, Point, Point]:
    """A platform and two points; the second is one of recovery only where something is left to recover."""
    platform = dice.choice(PLATFORMS)
    firsts = [one for one in points_for(platform) if one not in OF_RECOVERY]
    first = dice.choice(firsts)
    return platform, first, dice.choice(points_for(platform) if first in LEAVE_DOUBT else firsts)
