"""One pass: unclear deliveries whose look is due are looked up, and settle by what is seen."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TYPE_CHECKING

from structlog import get_logger

from adapters.contract import AuthExpired, Failure, Lookup, Receipt, Retryable
from adapters.parts import parts_of
from posts.compose import compose
from scheduler.content import payload_hash
from scheduler.looking import find, make_sure_whose
from scheduler.looks import Asked, cannot_be_asked, could_not_look, decide_look, twin_was_found
from scheduler.model import DAEMON, SchedulerError, Scope, State, Unavailable
from scheduler.notify.faults import trace_of
from scheduler.plan import next_reading
from scheduler.store import doubts, pauses
from scheduler.store.catalogue import confirmed_identity
from scheduler.store.claims import taken_remote_ids
from scheduler.traffic import server_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from adapters.contract import Adapter, Profile
    from posts.model import Account, Post
    from scheduler.delivery import Rhythm
    from scheduler.looks import Doubt, Verdict
    from scheduler.store.database import Database

log = get_logger()
MOST_AT_ONCE = 500


class Settler:
    """Looks up what is unclear. Each server has one worker of its own at most: one that hangs keeps nobody waiting."""

    def __init__(
        self,
        *,
        database: Database,
        accounts: Mapping[str, Account],
        adapter_of: Callable[[str], Adapter],
        profile_of: Callable[[Account], Profile],
        rhythm: Rhythm,
        clock: Callable[[], datetime],
        stopping: threading.Event,
    ):
        self._database = database
        self._accounts = accounts
        self._adapter_of = adapter_of
        self._profiles = {one.id: profile_of(one) for one in accounts.values()}
        self._at_once = [number for number, one in self._profiles.items() if one.lookup is Lookup.NONE]
        self._rhythm = rhythm
        self._clock = clock
        self._stopping = stopping
        self._at_work: dict[str, threading.Thread] = {}

    def begin(self) -> int:
        """Every server with a look due has a worker at it; how many were begun. Returns at once.

        Call it from one thread at a time.
        """
        self._at_work = {server: one for server, one in self._at_work.items() if one.is_alive()}
        busy = set(self._at_work)  # before reading: what a worker settles meanwhile must not be looked up again
        with self._database.read() as tx:
            due = doubts.due(tx, now=self._clock(), at_once=self._at_once, most=MOST_AT_ONCE)
        todo: dict[str, list[Doubt]] = defaultdict(list)
        for one in due:
            todo[self._server(one)].append(one)
        idle = {server: those for server, those in todo.items() if server not in busy and not self._stopping.is_set()}
        for server, those in idle.items():
            worker = threading.Thread(target=self._work, args=(those,), name=f"settle {server}", daemon=True)
            self._at_work[server] = worker
            worker.start()
        return len(idle)

    def stop(self, within_s: float) -> None:
        """No further look is begun, and those under way have ended or are left behind: a look only reads."""
        self._stopping.set()
        for one in self._at_work.values():
            one.join(within_s / len(self._at_work))

    def _server(self, doubt: Doubt) -> str:
        account = self._accounts.get(doubt.account)
        return server_of(account) if account else ""

    def _work(self, those: Sequence[Doubt]) -> None:
        away: dict[str, Exception] = {}
        sure: set[str] = set()
        for one in those:
            if self._stopping.is_set():
                return
            try:
                self._settle(one, away, sure)
            except Unavailable as error:
                log.warning("not settled while the database is away", delivery=one.delivery_id, error=str(error))
                return
            except Exception as fault:  # noqa: BLE001 - one delivery's fault must not keep the others unclear
                _our_own_fault(one, fault)

    def _settle(self, doubt: Doubt, away: dict[str, Exception], sure: set[str]) -> None:
        profile = self._profiles.get(doubt.account)
        if profile and profile.lookup is Lookup.NONE:
            self._write(doubt, cannot_be_asked(doubt, profile.platform, self._clock()))
            return
        if doubt.account in away:  # asking it once more would only cost another timeout
            self._write(doubt, could_not_look(away[doubt.account], doubt=doubt, now=self._clock()))
            return
        try:
            verdict, ours = self._look(doubt, sure)
        except Exception as fault:  # noqa: BLE001 - a look that breaks says nothing about the post
            self._could_not(doubt, fault, away)
            return
        self._write(doubt, verdict, ours)

    def _look(self, doubt: Doubt, sure: set[str]) -> tuple[Verdict, Callable[[Post], bool]]:
        """The verdict, and what tells whether another post would read the same there."""
        account = self._accounts.get(doubt.account)
        if account is None:
            raise SchedulerError(f"account '{doubt.account}' is no longer in config.toml")
        with self._database.read() as tx:  # all reading first: a call that hangs may outlive the database
            taken = taken_remote_ids(tx, account.id, but=doubt.delivery_id)
            confirmed = confirmed_identity(tx, account.id)
        adapter = self._adapter_of(account.id)
        if account.id not in sure:
            make_sure_whose(adapter, account, confirmed)
            sure.add(account.id)
        limits = adapter.limits()
        message = compose(doubt.post, account, limits)
        saw = find(adapter, message, doubt, taken)
        if saw is not None and not isinstance(saw, Receipt):
            raise TypeError
        asked = Asked(
            looks=self._rhythm.looks,
            resend=adapter.profile.resend_after_looks,
            same_words=doubt.payload_hash in {None, payload_hash(message)},
            parts=len(parts_of(message, comment_follows=adapter.profile.comment_follows)),
        )
        verdict = decide_look(saw, doubt=doubt, asked=asked, now=self._clock())
        return verdict, lambda other: compose(other, account, limits).parts == message.parts

    def _could_not(self, doubt: Doubt, fault: Exception, away: dict[str, Exception]) -> None:
        if not isinstance(fault, Failure | SchedulerError):
            _our_own_fault(doubt, fault)
        if isinstance(fault, Retryable | AuthExpired):
            away[doubt.account] = fault
        self._write(doubt, could_not_look(fault, doubt=doubt, now=self._clock()))
        if isinstance(fault, AuthExpired):
            with self._database.write() as tx:
                pauses.press(tx, Scope.ACCOUNT, doubt.account, why=str(fault), by=DAEMON, now=self._clock())

    def _write(self, doubt: Doubt, verdict: Verdict, ours: Callable[[Post], bool] | None = None) -> None:
        if self._stopping.is_set():
            return  # the next start looks again
        now = self._clock()
        with self._database.write() as tx:
            # What was found may be the post of a sender that has not yet said so: to take it would lose one of the two.
            if verdict.receipt and ours and any(map(ours, doubts.being_sent(tx, doubt.account))):
                rival = Retryable("a post with the same words is being sent at this moment")
                verdict = could_not_look(rival, doubt=doubt, now=now)
            if verdict.receipt and verdict.receipt.remote_id in taken_remote_ids(
                tx, doubt.account, but=doubt.delivery_id
            ):
                theirs = Retryable(f"the post that is there, {verdict.receipt.permalink}, counts for another delivery")
                verdict = could_not_look(theirs, doubt=doubt, now=now)
            if verdict.state is State.WAITING and ours and any(map(ours, doubts.adopted(tx, doubt.account))):
                verdict = twin_was_found(doubt, verdict)
            written = doubts.settle(tx, doubt, verdict, now, self._published(doubt, verdict))
        if written:
            where = verdict.receipt.permalink if verdict.receipt else verdict.reason
            log.info("settle", delivery=doubt.delivery_id, state=verdict.state, looks=verdict.looks, told=where)

    def _published(self, doubt: Doubt, verdict: Verdict) -> dict[str, object]:
        if verdict.state is not State.PUBLISHED or verdict.receipt is None:
            return {}
        at = doubt.started_at
        return {
            "remote_id": verdict.receipt.remote_id,
            "permalink": verdict.receipt.permalink,
            "published_at": at,
            "late_by_s": max(0, int((at - doubt.due_at).total_seconds())),
            "measure_at": next_reading(at, self._clock(), self._rhythm.cadence, self._rhythm.until),
        }


def _our_own_fault(doubt: Doubt, fault: Exception) -> None:
    told = {"exception": type(fault).__name__, "trace": trace_of(fault)}
    log.error("a look broke: our own fault", delivery=doubt.delivery_id, **told)
