"""Where everything stands: the queue, the log, one delivery's story, the state of the whole."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from posts.model import Kind
from scheduler.model import State, WrongUse
from scheduler.plan import on_time, tzdata_version
from scheduler.services import matters
from scheduler.services.histories import history_of
from scheduler.services.seeing import as_json, seen
from scheduler.store import late, ledger, lists, moves, posts
from scheduler.store.lists import Filter
from scheduler.traffic import server_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from scheduler.services.desk import Desk
    from scheduler.store.database import Transaction

QUEUE_FIELDS = (
    "id", "post_id", "account_id", "mission", "platform", "state", "review", "reason", "due_at", "next_at",
    "local_due", "time_zone", "kind", "permalink", "remote_id", "external_id", "text",
)  # fmt: skip


def queue(desk: Desk, which: Filter) -> list[dict[str, object]]:
    """The deliveries asked for, by due instant; `account` is the account's id.

    Raises WrongUse for a state, mission or account that there is not: an empty list would say that all is well there.
    """
    if which.state is not None and which.state not in set(State):
        raise WrongUse(f"'{which.state}' is no state; write one of {', '.join(State)}")
    with desk.database.read() as tx:
        rows = lists.queue(tx, which) or _nothing_of(tx, desk, which)
    now = desk.now()
    return [
        {("account" if name == "account_id" else name): row[name] for name in QUEUE_FIELDS}
        | {"late_by_s": _late_by_s(row, now)}
        for row in rows
    ]


def log(desk: Desk, which: Filter) -> list[dict[str, object]]:
    """The deliveries asked for with all their columns and, under `metrics`, the latest counts that are known.

    Raises WrongUse as `queue` does.
    """
    with desk.database.read() as tx:
        return lists.log(tx, which) or _nothing_of(tx, desk, which)


def story(desk: Desk, number: int) -> dict[str, object]:
    """One delivery whole: its columns, what its platform sees, its post with its history, attempts and audit.

    `sees` is None where config.toml no longer names the account.
    """
    with desk.database.read() as tx:
        row = cast("dict[str, Any]", moves.look(tx, number))
        message = seen(desk, row["account_id"], posts.load(tx, [row["post_id"]])[row["post_id"]])
        return {
            "delivery": row,
            "sees": as_json(message) if message else None,
            "waits_for": _waits_for(tx, desk, row),
            "post": posts.rows_of(tx, [row["post_id"]])[0],
            **history_of(tx, row["post_id"]),
            "attempts": lists.attempts(tx, number),
            "audit": ledger.history(tx, [f"delivery:{number}", f"post:{row['post_id']}"]),
        }


def _nothing_of(tx: Transaction, desk: Desk, which: Filter) -> list[dict[str, object]]:
    """An empty list. Raises WrongUse for a mission or account neither in the file nor of any delivery ever queued."""
    if which.mission and not lists.queue(tx, Filter(mission=which.mission, limit=1)):
        desk.settings.mission(which.mission)
    if which.account and not lists.queue(tx, Filter(account=which.account, limit=1)):
        desk.settings.account(which.account)
    return []


def _late_by_s(row: Mapping[str, Any], now: datetime) -> int | None:
    """How late it came, or is by now where it still waits; None while it is on time."""
    if row["state"] != State.WAITING:
        return cast("int | None", row["late_by_s"])
    late_by = now - row["due_at"]
    return int(late_by.total_seconds()) if late_by > on_time(Kind(row["kind"])) else None


def _waits_for(tx: Transaction, desk: Desk, row: dict[str, Any]) -> list[str]:
    """In words, what keeps the delivery waiting but its time and its review; nothing where it does not wait."""
    server = next((server_of(one) for one in desk.settings.accounts if one.id == row["account_id"]), None)
    theirs = {("account", row["account_id"]), ("server", server)}
    rests = [one for one in lists.resting(tx) if one.until > desk.now() and (one.scope, one.subject) in theirs]
    words = [one.words for one in rests]
    beat = lists.last_beat(tx)
    if beat and (grace_until := beat["grace_until"]) and row["go_until"] < desk.now():
        words.append(f"it is late: after the outage nothing late is sent or moved before {grace_until:%H:%M} UTC")
    return words if row["state"] == State.WAITING else []


def status(desk: Desk) -> dict[str, Any]:
    """What is due, waits for a person, is paused, and when the daemon last said that it lives."""
    now = desk.now()
    with desk.database.read() as tx:
        known = matters.facts(tx, now)
        beat = known.beat
        return {
            "heartbeat_at": beat["beat_at"] if beat else None,
            "due": lists.due_count(tx, now),
            **lists.counts(tx),
            "standstill": beat["standstill"] if beat else None,
            "announcement": beat["announcement"] if beat else None,
            "grace_until": beat["grace_until"] if beat else None,
            "late": late.late_count(tx, now),
            "zone_news": beat["zone_news"] if beat else None,
            "paused": list(known.paused),
            "resting": [asdict(one) for one in known.resting],
            "alerts": _alerts(known),
            "matters": [_told(one) for one in matters.matters(known)],
            "drafts": lists.unapproved_count(tx),
            "tzdata": tzdata_version(),
        }


def _alerts(known: matters.Facts) -> dict[str, object]:
    """How telling people goes; all None where nobody was ever to be told."""
    names = ("given_at", "failing_since", "failing")
    return {name: getattr(known.mark, name, None) for name in names}


def _told(one: matters.Matter) -> dict[str, object]:
    return {
        "kind": one.kind,
        "happened": str(one.happened),
        "then": str(one.then or ""),
        "asked": str(one.asked or ""),
        "command": one.command,
        "needs_a_person": one.needs_a_person,
    }


def verify(desk: Desk) -> ledger.Verdict:
    """Whether the hash chains of audit and engagement are unbroken, and the first bad row if not."""
    with desk.database.read() as tx:
        return ledger.verify(tx)


__all__ = ["Filter", "log", "queue", "status", "story", "verify"]
