"""Which rows of the ledger are for people, and when what they say is due to be told. Pure."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from scheduler.model import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EXPIRES = "expires"  # the verb of an audit row that warns of when credentials end
LASTS = "lasts"  # that of one which says, whenever it is another day, until when they last and who renews them
ONE_A = timedelta(minutes=1)  # at most one message per topic and mission
GATHER = timedelta(seconds=10)
GATHER_DOUBTS = timedelta(seconds=45)  # the first look-up settles most of them
BACKOFF_BASE = timedelta(seconds=10)
BACKOFF_CAP = timedelta(minutes=5)


class Topic(StrEnum):
    """What a message is about."""

    HELD = "held"
    UNCLEAR = "unclear"
    FAILED = "failed"
    SKIPPED = "skipped"
    ACCOUNT = "account"
    EXPIRY = "expiry"


TOPICS = {
    State.HELD: Topic.HELD,
    State.UNCLEAR: Topic.UNCLEAR,
    State.FAILED: Topic.FAILED,
    State.SKIPPED: Topic.SKIPPED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of the ledger that people are told of: `delivery` is 0 and `account` set where it is about an account.

    `of_account`: the delivery fell to its account's credentials, and the account's own message covers it.
    """

    number: int
    at: datetime
    topic: Topic
    delivery: int = 0
    account: str = ""
    of_account: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A delivery as it stands now; `next_at` is when an unclear one is looked up next."""

    id: int
    post_id: int
    account: str
    mission: str
    state: State
    reason: str
    local_due: str
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """An account whose credentials end, and nobody renews them, before so many of its planned posts."""

    account: str
    ends_at: datetime
    posts_after: int


def event_of(row: Mapping[str, Any]) -> Event | None:
    """What the row (of the daemon's own doing) has to tell people; None where it is nothing."""
    kind, _, subject = str(row["subject"]).partition(":")
    if kind == "pause" and row["verb"] == "pause":
        account = subject.removeprefix("account:")
        about_one = account != subject
        return Event(number=row["id"], at=row["at"], topic=Topic.ACCOUNT, account=account) if about_one else None
    if kind == "account" and row["verb"] == EXPIRES:
        return Event(number=row["id"], at=row["at"], topic=Topic.EXPIRY, account=subject)
    before, after = json.loads(row["before"]), json.loads(row["after"])
    topic = TOPICS.get(after.get("state"))
    if kind != "delivery" or topic is None or before.get("state") == after["state"]:
        return None
    of_account = after.get("outcome") == "auth_expired"
    return Event(number=row["id"], at=row["at"], topic=topic, delivery=int(subject), of_account=of_account)


def is_due(first_at: datetime, topic: Topic, last_told_at: datetime | None, now: datetime) -> bool:
    """Whether what has gathered since `first_at` may be told now."""
    gathering = within(now - first_at, GATHER_DOUBTS if topic is Topic.UNCLEAR else GATHER)
    return not gathering and (last_told_at is None or not within(now - last_told_at, ONE_A))


def within(span: timedelta, most: timedelta) -> bool:
    """Whether so little time has passed; a clock that was put back must keep nobody from being told."""
    return timedelta(0) <= span < most


def backoff(tries: int) -> timedelta:
    """How long an address that failed so many times in a row is left alone."""
    return min(BACKOFF_CAP, BACKOFF_BASE * (1 << min(max(tries - 1, 0), 16)))


def by_reason(cases: Iterable[Case]) -> list[list[Case]]:
    """The cases that have one reason together, but for the numbers in it; the largest group first."""
    groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for one in cases:
        groups[one.account, "".join("#" if letter.isdigit() else letter for letter in one.reason)].append(one)
    return sorted(groups.values(), key=lambda those: -len(those))
