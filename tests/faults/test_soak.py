"""A short soak in every run of the tests; `make soak` runs ten thousand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults.rig import Rig
from tests.faults.script import POSTING, Fault, Script
from tests.faults.soak import Soak, script_of

if TYPE_CHECKING:
    from pathlib import Path

POSTS = 120
SEED = 30


def test_under_random_faults_and_kills_nothing_is_doubled_lost_or_called_published(tmp_path: Path, url: str) -> None:
    """What nobody thought of is found by dice, or on the campaign day."""
    with Rig(folder=tmp_path, database_url=url, concurrency=8, speed=1, script=script_of(SEED)) as rig:
        told = Soak(rig=rig, seed=SEED).run(POSTS)
    assert told["violations"] == []
    assert (told["posts"], told["duplicates"], told["lost"]) == (POSTS, 0, 0)
    assert sum(told["faults"].values()) >= POSTS // 10


def test_the_dice_fall_alike_for_one_seed_in_whatever_order_the_posts_come() -> None:
    """A run that found something can be run again."""
    forth, back = script_of(SEED), script_of(SEED)
    marks = [str(number) for number in range(200)]
    first = {mark: forth.next(POSTING, "a", mark) for mark in marks}
    second = {mark: back.next(POSTING, "a", mark) for mark in reversed(marks)}
    assert first == second
    assert len(set(first.values())) > len(Fault) // 2
    assert first != {mark: Script(seed=SEED + 1, rate=0.3).next(POSTING, "a", mark) for mark in marks}


def test_what_is_written_down_for_a_post_comes_first_and_in_its_order() -> None:
    """A fault that was found by dice is kept as a test by writing it down."""
    script = Script.read(Script(lines={"7": [Fault.CLOSE, Fault.TOO_MANY_ABSURD]}).text())
    assert [script.next(POSTING, "a", "7") for _ in range(3)] == [Fault.CLOSE, Fault.TOO_MANY_ABSURD, Fault.NONE]
    assert script.next(POSTING, "b", "8") is Fault.NONE
