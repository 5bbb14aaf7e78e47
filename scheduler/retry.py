"""What comes next after a call to a platform. Pure: the clock and the dice are handed in."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import UTC, date, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeGuard

from adapters.contract import (
    Ambiguous,
    AuthExpired,
    Duplicate,
    Failure,
    NeedsHand,
    NotReady,
    NotSetUp,
    Receipt,
    Rejected,
    Restricted,
    Retryable,
    Stopped,
    UsedUp,
)
from scheduler.model import Outcome, Stage, State

if TYPE_CHECKING:
    from datetime import datetime

    from scheduler.model import Claimed

TRIES_MAX = 5
ASKED_TO_WAIT_TRIES_MAX = 8  # where the platform itself said when to come back
OWN_FAULT_TRIES_MAX = 3
TOO_MANY = 429
BACKOFF_BASE = timedelta(seconds=30)
BACKOFF_CAP = timedelta(minutes=15)
NOT_READY_MIN = timedelta(seconds=1)
AFTER_CAP = timedelta(hours=1)
SAID_LENGTH_MAX = 300
EVIDENCE_LENGTH_MAX = 2000
EVIDENCE_DEPTH_MAX = 6

Result = Receipt | NotReady | NeedsHand | Exception


def decide(result: Result, *, claimed: Claimed, stage: Stage, now: datetime, jitter: float) -> Outcome:
    """The outcome to record for what an adapter returned or raised at `now`, the moment the call ended.

    `stage` is the stage last committed; `claimed.tries` counts the attempts that count, this one included; `jitter`
    is drawn evenly from [0, 1). An unknown result is never taken for "not published" once the stage is posting. The
    reason is one sentence: what happened and what is asked of whom. `evidence` is plain JSON; `measure_at` is left
    to the caller.
    """
    made = _Maker(claimed, now)
    match result:
        case Receipt():
            return _published(result, made)
        case NotReady():
            after = max(NOT_READY_MIN, min(result.after, AFTER_CAP))
            said = one_line(result.reason) or "no reason given"
            reason = f"The platform is still working on it ({said}); nobody need act."
            return made("not_ready", State.WAITING, reason, next_at=now + after)
        case NeedsHand():
            reason = one_line(result.reason) or "A person must publish this by hand"
            return made("needs_hand", State.HELD, f"{reason}.", evidence=result.evidence)
        case Failure():
            return _after_failure(result, stage, jitter, made)
        case Stopped() if stage is Stage.PREPARING:
            reason = "It was handed back before anything could go out; nobody need act."
            return made("handed_back", State.WAITING, reason)  # its time stays, so that lateness still counts
        case Stopped():
            return made("ambiguous", State.UNCLEAR, _unclear("It was put down while the call was under way"))
        case _:
            return _after_our_own_fault(result, stage, jitter, made)


def backoff(tries: int, jitter: float) -> timedelta:
    """How long to wait after this many tries: evenly spread from nothing to a limit that doubles up to its cap."""
    doublings = min(max(tries - 1, 0), 16)
    return jitter * min(BACKOFF_CAP, BACKOFF_BASE * (1 << doublings))


def names_the_post(receipt: Receipt) -> bool:
    """Whether the receipt says which post it is, in words that every database takes."""
    told = receipt.remote_id + receipt.permalink
    return bool(receipt.remote_id.strip()) and told == _storable(told)


def asked_to_wait(result: object) -> TypeGuard[Retryable]:
    """Whether the platform works and said that there were too many calls, or when to come back."""
    return isinstance(result, Retryable) and (result.http_status == TOO_MANY or result.after is not None)


class _Maker:
    """Fills in what every outcome of one attempt has in common."""

    def __init__(self, claimed: Claimed, now: datetime):
        self.claimed = claimed
        self.now = now

    def __call__(
        self,
        name: str,
        state: State,
        reason: str = "",
        *,
        next_at: datetime | None = None,
        receipt: Receipt | None = None,
        failure: Failure | None = None,
        evidence: Mapping[str, object] | None = None,
    ) -> Outcome:
        kept = evidence if failure is None else {**failure.evidence, **(evidence or {})}
        return Outcome(
            delivery_id=self.claimed.delivery_id,
            attempt_id=self.claimed.attempt_id,
            fence=self.claimed.fence,
            name=name,
            state=state,
            finished_at=self.now,
            reason=reason,
            next_at=next_at,
            remote_id=receipt.remote_id if receipt else None,
            permalink=receipt.permalink if receipt else None,
            http_status=failure.http_status if failure else None,
            evidence=plain_evidence(kept) if kept else None,
        )


def _published(receipt: Receipt, made: _Maker) -> Outcome:
    evidence = {**receipt.evidence, **({"parts": receipt.parts} if receipt.parts else {})}
    if names_the_post(receipt):
        return made("receipt", State.PUBLISHED, receipt=receipt, evidence=evidence)
    reason = _unclear("The platform said yes but did not name the post")
    return made("ambiguous", State.UNCLEAR, reason, evidence={**evidence, "permalink": receipt.permalink})


def _after_failure(failure: Failure, stage: Stage, jitter: float, made: _Maker) -> Outcome:
    said = one_line(str(failure)) or type(failure).__name__
    match failure:
        case Retryable():
            most = ASKED_TO_WAIT_TRIES_MAX if asked_to_wait(failure) else TRIES_MAX
            after = failure.after or timedelta()
            return _again(failure, f"The platform did not take it ({said})", most, after, jitter, made)
        case Rejected():
            reason = f"The platform refuses it as it is ({said}); its author must change it and have it approved again."
            return made("rejected", State.FAILED, reason, failure=failure)
        case UsedUp():
            reason = f"The account may post no more for now ({said}); whoever pays for it must act."
            return made("auth_expired", State.HELD, reason, failure=failure)
        case NotSetUp():
            reason = f"This installation lacks what the account needs ({said}); whoever keeps config.toml must act."
            return made("auth_expired", State.HELD, reason, failure=failure)
        case Restricted():
            reason = f"The account may not post for now ({said}); whoever keeps it must clear that up at the platform."
            return made("auth_expired", State.HELD, reason, failure=failure)
        case AuthExpired():
            reason = f"The account's credentials do not work ({said}); whoever keeps the account must connect it again."
            return made("auth_expired", State.HELD, reason, failure=failure)
        case Ambiguous():
            reason = _unclear(f"No clear answer came back ({said})")
            name = "duplicate" if isinstance(failure, Duplicate) else "ambiguous"
            return made(name, State.UNCLEAR, reason, failure=failure)
        case _:
            return _after_our_own_fault(failure, stage, jitter, made)


def _after_our_own_fault(fault: Exception, stage: Stage, jitter: float, made: _Maker) -> Outcome:
    # Only the type is told: the words of a foreign exception may hold an address with a token in it.
    name = type(fault).__name__
    if stage is Stage.POSTING:
        reason = _unclear(f"The call was cut short on our side ({name})")
        return made("own_fault", State.UNCLEAR, reason, evidence=_traced(fault))
    what = f"It could not be prepared (our own fault: {name})"
    return _again(fault, what, OWN_FAULT_TRIES_MAX, timedelta(), jitter, made)


def _again(fault: Exception, what: str, tries_max: int, after: timedelta, jitter: float, made: _Maker) -> Outcome:
    tries, not_after = made.claimed.tries, made.claimed.not_after
    next_at = made.now + max(min(after, AFTER_CAP), backoff(tries, jitter))
    failure = fault if isinstance(fault, Retryable) else None
    name, evidence = ("retryable", None) if failure else ("own_fault", _traced(fault))
    if tries >= tries_max:
        then = f"after {tries} tries a person must find the cause and retry or cancel it"
    elif not_after is not None and next_at > not_after:
        limit = f"{not_after.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        then = f"the next try would be after its limit {limit}: a person must move or cancel it"
    else:
        reason = f"{what}; it is tried again by itself, nobody need act."
        return made(name, State.WAITING, reason, next_at=next_at, failure=failure, evidence=evidence)
    return made(name, State.FAILED, f"{what}; {then}.", failure=failure, evidence=evidence)


def _unclear(what: str) -> str:
    return f"{what}; it may be public: it is looked up where that can be done, else a person must look and decide."


def _traced(fault: Exception) -> dict[str, object]:
    """The type of the fault and the line that raised it; no values, for they may be secret."""
    kind = type(fault)
    evidence: dict[str, object] = {"exception": f"{kind.__module__}.{kind.__qualname__}"}
    trace = fault.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace:
        file = PurePath(trace.tb_frame.f_code.co_filename)
        evidence["raised_at"] = f"{'/'.join(file.parts[-2:])}:{trace.tb_lineno}"
    return evidence


def one_line(words: str) -> str:
    """The words on one line, storable, at most 300 characters, without a full stop at the end."""
    one_line = " ".join(_storable(words).split()).rstrip(".")
    return one_line if len(one_line) <= SAID_LENGTH_MAX else f"{one_line[: SAID_LENGTH_MAX - 1]}…"


def _storable(words: str) -> str:
    """Without the two things a database may refuse: NUL and lone surrogates."""
    return words.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def plain_evidence(values: Mapping[str, object]) -> dict[str, object]:
    """The same values as JSON can hold them."""
    return {_storable(str(key)): _plain(value, 1) for key, value in values.items()}


def _plain(value: object, depth: int) -> object:
    """The same value as JSON can hold it; long texts cut, unknown things by their type's name."""
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case str():
            return _storable(value)[:EVIDENCE_LENGTH_MAX]
        case date() | timedelta() | PurePath():
            return str(value)
        case Mapping() | Collection() if not isinstance(value, bytes) and depth < EVIDENCE_DEPTH_MAX:
            return _plain_many(value, depth + 1)
        case _:
            return f"<{type(value).__name__}>"


def _plain_many(values: Mapping[object, object] | Collection[object], depth: int) -> object:
    if isinstance(values, Mapping):
        return {_storable(str(key)): _plain(value, depth) for key, value in values.items()}
    return [_plain(value, depth) for value in values]
