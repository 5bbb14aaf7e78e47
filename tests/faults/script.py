"""What goes wrong with which request: written down beforehand, or thrown by seeded dice."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = re.compile(rb"\bn(\d+)n\b")


class Fault(StrEnum):
    """What the judge does with one request."""

    NONE = "none"
    CLOSE = "accept_then_close"
    RESET = "accept_then_reset"
    HANG = "accept_then_hang"
    GATEWAY = "accept_then_502"
    GARBAGE = "accept_then_garbage"
    TRUNCATED = "accept_then_truncated"
    NO_ID = "accept_then_no_id"
    LAG = "accept_close_and_lag"
    DUPLICATE = "accept_then_duplicate"
    SLOW = "slow"
    PARTIAL = "partial_read"
    BROKEN = "500_not_accepted"
    AWAY = "503_retry_after"
    TOO_MANY = "429"
    TOO_MANY_AFTER = "429_retry_after"
    TOO_MANY_ABSURD = "429_retry_after_absurd"
    REFUSED = "422"
    KILL_PARTIAL = "kill_in_partial_read"
    KILL_ACCEPTED = "kill_after_accept"


TAKEN = frozenset(
    {
        Fault.NONE,
        Fault.CLOSE,
        Fault.RESET,
        Fault.HANG,
        Fault.GATEWAY,
        Fault.GARBAGE,
        Fault.TRUNCATED,
        Fault.NO_ID,
        Fault.LAG,
        Fault.DUPLICATE,
        Fault.SLOW,
        Fault.KILL_ACCEPTED,
    }
)
KILLING = frozenset({Fault.KILL_PARTIAL, Fault.KILL_ACCEPTED})
FOR_POSTING = tuple(one for one in Fault if one not in {*KILLING, Fault.NONE, Fault.DUPLICATE, Fault.TOO_MANY_ABSURD})
FOR_THE_REST = (Fault.CLOSE, Fault.BROKEN, Fault.AWAY, Fault.TOO_MANY_AFTER, Fault.TRUNCATED, Fault.SLOW)
POSTING, UPLOAD, LOOK = "posting", "upload", "look"


@dataclass(slots=True, kw_only=True)
class Script:
    """`lines`: the faults of one post's posting calls, in order, by its mark; dice for all others.

    `rate` is the share of posting calls that go wrong, `rest_rate` that of uploads and look-ups. The dice are thrown
    by seed, account, post and the call's number alone, so that no order of arrival changes them.
    """

    seed: int = 0
    rate: float = 0.0
    rest_rate: float = 0.0
    lines: Mapping[str, list[str]] = field(default_factory=dict)
    kinds: tuple[str, ...] = FOR_POSTING
    _seen: Counter[str] = field(default_factory=Counter)

    @classmethod
    def read(cls, text: str | bytes) -> Script:
        given: dict[str, Any] = json.loads(text)
        return cls(**{**given, "kinds": tuple(given.get("kinds", FOR_POSTING))})

    def text(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if name != "_seen"})

    def next(self, what: str, account: str, mark: str) -> Fault:
        """What goes wrong with this call."""
        name = f"{what}:{account}:{mark}"
        nth, self._seen[name] = self._seen[name], self._seen[name] + 1
        written = self.lines.get(mark, []) if what == POSTING else []
        if nth < len(written):
            return Fault(written[nth])
        dice = random.Random(f"{self.seed}:{name}:{nth}")
        if dice.random() >= (self.rate if what == POSTING else self.rest_rate):
            return Fault.NONE
        return Fault(dice.choice(self.kinds if what == POSTING else FOR_THE_REST))


def mark_in(content: bytes) -> str:
    """The number that every text and description of the rig carries; empty where there is none."""
    found = MARK.search(content)
    return found.group(1).decode() if found else ""
