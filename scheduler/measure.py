"""One pass: read the counts of what is live, and append them."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from structlog import get_logger

from adapters.contract import Failure, Gone, Reading, Retryable
from scheduler.notify.faults import trace_of
from scheduler.plan import next_reading
from scheduler.store import readings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from adapters.contract import Adapter
    from scheduler.delivery import Rhythm
    from scheduler.store.database import Database, Transaction
    from scheduler.store.readings import ToRead

log = get_logger()
MOST_AT_ONCE = 1000
SERVERS_AT_ONCE = 8
GONE_AGAIN_AFTER = timedelta(minutes=10)  # a second answer this much later is believed
COUNT_MAX = 2**63 - 1  # what an integer column holds


def measure_due(
    database: Database,
    adapter_of: Callable[[str], Adapter],
    rhythm: Rhythm,
    clock: Callable[[], datetime],
    stopping: Callable[[], bool] = lambda: False,
    server_of: Callable[[str], str] = lambda _account: "",
) -> int:
    """Every count that was due has been asked for once, and what came is appended; how many posts are due.

    A platform that does not answer leaves a gap and is asked again at the next instant of the cadence. Once `stopping`
    says so, no further account is asked: platforms that hang must not keep the daemon from ending. The accounts of one
    server are asked one after the other, the servers beside each other.
    """
    with database.read() as tx:
        due = readings.due(tx, now=clock(), most=MOST_AT_ONCE)
    by_account: dict[str, list[ToRead]] = defaultdict(list)
    for one in due:
        by_account[one.account].append(one)
    by_server: dict[str, list[str]] = defaultdict(list)
    for account in by_account:
        by_server[server_of(account)].append(account)

    def ask(accounts: Sequence[str]) -> None:
        for account in accounts:
            if stopping():
                break
            _measure_account(database, adapter_of, account, by_account[account], rhythm, clock)

    with ThreadPoolExecutor(SERVERS_AT_ONCE, thread_name_prefix="measure") as beside:
        list(beside.map(ask, by_server.values()))
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
    answers, asked_again_after = _ask(adapter_of, account, list(numbers))
    now = clock()
    again = {one.delivery_id: next_reading(one.published_at, now, rhythm.cadence, rhythm.until) for one in those}
    if asked_again_after:
        again = {number: at and max(at, now + asked_again_after) for number, at in again.items()}
    again |= {one.delivery_id: (one.gone_since or now) + GONE_AGAIN_AFTER for one in _absent(those, answers)}
    counts = [one for one in answers if isinstance(one, Reading) and one.remote_id in numbers]
    with database.write() as tx:
        kept = [(numbers[one.remote_id], one) for one in counts if _is_count(one, account)]
        readings.append(tx, kept, read_at=now)
        readings.plan_next(tx, again)
        ended = _note_absent(tx, those, answers, now)
    for number in ended:
        log.warning("gone at the platform", account=account, delivery=number)


def _note_absent(
    tx: Transaction, those: Sequence[ToRead], answers: Sequence[Reading | Gone], now: datetime
) -> list[int]:
    """What is missing is remembered, what is back forgotten; the deliveries that are removed by it."""
    absent, counted = _absent(those, answers), {one.remote_id for one in answers if isinstance(one, Reading)}
    readings.seen_again(tx, [one.delivery_id for one in those if one.gone_since and one.remote_id in counted])
    readings.missed(tx, [one.delivery_id for one in absent if one.gone_since is None], now)
    return readings.end_as_gone(tx, {one.delivery_id: _reason(one, now) for one in absent if _is_gone(one, now)}, now)


def _absent(those: Sequence[ToRead], answers: Sequence[Reading | Gone]) -> list[ToRead]:
    """Those of which the platform says that they are not there, and gives no count either."""
    gone = {one.remote_id for one in answers if isinstance(one, Gone)}
    counted = {one.remote_id for one in answers if isinstance(one, Reading)}
    return [one for one in those if one.remote_id in gone - counted]


def _is_gone(one: ToRead, now: datetime) -> bool:
    """Whether it has been missing for long enough: platforms lag, and servers under repair say strange things."""
    return one.gone_since is not None and now - one.gone_since >= GONE_AGAIN_AFTER


def _reason(one: ToRead, now: datetime) -> str:
    first, last = (f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" for at in (one.gone_since or now, now))
    return f"gone at the platform: it said so at {first} and at {last}; july30 did not take it down"


def _ask(
    adapter_of: Callable[[str], Adapter], account: str, remote_ids: Sequence[str]
) -> tuple[Sequence[Reading | Gone], timedelta | None]:
    """What the account's platform gave, and how long it asked us to stay away; nothing where it failed."""
    try:
        return list(adapter_of(account).measure(remote_ids)), None
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
