"""The moves that people make."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from scheduler.model import MOVES, State, WrongUse
from scheduler.store import moves
from scheduler.store.moves import Move

if TYPE_CHECKING:
    from tests.fakes.world import World

HELD = Move(verb="hold", to=State.HELD, actor="officer@iom.example", reason="the number is wrong")


def test_a_move_tells_who_what_and_why(world: World) -> None:
    """One audit row, with how it was before and how it is after."""
    number = world.delivery()

    with world.database.write() as tx:
        assert moves.make(tx, number, HELD, world.clock(), {"tries": 0}) is State.WAITING

    assert (world.state(number), world.row(number)["reason"]) == (State.HELD, HELD.reason)
    (row,) = world.audit(f"delivery:{number}")
    assert (row["actor"], row["verb"], row["at"]) == (HELD.actor, "hold", world.clock())
    assert json.loads(row["before"]) == {"state": "waiting", "reason": ""}
    assert json.loads(row["after"]) == {"state": "held", "reason": HELD.reason, "tries": 0}


@pytest.mark.parametrize("state", [one for one in State if State.HELD not in MOVES[one]])
def test_a_move_that_the_model_does_not_know_is_refused_in_words(world: World, state: State) -> None:
    """The officer is told where the delivery stands and where it can go, and nothing changes."""
    number = world.delivery()
    world.bring(number, state)
    audit = world.audit()

    with pytest.raises(WrongUse, match=f"delivery {number} is {state}: 'hold' does nothing for it"):
        _make(world, number, HELD)
    assert world.state(number) is state
    assert world.audit() == audit


def test_a_move_can_be_narrower_than_the_model(world: World) -> None:
    """`release` is for what is held; it must not bring back what is unclear."""
    number = world.delivery()
    world.bring(number, State.UNCLEAR)
    release = Move(verb="release", to=State.WAITING, actor="x", only_from=frozenset({State.HELD}))

    with pytest.raises(WrongUse, match="published"):
        _make(world, number, release)


def test_a_delivery_that_is_not_there_is_named(world: World) -> None:
    """A mistyped number must not pass as done."""
    with pytest.raises(WrongUse, match="there is no delivery 99"):
        _make(world, 99, HELD)


def _make(world: World, number: int, move: Move) -> None:
    with world.database.write() as tx:
        moves.make(tx, number, move, world.clock())
