"""A delivery's states and the only moves it may make; a post's review likewise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from posts.model import Post


DEATHS_MAX = 3  # so often in a row the program may end while one delivery is prepared, the last time alone
DAEMON = "daemon"  # how the audit, and a pause that ends by itself, name the unattended sender


class SchedulerError(Exception):
    """Base of the errors of this room; the message says what happened, who must act and by when."""


class WrongUse(SchedulerError):
    """What was asked for is not allowed or makes no sense: the person who asked must change it (exit code 2)."""


class NotAllowed(WrongUse):
    """Whoever acts has no right to this: somebody else must do it."""


class Unavailable(SchedulerError):
    """The database or a platform cannot be reached: try again when it is back (exit code 3)."""


class State(StrEnum):
    """Where a delivery stands; see docs/glossary.md."""

    WAITING = "waiting"
    SENDING = "sending"
    PUBLISHED = "published"
    UNCLEAR = "unclear"
    HELD = "held"
    FAILED = "failed"
    REMOVED = "removed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


MOVES: Mapping[State, frozenset[State]] = {
    State.WAITING: frozenset({State.SENDING, State.HELD, State.SKIPPED, State.CANCELLED}),
    State.SENDING: frozenset({State.PUBLISHED, State.WAITING, State.FAILED, State.HELD, State.UNCLEAR}),
    State.UNCLEAR: frozenset({State.PUBLISHED, State.WAITING, State.HELD}),
    State.HELD: frozenset({State.WAITING, State.PUBLISHED, State.SKIPPED, State.CANCELLED}),
    State.FAILED: frozenset({State.WAITING, State.CANCELLED}),
    State.PUBLISHED: frozenset({State.REMOVED}),
    State.REMOVED: frozenset(),
    State.SKIPPED: frozenset(),
    State.CANCELLED: frozenset(),
}

NEEDS_REASON = frozenset({State.UNCLEAR, State.HELD, State.FAILED, State.SKIPPED, State.CANCELLED, State.REMOVED})


class Review(StrEnum):
    """Where a post stands with the people who answer for it."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SENT_BACK = "sent_back"


class Role(StrEnum):
    """What a person may do for a mission: write, comment, approve, or look after people and machine."""

    OFFICER = "officer"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


class Stage(StrEnum):
    """Whether an attempt can have made anything public: not while preparing, perhaps once posting."""

    PREPARING = "preparing"
    POSTING = "posting"


class Scope(StrEnum):
    """How much the red button stops."""

    ALL = "all"
    CAMPAIGN = "campaign"
    MISSION = "mission"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery in our hands: everything a sender needs, read in the transaction that claimed it.

    `tries` counts the attempts that burned one, this one included. `first_intent_at` is the start of the first attempt,
    from which a look-up at the platform has to look. `deaths`: how often in a row the program has ended while it
    was being prepared.
    """

    delivery_id: int
    attempt_id: int
    post_id: int
    account: str
    fence: int
    key: str
    content_hash: str
    due_at: datetime
    progress: Mapping[str, Mapping[str, object]]
    tries: int
    not_after: datetime | None
    post: Post
    first_intent_at: datetime | None = None
    deaths: int = 0


def where_is_out(progress: Mapping[str, object]) -> str:
    """The addresses of the parts that a delivery's progress says are public; empty where none is."""
    return ", ".join(address for _, address in _public(progress))


def parts_out_at(progress: Mapping[str, object]) -> list[str]:
    """Each part that a delivery's progress says is public, with its address: "part 1 at https://…"."""
    return [f"{step.replace('-', ' ')} at {address}" for step, address in _public(progress)]


def _public(progress: Mapping[str, object]) -> list[tuple[str, str]]:
    steps = [(step, one.get("permalink")) for step, one in progress.items() if isinstance(one, dict)]
    return [(step, str(address)) for step, address in steps if address]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one attempt: the state to move to and what to keep of it.

    `next_at` is the next try of one that waits, or the first look-up of an unclear one; `remote_id`, `permalink`,
    `measure_at` and `late_by_s` are set only when published. `payload_hash` is the hash of what was really sent. `name`
    is what the attempt's row says: receipt, not_ready, retryable, rejected, auth_expired, ambiguous, duplicate,
    needs_hand, own_fault, handed_back, died, lost. `posts`: how many posts it has made at most; None for as many as it
    was about to.
    """

    delivery_id: int
    attempt_id: int
    fence: int
    name: str
    state: State
    finished_at: datetime
    reason: str = ""
    next_at: datetime | None = None
    measure_at: datetime | None = None
    remote_id: str | None = None
    permalink: str | None = None
    late_by_s: int | None = None
    payload_hash: str | None = None
    http_status: int | None = None
    evidence: Mapping[str, object] | None = None
    posts: int | None = None
