"""What fits into a window of time, wherever the window lies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from posts.limits import Counted, Quota
from scheduler.quotas import Agenda, Going, crowds

START = datetime(2027, 7, 30, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(*hours: float, parts: int = 1) -> list[Going]:
    return [Going(at=START + one * HOUR, parts=parts) for one in hours]


@pytest.mark.parametrize(
    ("hours", "most", "within", "found"),
    [
        ([0, 1, 2], 3, 24, []),
        ([0, 1, 2], 2, 24, [(0, 2, 3, 2)]),
        ([0, 0, 0], 2, 24, [(0, 0, 3, 0)]),
        ([0, 1, 24], 2, 24, []),  # what is a whole window old counts no more
        ([0, 1, 23.9], 2, 24, [(0, 23.9, 3, 23.9)]),
        ([20, 21, 22, 26, 27], 4, 24, [(20, 27, 5, 27)]),  # over midnight: no calendar day holds more than three
        ([0, 1, 2, 100, 101, 102], 2, 24, [(0, 2, 3, 2), (100, 102, 3, 102)]),
        ([2, 0, 1], 2, 24, [(0, 2, 3, 2)]),
        ([0, 0.1, 0.2, 0.3], 2, 0.25, [(0, 0.3, 3, 0.2)]),  # windows that overlap are one
    ],
)
def test_a_crowd_is_more_than_fits_into_any_window(
    hours: list[float], most: int, within: float, found: list[tuple[float, float, int, float]]
) -> None:
    """Platforms look back from the moment of the call, whatever the calendar says."""
    told = crowds(at(*hours), Quota(most=most, within=within * HOUR))
    assert [
        ((one.begin - START) / HOUR, (one.end - START) / HOUR, one.count, (one.first_over - START) / HOUR)
        for one in told
    ] == [pytest.approx(one) for one in found]


@pytest.mark.parametrize(
    ("counted", "parts", "cost"),
    [
        (Counted.POSTS, 1, 1),
        (Counted.POSTS, 5, 1),
        (Counted.PARTS, 1, 1),
        (Counted.PARTS, 5, 5),
        (Counted.REPLIES, 1, 0),
        (Counted.REPLIES, 5, 4),
    ],
)
def test_a_thread_costs_what_the_platform_counts(counted: Counted, parts: int, cost: int) -> None:
    """Threads counts posts and replies apart, Instagram a carousel once, Mastodon every status."""
    quota = Quota(most=2 * cost - 1 if cost else 0, within=HOUR, counted=counted)
    assert quota.cost(parts) == cost
    assert bool(crowds(at(0, 0.5, parts=parts), quota)) is (cost > 0)


def test_a_post_is_told_only_of_the_crowd_that_it_is_in() -> None:
    """Whoever approves a post of May need not hear of July."""
    agenda, quota = Agenda(dict(enumerate(at(0, 1, 2)))), Quota(most=2, within=HOUR * 24)
    assert agenda.crowd_at(quota, START + HOUR) is not None
    assert agenda.crowd_at(quota, START + 3 * HOUR) is None
    agenda.put(2, Going(at=START + 48 * HOUR))
    assert agenda.crowd_at(quota, START + HOUR) is None, "moving one away is enough"


def test_only_what_is_still_to_be_made_counts_for_its_month() -> None:
    """What is made is counted from the attempts, where every call is written down."""
    those = [*at(0, 24), *at(48, parts=3), Going(at=START, made=True)]
    agenda = Agenda(dict(enumerate(those)))
    assert [one.parts for one in agenda.to_make_in_month(START)] == [1, 1]
    assert [one.parts for one in agenda.to_make_in_month(START + 48 * HOUR)] == [3]
