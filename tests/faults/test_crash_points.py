"""The process dies at every step of a delivery, on every kind of platform and both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scheduler.model import State
from tests.faults.crash import AT_THE_PLATFORM, OF_RECOVERY, Order, Point, points_for
from tests.faults.own_servers import OWN_SERVERS
from tests.faults.rig import PLATFORMS, STRIKES, Rig

if TYPE_CHECKING:
    from pathlib import Path

POSTS_EACH = 6
HEALS = frozenset(
    {"outbox", "mastodon", "bluesky"}
)  # where sending again after every look is harmless, no doubt may be left


@pytest.mark.parametrize("platform", [*PLATFORMS, *OWN_SERVERS])
def test_at_whatever_step_the_process_dies_nothing_is_doubled_lost_or_called_published(
    platform: str, tmp_path: Path, url: str
) -> None:
    """A power cut does not choose its moment; people leave over a duplicate, and nobody checks a silent miss."""
    points = points_for(platform)
    with Rig(folder=tmp_path, database_url=url, platforms=(platform,)) as rig:
        for point in points:
            rig.add(range(rig.posts, rig.posts + POSTS_EACH))
            if point in OF_RECOVERY:
                die_at(rig, Point.K3, platform)
            die_at(rig, point, platform)
        rig.start()
        rig.run_until_settled()
        verdict = rig.verdict()
        assert verdict.violations == []
        assert rig.kills == len(points) + len(OF_RECOVERY)
        assert verdict.states[State.PUBLISHED] >= rig.posts // 4  # the rest is held: in doubt, or late by now
        assert verdict.in_doubt == 0 or platform not in HEALS


def die_at(rig: Rig, point: Point, platform: str) -> None:
    """A daemon has run and died at that point."""
    if platform != "outbox" and point in AT_THE_PLATFORM:
        rig.strike_at_the_platform(rig.of(platform), STRIKES[point])
    rig.start(Order(point=point, accounts=rig.of(platform)))
    assert rig.wait_for_death(), f"no death {point}: see {rig.folder}/daemon.log"
