"""One pass: read the counts of what is live, and append them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from structlog import get_logger

from adapters.contract import Failure, Retryable
from scheduler.plan import next_reading
from scheduler.store import readings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from adapters.contract import Adapter
    from scheduler.delivery import Rhythm
    from scheduler.store.database import Database
    from scheduler.store.readings import ToRead

log = get_logger()
MOST_AT_ONCE = 1000


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
    found = []
    asked_again_after = None
    try:
        found = list(adapter_of(account).measure(list(numbers)))
    except Failure as failure:
        asked_again_after = failure.after if isinstance(failure, Retryable) else None
        log.warning("counts not read", account=account, error=str(failure))
    except Exception:
        log.exception("counts not read: our own fault", account=account)
    now = clock()
    again = {one.delivery_id: next_reading(one.published_at, now, rhythm.cadence, rhythm.until) for one in those}
    if asked_again_after:
        again = {number: at and max(at, now + asked_again_after) for number, at in again.items()}
    with database.write() as tx:
        readings.append(tx, [(numbers[one.remote_id], one) for one in found if one.remote_id in numbers], read_at=now)
        readings.plan_next(tx, again)
