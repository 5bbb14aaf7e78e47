"""The red button while a hundred posts go out: what has been begun ends, and nothing else begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scheduler.model import Scope, State
from scheduler.store import pauses
from tests.fakes.adapter import Gate, ObedientAdapter
from tests.scheduler.office import Office

if TYPE_CHECKING:
    from tests.fakes.world import World

POSTS = 100
NO_MORE_S = 1.0  # in which another call would surely have begun


def press(world: World, scope: Scope, subject: str) -> None:
    with world.database.write() as tx:
        pauses.press(tx, scope, subject, why="a crisis", by="operator:nino", now=world.clock())


@pytest.mark.parametrize(
    ("scope", "subject"),
    [(Scope.ALL, ""), (Scope.CAMPAIGN, "1"), (Scope.MISSION, "GE"), (Scope.ACCOUNT, "ge-feed")],
)
def test_at_most_the_calls_already_begun_go_out_also_after_a_restart(world: World, scope: Scope, subject: str) -> None:
    """A wrong hotline in every text: each post after the button is one too many."""
    numbers = [world.delivery(words=f"post {n}") for n in range(POSTS)]
    adapter = ObedientAdapter(gate=Gate())
    assert adapter.gate
    office = Office(world, adapter, size=4)
    office.begin()
    while adapter.gate.wait_for_entry(NO_MORE_S):
        pass
    begun = len(adapter.published)
    assert 0 < begun < POSTS

    press(world, scope, subject)
    adapter.gate.open()
    office.finish()
    office.pass_on()
    assert office.stop()
    again = Office(world, adapter, size=4)
    again.pass_on()
    assert len(adapter.published) == begun

    with world.database.write() as tx:
        pauses.release(tx, scope, subject, why="it is over", by="operator:nino", now=world.clock())
    for _ in range(POSTS):
        if all(world.state(number) is State.PUBLISHED for number in numbers):
            break
        again.pass_on()
    assert again.stop()
    assert len({one.key for one in adapter.published}) == len(adapter.published) == POSTS
