"""One line of the send journal: what was about to be posted, what came of it, or that it was not called after all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from scheduler.model import Claimed, Outcome, State, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping


class JournalAwayError(Unavailable):
    """The send journal cannot be read or written; the words say who must act."""


class What(StrEnum):
    """What a line says."""

    INTENT = "intent"  # on disk before the posting call
    UNCALLED = "uncalled"  # the intent could not be committed to the database, so the call was never made
    OUTCOME = "outcome"
    MENDED = "mended"  # the journal could not be written for a while
    RECONCILED = "reconciled"  # a person has brought database and journal together here


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Which delivery, and which try of it. `key` and `content` recognise it in a database that numbers it otherwise."""

    delivery: int
    post: int
    account: str
    fence: int
    key: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. `batch` is the number of the first line that was written with it, in one go; `at` is aware, in UTC.

    `outcome` is there only where `what` is an outcome; its attempt's id is 0, because a copy may number it otherwise.
    """

    number: int
    batch: int
    instance: str
    what: What
    at: datetime
    subject: Subject | None = None
    payload: str = ""
    outcome: Outcome | None = None


def subject_of(claimed: Claimed) -> Subject:
    """What the journal calls this delivery."""
    return Subject(
        delivery=claimed.delivery_id,
        post=claimed.post_id,
        account=claimed.account,
        fence=claimed.fence,
        key=claimed.key,
        content=claimed.content_hash,
    )


def encode(line: Line) -> bytes:
    """The line as it is written, with its end."""
    told: dict[str, Any] = {
        "n": line.number,
        "batch": line.batch,
        "instance": line.instance,
        "what": line.what,
        "at": line.at.isoformat(),
    }
    if one := line.subject:
        told |= {name: getattr(one, name) for name in Subject.__slots__}
    if line.payload:
        told["payload"] = line.payload
    if line.outcome:
        told["outcome"] = _outcome(line.outcome)
    return json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def decode(raw: bytes) -> Line | None:
    """The line; None for one that was cut short or is no line of ours."""
    try:
        told = json.loads(raw)
        at = datetime.fromisoformat(told["at"])
        subject = Subject(**{name: told[name] for name in Subject.__slots__}) if "delivery" in told else None
        return Line(
            number=int(told["n"]),
            batch=int(told["batch"]),
            instance=str(told["instance"]),
            what=What(told["what"]),
            at=at,
            subject=subject,
            payload=str(told.get("payload", "")),
            outcome=_read_outcome(told["outcome"], subject, at) if subject and "outcome" in told else None,
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


PLAIN = ("name", "reason", "remote_id", "permalink", "late_by_s", "payload_hash", "http_status", "posts")
INSTANTS = ("next_at", "measure_at")


def _outcome(one: Outcome) -> dict[str, object]:
    told: dict[str, object] = {name: getattr(one, name) for name in PLAIN}
    told |= {name: moment.isoformat() for name in INSTANTS if (moment := getattr(one, name))}
    return {"state": one.state, **{name: value for name, value in told.items() if value not in (None, "")}}


def _read_outcome(told: Mapping[str, Any], subject: Subject, at: datetime) -> Outcome:
    given: dict[str, Any] = {name: told[name] for name in PLAIN if name in told}
    given |= {name: datetime.fromisoformat(told[name]) for name in INSTANTS if name in told}
    return Outcome(
        delivery_id=subject.delivery,
        attempt_id=0,
        fence=subject.fence,
        state=State(told["state"]),
        finished_at=at,
        **given,
    )
