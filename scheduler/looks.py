"""What a look at the platform means for an unclear delivery. Pure: the clock is handed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from adapters.contract import Failure, Receipt, Retryable
from scheduler.model import SchedulerError, State, where_is_out
from scheduler.retry import AFTER_CAP, names_the_post, one_line, plain_evidence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from posts.model import Post
    from scheduler.model import Outcome

RESENDS_MAX = 3
LOOK_AGAIN_MIN = timedelta(seconds=15)
LOOK_AGAIN_MAX = timedelta(minutes=15)
GIVE_UP_AFTER = timedelta(hours=24)
TIME_TO_ANSWER = timedelta(minutes=30)  # a platform that is away is given this long, even past "not after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An unclear delivery with all that a look at its platform needs.

    `since` is the start of its first try, `started_at` that of its last, `unclear_at` when that one ended without an
    answer. `outcome` is what the last attempt's row says. `looks` is how often it was looked up in vain since then,
    `resends` how many tries before it every look found missing.
    """

    delivery_id: int
    attempt_id: int
    account: str
    fence: int
    key: str
    looks: int
    resends: int
    outcome: str
    payload_hash: str | None
    due_at: datetime
    since: datetime
    started_at: datetime
    unclear_at: datetime
    not_after: datetime | None
    progress: Mapping[str, Mapping[str, object]]
    post: Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What may be done with the answer: `looks` are the instants after it became unclear at which to look.

    `resend`: "not there" after every look allows another call. `same_words`: what would be sent now is what was sent.
    `parts`: how many the message has.
    """

    looks: Sequence[timedelta]
    resend: bool
    same_words: bool = True
    parts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Where an unclear delivery goes. `attempt` is what its last attempt says from now on, "" where that stays."""

    state: State
    reason: str = ""
    looks: int
    next_at: datetime | None = None
    receipt: Receipt | None = None
    attempt: str = ""
    seen: Mapping[str, object] = field(default_factory=dict)


def first_look(outcome: Outcome, looks: Sequence[timedelta]) -> datetime:
    """When what has just become unclear is looked up: at once where the platform itself says that it has it."""
    at_once = outcome.name == "duplicate" or not looks
    return outcome.finished_at + (timedelta() if at_once else looks[0])


def decide_look(saw: Receipt | Exception | None, *, doubt: Doubt, asked: Asked, now: datetime) -> Verdict:
    """What follows from a receipt, from "it is not there" (None), or from a look that failed, at `now`.

    A look that failed is not counted: it says nothing about the post.
    """
    match saw:
        case Receipt() if not names_the_post(saw) or not saw.permalink.strip():
            nameless = Retryable("the platform shows the post, but without its id or address")
            return could_not_look(nameless, doubt=doubt, now=now)
        case Receipt() if max(1, len(saw.parts)) < asked.parts:
            return _broken_off(saw, doubt, asked.parts, now)
        case Receipt():
            seen = _seen(now, "found", permalink=saw.permalink, **saw.evidence)
            return Verdict(state=State.PUBLISHED, looks=doubt.looks + 1, receipt=saw, attempt="found", seen=seen)
        case None:
            return _not_there(doubt, asked, now)
        case _:
            return could_not_look(saw, doubt=doubt, now=now)


def could_not_look(fault: Exception, *, doubt: Doubt, now: datetime) -> Verdict:
    """It stays unclear and is looked up later, in ever longer steps; held once that has gone on for too long."""
    why = _words(fault)
    seen = _seen(now, f"could not be looked up: {why}", **(fault.evidence if isinstance(fault, Failure) else {}))
    if now >= _give_up_at(doubt):
        reason = (
            f"It may be out, and it could not be looked up since {_clock(doubt.unclear_at)} ({why}); {_choices(doubt)}"
        )
        return Verdict(state=State.HELD, reason=reason, looks=doubt.looks, seen=seen)
    asked_to_wait = fault.after if isinstance(fault, Retryable) and fault.after else timedelta()
    step = min(max((now - doubt.unclear_at) / 2, LOOK_AGAIN_MIN), LOOK_AGAIN_MAX)
    next_at = now + max(step, min(asked_to_wait, AFTER_CAP))
    then = f"july30 looks again at {_clock(next_at)}, nobody need act."
    reason = f"It may be out, and it could not be looked up ({why}); {then}"
    return Verdict(state=State.UNCLEAR, reason=reason, looks=doubt.looks, next_at=next_at, seen=seen)


def cannot_be_asked(doubt: Doubt, platform: str, now: datetime) -> Verdict:
    """Held: nobody but a person can see whether it is out."""
    out = where_is_out(doubt.progress)
    known = f" (known to be out of it: {out})" if out else ""
    reason = f"It may be out{known}, and {platform} cannot be asked which posts it has; {_choices(doubt)}"
    return Verdict(state=State.HELD, reason=reason, looks=doubt.looks, seen=_seen(now, "cannot be looked up"))


def twin_was_found(doubt: Doubt, verdict: Verdict) -> Verdict:
    """Held instead of sent again: what a look found for a twin, with the same words, may be this one's post.

    A platform that remembers our key would answer with that post, and one of the two would be missing in silence.
    """
    reason = (
        "It may be out: a post with the same words was found, and counts for another delivery; see whether the account"
        f" has both; {_choices(doubt)}"
    )
    return Verdict(state=State.HELD, reason=reason, looks=verdict.looks, seen=verdict.seen)


def _not_there(doubt: Doubt, asked: Asked, now: datetime) -> Verdict:
    done, seen = doubt.looks + 1, _seen(now, "not there")
    if done < len(asked.looks):
        gap = asked.looks[done] - asked.looks[done - 1]
        next_at = max(doubt.unclear_at + asked.looks[done], now + gap)
        then = f"the next is at {_clock(next_at)}, nobody need act."
        reason = f"It may be out; look {done} of {len(asked.looks)} did not find it, {then}"
        return Verdict(state=State.UNCLEAR, reason=reason, looks=done, next_at=next_at, seen=seen)
    if why_not := _why_not_again(doubt, asked):
        looked = f"looked up {done} times until {_clock(now)}, it was not there"
        reason = f"It may be out: {looked}; it is not sent again, for {why_not}; {_choices(doubt)}"
        return Verdict(state=State.HELD, reason=reason, looks=done, seen=seen)
    reason = f"It was looked up {done} times and is not there: it goes again under the same key, nobody need act."
    return Verdict(state=State.WAITING, reason=reason, looks=done, next_at=now, attempt="not_found", seen=seen)


def _why_not_again(doubt: Doubt, asked: Asked) -> str:
    """Why not being found does not allow another call; "" where it does."""
    if doubt.outcome == "duplicate":
        return "the platform says that it has it already"
    if not asked.resend:
        return "not being found there does not prove that it is not out"
    if not asked.same_words:
        return "its words have changed since it was sent"
    if doubt.resends >= RESENDS_MAX:
        return f"it was sent {doubt.resends + 1} times and never seen"
    return ""


def _broken_off(saw: Receipt, doubt: Doubt, parts: int, now: datetime) -> Verdict:
    there = max(1, len(saw.parts))
    reason = (
        f"Only {there} of its {parts} parts are out, at {saw.permalink}; complete or delete it there; {_choices(doubt)}"
    )
    seen = _seen(now, f"{there} of {parts} parts", permalink=saw.permalink, parts=list(saw.parts))
    return Verdict(state=State.HELD, reason=reason, looks=doubt.looks + 1, seen=seen)


def _give_up_at(doubt: Doubt) -> datetime:
    last = doubt.unclear_at + GIVE_UP_AFTER
    if doubt.not_after is None:
        return last
    return min(last, max(doubt.not_after, doubt.unclear_at + TIME_TO_ANSWER))


def _choices(doubt: Doubt) -> str:
    resolve = f"july30 queue resolve {doubt.delivery_id}"
    return f"a person must look at {doubt.account} and say `{resolve} --published URL` or `{resolve} --not-published`."


def _words(fault: Exception) -> str:
    """What a failure of ours says; of a foreign one only the type, for its words may hold a token."""
    ours = isinstance(fault, Failure | SchedulerError)
    return (one_line(str(fault)) if ours else "") or f"our own fault: {type(fault).__name__}"


def _clock(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%H:%M:%S} UTC"


def _seen(now: datetime, what: str, **more: object) -> dict[str, object]:
    return {**plain_evidence(more), "at": now.isoformat(timespec="seconds"), "saw": what}
