"""Whether the promise held: the database against what the judge saw, by program, so that nobody is believed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from scheduler.model import NEEDS_REASON, Review, State
from scheduler.store import ledger, moves
from scheduler.store.schema import delivery, post
from tests.faults.script import mark_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Any

    from scheduler.store.database import Database, Transaction

ON_THE_WAY = frozenset({State.WAITING, State.SENDING, State.UNCLEAR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One post that a platform took: for which account, which post of ours it reads like, and its id there."""

    account: str
    mark: str
    remote_id: str
    pictures: int = 0


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What was counted and every violation in words; none means that the promise held.

    `in_doubt`: held for a person because they may be out, and nobody can know.
    """

    states: Counter[str] = field(default_factory=Counter)
    taken: int = 0
    duplicates: int = 0
    lost: int = 0
    in_doubt: int = 0
    violations: list[str] = field(default_factory=list)

    def against(self, what: str) -> None:
        self.violations.append(what)


def check(database: Database, taken: Sequence[Taken], *, expected: int, settled: bool = True) -> Verdict:
    """The verdict over every approved delivery. `expected`: how many there must be; `settled`: none is on its way."""
    verdict = Verdict(taken=len(taken))
    by_post = Counter((one.account, one.mark) for one in taken)
    for (account, mark), times in sorted(by_post.items()):
        if times > 1:
            verdict.duplicates += times - 1
            verdict.against(f"{account} n{mark}n went out {times} times")
    with database.read() as tx:
        rows = _rows(tx)
        verdict.states.update(str(one["state"]) for one in rows)
        if len(rows) != expected:
            verdict.lost += expected - len(rows)
            verdict.against(f"{len(rows)} approved deliveries instead of {expected}")
        there = taken_of(taken)
        for row in rows:
            _check_row(tx, row, there, verdict, settled=settled)
        chain = ledger.verify(tx)
    if chain.first_bad:
        verdict.against(f"the ledger is broken at {chain.first_bad}")
    return verdict


def taken_of(taken: Sequence[Taken]) -> dict[tuple[str, str], list[Taken]]:
    """What was taken, by account and mark."""
    found: dict[tuple[str, str], list[Taken]] = {}
    for one in taken:
        found.setdefault((one.account, one.mark), []).append(one)
    return found


def read_judged(path: Path) -> list[Taken]:
    """What the judge's log holds; a last line that a power cut left half written is none."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [
        Taken(account=one["account"], mark=one["mark"], remote_id=one["remote_id"], pictures=one["pictures"])
        for one in map(json.loads, lines)
    ]


def read_outbox(folder: Path) -> list[Taken]:
    """What lies in the outbox: one folder per account, in each one folder per post."""
    found = []
    for path in sorted(folder.glob("*/*/post.json")):
        described = json.loads(path.read_text(encoding="utf-8"))
        found.append(
            Taken(
                account=described["account"],
                mark=mark_in(described["parts"][0].encode()),
                remote_id=path.parent.name,
                pictures=len(described["media"]),
            )
        )
    return found


def _rows(tx: Transaction) -> list[dict[str, Any]]:
    query = (
        select(delivery, post.c.text)
        .join(post, post.c.id == delivery.c.post_id)
        .where(post.c.review == Review.APPROVED)
        .order_by(delivery.c.id)
    )
    return [dict(row) for row in tx.execute(query).mappings()]


def _check_row(
    tx: Transaction,
    row: dict[str, Any],
    taken: dict[tuple[str, str], list[Taken]],
    verdict: Verdict,
    *,
    settled: bool,
) -> None:
    state, number = State(row["state"]), row["id"]
    name = f"delivery {number} ({row['account_id']} n{mark_in(row['text'].encode())}n)"
    there = taken.get((row["account_id"], mark_in(row["text"].encode())), [])
    verdict.in_doubt += state is State.HELD and moves.may_be_out(tx, number)
    if state in NEEDS_REASON and not row["reason"].strip():
        verdict.against(f"{name} is {state} without a reason")
    if settled and state in ON_THE_WAY:
        verdict.lost += 1
        verdict.against(f"{name} is still {state}")
    if state is State.PUBLISHED:
        if row["remote_id"] not in {one.remote_id for one in there}:
            verdict.lost += 1
            verdict.against(f"{name} is called published, and no platform has it under {row['remote_id']}")
    elif there and not _known_to_be_perhaps_out(tx, state, number):
        verdict.lost += 1
        verdict.against(f"{name} is {state}, and a platform has it under {there[0].remote_id}: {row['reason']}")


def _known_to_be_perhaps_out(tx: Transaction, state: State, number: int) -> bool:
    """Whether nothing that goes by itself can send it again, and a person sees that it may be out."""
    if state in {State.UNCLEAR, State.REMOVED, State.SENDING}:
        return True
    return state is State.HELD and moves.may_be_out(tx, number)
