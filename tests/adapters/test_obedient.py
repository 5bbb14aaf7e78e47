"""The fake plays its script to the letter: the scheduler's tests lean on it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from adapters.contract import Ambiguous, AuthExpired, Failure, NeedsHand, NotReady, Receipt, Rejected, Retryable
from tests.adapters.parts import MESSAGE, now
from tests.fakes.adapter import Gate, Lost, ObedientAdapter
from tests.fakes.progress import MemoryProgress


@pytest.mark.parametrize("told", [NotReady(after=timedelta(seconds=1)), NeedsHand(reason="by hand")])
def test_what_is_not_published_yet_never_reaches_posting(told: NotReady | NeedsHand) -> None:
    """Such an attempt may be taken up again without a look."""
    adapter, progress = ObedientAdapter(script=[told]), MemoryProgress()
    assert adapter.publish(MESSAGE, "k", progress) is told
    assert (progress.steps, adapter.published) == ([], [])


@pytest.mark.parametrize(
    ("told", "steps", "public"),
    [
        (Retryable("later"), [], 0),
        (Rejected("never"), [], 0),
        (AuthExpired("who?"), [], 0),
        (Ambiguous("lost on the way there"), ["posting"], 0),
        (Lost(), ["posting"], 1),
    ],
)
def test_a_failure_comes_before_or_after_posting_as_in_real_life(
    told: Failure | Lost, steps: list[str], public: int
) -> None:
    """Only after posting may anything be public, and then nobody knows."""
    adapter, progress = ObedientAdapter(script=[told]), MemoryProgress()
    with pytest.raises(Failure):
        adapter.publish(MESSAGE, "k", progress)
    assert (progress.steps, len(adapter.published)) == (steps, public)
    assert (adapter.find(MESSAGE, "k", now(), progress) is not None) == bool(public)


def test_a_receipt_or_a_callable_of_the_script_is_what_comes_back() -> None:
    """A test may need an id of its own, or a bug of its own."""
    wanted = Receipt(remote_id="42", permalink="https://obedient.example/42")
    adapter = ObedientAdapter(script=[wanted, lambda message, key, progress: adapter.put_out(message, key)])
    assert adapter.publish(MESSAGE, "a", MemoryProgress()) is wanted
    adapter.publish(MESSAGE, "b", MemoryProgress())
    assert [one.key for one in adapter.published] == ["a", "b"]


def test_the_gate_holds_the_answer_while_the_post_is_public() -> None:
    """This is the moment in which a crash is worst."""
    adapter = ObedientAdapter(gate=Gate())
    assert adapter.gate is not None
    sender = threading.Thread(target=adapter.publish, args=(MESSAGE, "k", MemoryProgress()))
    sender.start()
    assert adapter.gate.wait_for_entry()
    assert len(adapter.published) == 1
    assert sender.is_alive()
    adapter.gate.open()
    sender.join(10)
    assert not sender.is_alive()
