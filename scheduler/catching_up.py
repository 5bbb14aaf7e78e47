"""What is late is judged, in the pass that would otherwise send it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.lateness import judge_all
from scheduler.store import late

if TYPE_CHECKING:
    from datetime import datetime

    from scheduler.store.database import Transaction


def catch_up(tx: Transaction, now: datetime) -> None:
    """Nothing late is claimable but what may go late now; what is past its "not after" is skipped."""
    late.skip(tx, late.past_their_limit(tx, now), now)
    if those := late.missed(tx, now):
        late.carry_out(tx, judge_all(those, late.agendas(tx, those, now), now), now)
