"""One pass: read the counts of what is live, and append them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from structlog import get_logger

from adapters.contract import Failure, Retryable
from scheduler.notify.faults import trace_of
from scheduler.plan import next_reading
from scheduler.store import readings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from adapters.contract import Adapter, Reading
    from scheduler.delivery import Rhythm
    from scheduler.store.database import Database
    from scheduler.store.readings import ToRead

log = get_logger()
MOST_AT_ONCE = 1000
COUNT_MAX = 2**63 - 1  # what an integer column holds


def measure_due(
    database: Database, adapter_of: Callable[[str], Adapter], rhythm: Rhythm, clock: Callable[[], datetime]
) -> int:
    """Every count that was due has been asked for once, and what came is appended; how many posts were read.

    A platform that does not answer leaves a gap and is asked again at the next instant of the cadence.
    """
    with database.read() as tx:
        due = readings.due(tx, now=clock(), most=MOST_AT_ONCE)
    by_account: dict[str, list[ToRead]] = defaultdict(list)
    for one in due:
        by_account[one.account].append(one)
    for account, those in by_account.items():
        _measure_account(database, adapter_of, account, those, rhythm, clock)
    return len(due)


def _measure_account(
    database: Database,
    adapter_of: Callable[[str], Adapter],
    account: str,
    those: Sequence[ToRead],
    rhythm: Rhythm,
    clock: Callable[[], datetime],
) -> None:
    numbers = {one.remote_id: one.delivery_id for one in those}
    found, asked_again_after = _ask(adapter_of, account, list(numbers))
    now = clock()
    again = {one.delivery_id: next_reading(one.published_at, now, rhythm.cadence, rhythm.until) for one in those}
    if asked_again_after:
        again = {number: at and max(at, now + asked_again_after) for number, at in again.items()}
    with database.write() as tx:
        readings.append(tx, [(numbers[one.remote_id], one) for one in found if one.remote_id in numbers], read_at=now)
        readings.plan_next(tx, again)


def _ask(
    adapter_of: Callable[[str], Adapter], account: str, remote_ids: Sequence[str]
) -> tuple[list[Reading], timedelta | None]:
    """What the account's platform gave, and how long it asked us to stay away; nothing where it failed."""
    try:
        return [one for one in adapter_of(account).measure(remote_ids) if _is_count(one, account)], None
    except Failure as failure:
        log.warning("counts not read", account=account, error=str(failure))
        return [], failure.after if isinstance(failure, Retryable) else None
    except Exception as fault:  # noqa: BLE001 - one platform's fault must not stop the reading of the others
        told = {"exception": type(fault).__name__, "trace": trace_of(fault)}
    log.error("counts not read: our own fault", account=account, **told)
    return [], None


def _is_count(one: Reading, account: str) -> bool:
    """Whether the value can be a row; one that cannot is a gap, and must not keep the others from being written."""
    fits = type(one.value) is int and 0 <= one.value <= COUNT_MAX
    if not fits:
        log.warning("no count: left out", account=account, metric=one.metric)
    return fits
