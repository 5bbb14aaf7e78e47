"""When a country changes its clocks: wishes stay what they were, their instants are computed anew."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from structlog import get_logger

from posts.model import Kind
from scheduler.model import DAEMON, State, WrongUse
from scheduler.plan import on_time_until, resolve
from scheduler.store import zoned
from scheduler.store.ledger import Entry, write_down

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scheduler.store.database import Transaction

log = get_logger()
TOO_SOON = timedelta(hours=24)
Row = dict[str, Any]


def renew(tx: Transaction, now: datetime, tzdata: str) -> str | None:
    """Every delivery to come is due when its local wish is, by this zone data and its mission's zone as they are now.

    One that moved and is due within a day waits for a person, and so does one whose local time does not exist any
    more. What moved, in words; None if nothing did.
    """
    old = zoned.outdated(tx, now, tzdata)
    new = [_renewed(row, now, tzdata) for row in old]
    zoned.write(tx, new)
    changed = [(before, after) for before, after in zip(old, new, strict=True) if _differs(before, after)]
    if not changed:
        return None
    news = _news(changed)
    write_down(tx, [_entry(before, after, now) for before, after in changed])
    write_down(tx, [Entry(at=now, actor=DAEMON, verb="zone", subject="daemon", after={"words": news})])
    zoned.say(tx, news)
    log.warning("clocks have changed", news=news)
    return news


def _renewed(row: Row, now: datetime, tzdata: str) -> Row:
    zone, waits = row["zone"], row["state"] == State.WAITING
    named = {**row, "time_zone": zone, "tzdata": tzdata}
    try:
        due_at = resolve(datetime.fromisoformat(row["local_due"]), zone).instant
    except WrongUse as error:  # with other clocks that local time may not exist
        return {**row, "tzdata": tzdata, **(_held(f"{error}; a person must move or cancel it") if waits else {})}
    if due_at == row["due_at"]:
        return named
    go_until = on_time_until(Kind(row["kind"]), due_at, zone)
    moved = {**named, "due_at": due_at, "next_at": due_at, "go_until": go_until, "let_go": None}
    if waits and min(due_at, row["due_at"]) - now < TOO_SOON:
        was, then = (f"{one.astimezone(UTC):%d %B %H:%M} UTC" for one in (row["due_at"], due_at))
        moved |= _held(
            f"the clocks in {zone} have changed: it is due {then} instead of {was}; release, move or skip it"
        )
    return moved


def _held(reason: str) -> Row:
    return {"state": State.HELD, "reason": reason}


def _differs(before: Row, after: Row) -> bool:
    return bool(before["due_at"] != after["due_at"] or before["state"] != after["state"])


def _news(changed: Sequence[tuple[Row, Row]]) -> str:
    """As in "zone data 2026f → 2027a: 3 moved, 1 held (Asia/Almaty 3): deliveries 4 7 9"."""
    held = sum(before["state"] != after["state"] for before, after in changed)
    moved = sum(before["due_at"] != after["due_at"] for before, after in changed)
    zones = Counter(_zone_words(before, after) for before, after in changed)
    listed = ", ".join(f"{zone} {many}" for zone, many in sorted(zones.items()))
    versions = " → ".join(dict.fromkeys([changed[0][0]["tzdata"], changed[0][1]["tzdata"]]))
    numbers = " ".join(str(after["id"]) for _, after in changed[:20]) + (" …" if len(changed) > 20 else "")
    return f"zone data {versions}: {moved} moved, {held} held ({listed}): deliveries {numbers}"


def _zone_words(before: Row, after: Row) -> str:
    was, now = str(before["time_zone"]), str(after["zone"])
    return now if was == now else f"{was} → {now}"


def _entry(before: Mapping[str, Any], after: Mapping[str, Any], now: datetime) -> Entry:
    names = ("state", "due_at", "time_zone", "tzdata")
    told = {name: after[name] for name in names} | {"reason": after["reason"]}
    subject = f"delivery:{before['id']}"
    return Entry(
        at=now, actor=DAEMON, verb="zone", subject=subject, before={name: before[name] for name in names}, after=told
    )
