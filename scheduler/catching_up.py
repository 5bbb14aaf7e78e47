"""What is late is judged, in the pass that would otherwise send it; after an outage people are told first."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from structlog import get_logger

from scheduler.clocks import JUMP_MAX
from scheduler.lateness import Go, Hold, Skip, judge_all
from scheduler.store import late, lists

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from scheduler.lateness import Due, Verdict
    from scheduler.store.database import Transaction

log = get_logger()
OUTAGE = timedelta(minutes=30)
GRACE = timedelta(minutes=10)
CLOCK_PUT_BACK = "The clock was put back after this was first said"
NEVER_SENT = "Nothing was ever sent from this database"


def catch_up(tx: Transaction, now: datetime) -> datetime | None:
    """Nothing late is claimable but what may go late now; what is past its "not after" is skipped.

    In the grace after an outage only what a person lets go is judged: its end is the answer, None where there is none.
    """
    beat = lists.last_beat(tx)
    if beat and (grace_until := _look_back(tx, now, beat)):
        _carry_out(tx, late.missed(tx, now, only_let_go=True), now)
        return grace_until
    over = late.past_their_limit(tx, now)
    late.skip(tx, over, now)
    decided = _carry_out(tx, late.missed(tx, now), now)
    if beat and beat["grace_until"]:
        lists.announce(tx, None, None, now)
        log.warning("what was missed has been judged", done=_counted(_missed(decided), over))
    return None


def beat(tx: Transaction, *, now: datetime, standstill: str | None, **who: Any) -> None:
    """The heartbeat row says that this daemon is alive; after an outage, or at the first start, what it will do."""
    before = lists.last_beat(tx)
    lists.beat(tx, now=now, standstill=standstill, **who)
    if standstill is None:
        if before:
            _look_back(tx, now, before)
        else:
            _announce(tx, now, NEVER_SENT)


def _look_back(tx: Transaction, now: datetime, beat: dict[str, object]) -> datetime | None:
    """Until when nothing late is moved, where an outage is just over; it is announced once."""
    seen = cast("dict[str, datetime | None]", beat)
    if (grace_until := seen["grace_until"]) and now < grace_until:
        far = grace_until - now > GRACE + JUMP_MAX
        return _announce(tx, now, CLOCK_PUT_BACK) if far else grace_until
    since = seen["able_at"] or seen["beat_at"]
    if since is None or now - since <= OUTAGE:
        return None
    return _announce(tx, now, f"Nothing could be sent from {since:%d %B %H:%M} to {now:%d %B %H:%M} UTC")


def _announce(tx: Transaction, now: datetime, what: str) -> datetime | None:
    """What will become of everything missed is told to everybody who looks; when it begins. None if nothing was."""
    those, over = late.missed(tx, now), late.past_their_limit(tx, now)
    rest = [one for one in those if one.delivery_id not in set(over)]
    missed = _missed(judge_all(rest, late.agendas(tx, rest, now), now))
    if not (missed or over):
        return None
    counted, grace_until = _counted(missed, over), now + GRACE
    words = (
        f"{what}. {counted}. Until {grace_until:%H:%M} UTC nothing late is sent or moved: pause, hold or skip before"
        " then what must not go."
    )
    lists.announce(tx, words, grace_until, now)
    log.warning("posts were missed", announcement=words)
    return grace_until


def _carry_out(tx: Transaction, those: Sequence[Due], now: datetime) -> list[tuple[Due, Verdict]]:
    if not those:
        return []
    decided = judge_all(those, late.agendas(tx, those, now), now)
    late.carry_out(tx, decided, now)
    return decided


def _missed(decided: Sequence[tuple[Due, Verdict]]) -> list[Verdict]:
    return [verdict for _, verdict in decided if not isinstance(verdict, Go)]


def _counted(missed: Sequence[Verdict], over: Sequence[int]) -> str:
    """As in "42 missed: 5 go, 31 held, 6 skipped"."""
    kinds = Counter("held" if isinstance(one, Hold) else "skipped" if isinstance(one, Skip) else "go" for one in missed)
    skipped = kinds["skipped"] + len(over)
    return f"{len(missed) + len(over)} missed: {kinds['go']} go, {kinds['held']} held, {skipped} skipped"
