"""The campaign, the missions and the accounts: what config.toml says, applied at every start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Table, insert, select, update

from scheduler.model import WrongUse
from scheduler.store.ledger import Entry, write_down
from scheduler.store.schema import account, campaign, mission

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from adapters.contract import Identity
    from posts.model import Account, Campaign, Mission, QuietHours
    from scheduler.store.database import Transaction


def apply(
    tx: Transaction, wanted: Campaign, missions: Sequence[Mission], accounts: Sequence[Account], now: datetime
) -> int:
    """The tables hold what the file says, rows of the console are left alone; the current campaign's id.

    An account that moved to another platform or mission is refused: its deliveries would go somewhere else.
    """
    changed = [_put(tx, mission, "code", _mission_row(one)) for one in missions]
    changed += [_put(tx, account, "id", _account_row(one)) for one in accounts]
    changed.append(_put(tx, campaign, "day", _campaign_row(wanted)))
    entries = [one for one in changed if one]
    write_down(
        tx,
        [Entry(at=now, actor="config.toml", verb=verb, subject=subject, after=row) for verb, subject, row in entries],
    )
    return int(tx.execute(select(campaign.c.id).where(campaign.c.day == wanted.day)).scalar_one())


def fits(tx: Transaction, wanted: Campaign, missions: Sequence[Mission], accounts: Sequence[Account]) -> bool:
    """Whether the tables say already what the file says, so that nothing has to be written."""
    rows = [(mission, "code", _mission_row(one)) for one in missions]
    rows += [(account, "id", _account_row(one)) for one in accounts]
    rows.append((campaign, "day", _campaign_row(wanted)))
    return all(_same(_find(tx, table, key, row), row) for table, key, row in rows)


def campaign_of(tx: Transaction, day: date) -> int:
    """The id of the campaign of that day. Raises WrongUse if it was never set up."""
    found = tx.scalar(select(campaign.c.id).where(campaign.c.day == day))
    if found is None:
        raise WrongUse(f"the campaign of {day} is not in the database yet; run: july30 init")
    return int(found)


def confirmed_identity(tx: Transaction, account_id: str) -> str | None:
    """The remote id that this account was first seen to open; None if it was never looked at."""
    return tx.scalar(select(account.c.remote_id).where(account.c.id == account_id))


def same_handle(wanted: str, found: str) -> bool:
    """Whether two handles name one account: a leading @ and the case of letters do not matter."""
    return wanted.lstrip("@").casefold() == found.lstrip("@").casefold()


def confirm_identity(tx: Transaction, account_id: str, who: Identity, now: datetime, *, by: str = "daemon") -> None:
    """The account is known to open this identity from now on."""
    row = {"remote_id": who.remote_id, "remote_handle": who.handle, "confirmed_at": now}
    tx.execute(update(account).where(account.c.id == account_id).values(row))
    after = {"remote_id": who.remote_id, "handle": who.handle}
    write_down(tx, [Entry(at=now, actor=by, verb="identity", subject=f"account:{account_id}", after=after)])


def _put(tx: Transaction, table: Table, key: str, row: dict[str, object]) -> tuple[str, str, dict[str, object]] | None:
    there = _find(tx, table, key, row)
    subject = f"{table.name}:{row[key]}"
    if there is None:
        tx.execute(insert(table).values(row))
        return "add", subject, row
    if _same(there, row):
        return None
    if table is account and any(there[name] != row[name] for name in ("platform", "mission")):
        raise WrongUse(
            f"account '{row['id']}' was on {there['platform']} for {there['mission']}; its posts are bound to that:"
            " give the new channel an id of its own in config.toml"
        )
    tx.execute(update(table).where(table.c[key] == row[key]).values(row))
    return "change", subject, row


def _find(tx: Transaction, table: Table, key: str, row: Mapping[str, object]) -> dict[str, object] | None:
    found = tx.execute(select(table).where(table.c[key] == row[key])).mappings().one_or_none()
    return dict(found) if found else None


def _same(there: Mapping[str, object] | None, row: Mapping[str, object]) -> bool:
    return there is not None and all(there[name] == value for name, value in row.items())


def _campaign_row(one: Campaign) -> dict[str, object]:
    return {
        "name": one.name,
        "day": one.day,
        "window_before_days": one.window_before_days,
        "window_after_days": one.window_after_days,
        "hashtags": list(one.hashtags),
        "theme": one.theme,
        "theme_source": one.theme_source,
    }


def _mission_row(one: Mission) -> dict[str, object]:
    return {
        "code": one.code,
        "name": one.name,
        "time_zone": one.time_zone,
        "languages": list(one.languages),
        "quiet_hours": _quiet(one.quiet_hours),
        "from_file": True,
    }


def _quiet(hours: QuietHours | None) -> str | None:
    return f"{hours.start:%H:%M}-{hours.end:%H:%M}" if hours else None


def _account_row(one: Account) -> dict[str, object]:
    return {
        "id": one.id,
        "mission": one.mission,
        "platform": one.platform,
        "base_url": one.base_url,
        "handle": one.handle,
        "secret": one.secret,
        "from_file": True,
    }
