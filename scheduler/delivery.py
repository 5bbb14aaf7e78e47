"""One pass: claim what is due, publish it, record what came of it."""

from __future__ import annotations

import random
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from structlog import get_logger

from adapters.contract import AuthExpired, Failure, NeedsHand, NotReady, Receipt, Rejected, Stopped
from adapters.parts import parts_of, parts_out
from posts.check import check
from posts.compose import compose
from posts.model import Level
from scheduler.budgets import Budgets, made_by
from scheduler.catching_up import catch_up
from scheduler.content import payload_hash
from scheduler.intents import Intents, Wish
from scheduler.journal.lines import subject_of
from scheduler.looking import another_account
from scheduler.looks import first_look
from scheduler.model import DAEMON, Claimed, Outcome, SchedulerError, Scope, Stage, State, Unavailable
from scheduler.notify.faults import trace_of
from scheduler.plan import next_reading
from scheduler.retry import decide
from scheduler.store import claims, lists, outcomes, pauses
from scheduler.store.catalogue import confirm_identity, confirmed_identity, same_handle
from scheduler.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from concurrent.futures import Future
    from datetime import datetime

    from adapters.contract import Adapter
    from posts.model import Account
    from scheduler.engine.embedded import Lanes
    from scheduler.journal.writing import Journal
    from scheduler.retry import Result
    from scheduler.standstill import Standstill
    from scheduler.store.database import Database, Transaction
    from scheduler.store.writer import GroupWriter
    from scheduler.traffic import Portion, Rest

log = get_logger()
RECORD_AGAIN_S = 1.0
WRITTEN_ANYWAY = frozenset({"receipt", "needs_hand"})  # in the journal even without a posting call of ours
ASK_A_PERSON = frozenset({State.HELD, State.FAILED, State.UNCLEAR})  # sooner or later; the log warns of these
SWEEP_EVERY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When the counts of a published post are read, and until which instant; when an unclear one is looked up."""

    cadence: Sequence[timedelta]
    until: datetime
    looks: Sequence[timedelta] = ()


class Courier:
    """Carries due deliveries to their platforms. `pass_on` claims and hands out; the senders do the rest."""

    def __init__(
        self,
        *,
        database: Database,
        writer: GroupWriter,
        lanes: Lanes,
        accounts: Mapping[str, Account],
        adapter_of: Callable[[str], Adapter],
        rhythm: Rhythm,
        clock: Callable[[], datetime],
        owner: str,
        on_room: Callable[[], None] = lambda: None,
        mark_of: Callable[[str], str] = lambda _account: "",
        standstill: Standstill,
        journal: Journal,
    ):
        self._database = database
        self._writer = writer
        self._lanes = lanes
        self._accounts = accounts
        self._adapter_of = adapter_of
        self._rhythm = rhythm
        self._clock = clock
        self._owner = owner
        self._on_room = on_room
        self._mark_of = mark_of
        self._standstill = standstill
        self._journal = journal
        self._budgets = Budgets(accounts.values())
        self._intents = Intents(writer, journal, self._budgets)
        self._dice = random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._traffic = Traffic(accounts)
        self._left: frozenset[str] = frozenset()
        self._told: list[Rest] | None = None
        self._in_hand: set[tuple[int, int]] = set()
        self._swept_at = clock()
        self._known: dict[str, str] = {}
        self._knowing = {one: threading.Lock() for one in accounts}
        self.stopping = threading.Event()

    def pass_on(self) -> datetime | None:
        """What is due and fits has been claimed and handed to the senders; when the next pass has something to do.

        The rules for late ones are asked first. What has no sender free is left: `wanted` says when one is. While
        something is wrong with the machine itself nothing is touched, and nothing falls due.
        """
        if self._standstill.words:
            return None
        now = self._clock()
        rooms = {one: self._room(one) for one in self._traffic.servers.values()}
        portion = self._traffic.portion(rooms, now, idle=self._lanes.idle())
        with self._database.write() as tx:
            self._sweep(tx, now)
            grace_until = catch_up(tx, now)
            most = min(portion.room(), 2 * self._lanes.size)
            taken = claims.claim(tx, now=now, most=most, owner=self._owner, portion=portion)
            rests = self._say_rests(tx, now)
        self._left, self._told = portion.left(), rests
        self._in_hand |= {(one.delivery_id, one.fence) for one in taken}
        for one in taken:
            self._traffic.began(one.account, one.delivery_id, deaths=one.deaths)
            server = self.server_of(one.account)
            self._lanes.hand_in(server, lambda one=one: self.send(one), lambda one=one: self.put_back(one))  # type: ignore[misc]
        due = self._next_due(now, portion)
        return min([one.until for one in rests] + [one for one in (due, grace_until) if one], default=None)

    def _next_due(self, now: datetime, portion: Portion) -> datetime | None:
        if portion.room() == 0:
            return None  # whatever it is: a sender that gets free says so
        with self._database.read() as tx:
            return claims.next_due(tx, now, portion)

    def server_of(self, account: str) -> str:
        """The server that the account is on; empty where it is not configured."""
        return self._traffic.servers.get(account, "")

    def wanted(self, server: str) -> bool:
        """Whether the last pass left something of the server's that can be taken now."""
        return self._told is None or (server in self._left and self._room(server) > 0)

    def _sweep(self, tx: Transaction, now: datetime) -> None:
        """What is sending and in nobody's hand is sorted out, now and then: only this thread takes things into hand."""
        if timedelta() <= now - self._swept_at < SWEEP_EVERY:
            return
        looks = self._rhythm.looks
        found = outcomes.sweep(tx, set(self._in_hand), now=now, first_look=looks[0] if looks else timedelta())
        if any(found.values()):
            log.warning("found in nobody's hand", **found)
        self._swept_at = now

    def is_idle(self) -> bool:
        """Whether nothing is in hand: everything that was claimed has ended, and what came of it is written."""
        return not self._in_hand

    def prepared(self, claimed: Claimed) -> None:
        """The program has outlived the delivery's preparation; the next suspect may be taken."""
        if self._traffic.prepared(claimed.account, claimed.delivery_id):
            self._on_room()

    def restore_rests(self, tx: Transaction) -> None:
        """What a platform asked for before we were started is kept."""
        self._traffic.restore(lists.resting(tx))

    def _room(self, server: str) -> int:
        """How many more the server's senders can take; none while it are few: each claim costs a commit."""
        room = self._lanes.room(server)
        return room if room >= self._lanes.size // 4 else 0

    def _say_rests(self, tx: Transaction, now: datetime) -> list[Rest]:
        rests = self._traffic.rests(now)
        if rests != self._told:
            lists.say_resting(tx, rests)
        return rests

    def send(self, claimed: Claimed) -> None:
        """The delivery has been tried once and what came of it is on its way to the disk; nothing is raised."""
        if not self._traffic.lets(claimed.account, claimed.delivery_id):
            self.put_back(claimed)
            return
        try:
            tries = _Sender(self, claimed)
            self._finish(claimed, tries, tries.publish())
        except BaseException:
            self._traffic.put_back(claimed.account, claimed.delivery_id)
            self._in_hand.discard((claimed.delivery_id, claimed.fence))  # the next sweep goes by what is on disk
            raise

    def _finish(self, claimed: Claimed, tries: _Sender, result: Result) -> None:
        now, jitter = self._clock(), self._dice.random()
        if self._traffic.ended(claimed.account, claimed.delivery_id, result, now, jitter):
            self._told = None
        outcome = decide(result, claimed=claimed, stage=tries.stage, now=now, jitter=jitter)
        say = log.warning if outcome.state in ASK_A_PERSON else log.info
        say("delivery", delivery=outcome.delivery_id, state=outcome.state, reason=outcome.reason)
        outcome = self._completed(outcome, claimed, tries)
        if tries.stage is Stage.POSTING or outcome.name in WRITTEN_ANYWAY:
            self._journal.tell(subject_of(claimed), outcome)
        self._record(outcome)
        if isinstance(result, AuthExpired):
            self._known.pop(claimed.account, None)  # whoever connects it again may take another account's secret
            self._hold_account(claimed.account, outcome.reason)

    def put_back(self, claimed: Claimed) -> None:
        """The delivery waits again, as if it had not been claimed: nothing was begun."""
        self._traffic.put_back(claimed.account, claimed.delivery_id)
        self._record(decide(Stopped(), claimed=claimed, stage=Stage.PREPARING, now=self._clock(), jitter=0.0))

    def _completed(self, outcome: Outcome, claimed: Claimed, tries: _Sender) -> Outcome:
        outcome = replace(outcome, payload_hash=tries.payload_hash, posts=tries.made(outcome))
        if outcome.state is State.UNCLEAR:
            return replace(outcome, next_at=first_look(outcome, self._rhythm.looks))
        if outcome.state is not State.PUBLISHED:
            return outcome
        late = max(0, int((outcome.finished_at - claimed.due_at).total_seconds()))
        at = outcome.finished_at
        reading = next_reading(at, at, self._rhythm.cadence, self._rhythm.until)
        return replace(outcome, late_by_s=late, measure_at=reading)

    def _record(self, outcome: Outcome) -> None:
        """Handed to the writer; the sender goes on at once, and nothing is lost if the writing fails at first."""
        written = self._writer.hand_in(outcomes.record, outcome.delivery_id, outcome)
        written.add_done_callback(lambda done: self._after_writing(outcome, done))

    def _after_writing(self, outcome: Outcome, written: Future[bool]) -> None:
        told = {"delivery": outcome.delivery_id, "state": outcome.state, "permalink": outcome.permalink}
        if error := written.exception():
            log.warning("outcome not written, trying again", **told, error=str(error))
            with suppress(RuntimeError):  # no thread to be had: the sweep goes by what is on disk
                threading.Thread(target=self._record_later, args=(outcome,), daemon=True).start()
                return
        self._in_hand.discard((outcome.delivery_id, outcome.fence))
        if not error and not written.result():
            log.error("outcome came too late: it is no longer ours", **told)

    def _record_later(self, outcome: Outcome) -> None:
        """A platform's yes must not be forgotten because a disk is full for a minute.

        When we are stopping it is: the attempt's stage on disk then tells the next start what to do.
        """
        if not self.stopping.wait(RECORD_AGAIN_S):
            self._record(outcome)

    def _hold_account(self, account: str, why: str) -> None:
        try:
            with self._database.write() as tx:
                pauses.press(tx, Scope.ACCOUNT, account, why=why, by=DAEMON, now=self._clock())
        except SchedulerError as error:
            log.warning("account not paused", account=account, error=str(error))

    def make_sure_of(self, account: Account, adapter: Adapter) -> None:
        """The credentials open the account that they are meant to open; looked at once per run, account and secret.

        Raises AuthExpired where it is another one, and whatever failure asking the platform gives.
        """
        with self._knowing[account.id]:
            mark = self._mark_of(account.id)
            if self._known.get(account.id) == mark:
                return
            who = adapter.whoami()
            with self._database.write() as tx:
                before = confirmed_identity(tx, account.id)
                wrong = bool(account.handle) and not same_handle(account.handle, who.handle)
                if wrong or (before is not None and before != who.remote_id):
                    raise another_account(account, who)
                if before is None:
                    confirm_identity(tx, account.id, who, self._clock())
            self._known[account.id] = mark


class _Sender:
    """One try of one delivery, and its durable progress."""

    def __init__(self, courier: Courier, claimed: Claimed):
        self._courier = courier
        self._claimed = claimed
        self._saved = {step: dict(data) for step, data in claimed.progress.items()}
        self.stage = Stage.PREPARING
        self.payload_hash: str | None = None
        self._before = len(parts_out(self))
        self._meant = 1

    def made(self, outcome: Outcome) -> int | None:
        """How many posts it has made at most; None where it was about to make none."""
        if self.stage is not Stage.POSTING:
            return None
        return made_by(outcome.name, meant=self._meant, more_out=len(parts_out(self)) - self._before)

    def publish(self) -> Result:
        """What the adapter said, or what it raised."""
        try:
            return self._publish()
        except (Failure, Stopped) as told:
            return told
        except Unavailable as error:
            if self.stage is Stage.PREPARING:
                return Stopped(str(error))  # no stage on disk, no call: it is not the post's fault
            fault: Exception = error
        except Exception as error:  # noqa: BLE001 - an unknown failure is a result like the known ones
            fault = error
        except BaseException as error:  # noqa: BLE001 - a library that calls exit() ends a post, not a sender
            fault = RuntimeError(type(error).__name__).with_traceback(error.__traceback__)
        number, kind = self._claimed.delivery_id, type(fault).__name__
        log.error("our own fault", delivery=number, exception=kind, trace=trace_of(fault))
        return fault

    def _publish(self) -> Result:
        courier, claimed = self._courier, self._claimed
        account = courier._accounts.get(claimed.account)  # noqa: SLF001 - one class in two parts
        if account is None:
            raise Rejected(f"account '{claimed.account}' is no longer in config.toml")
        adapter = courier._adapter_of(account.id)  # noqa: SLF001
        courier.make_sure_of(account, adapter)
        limits = adapter.limits()
        message = compose(claimed.post, account, limits)
        if blocks := [one.message for one in check(message, limits) if one.level is Level.BLOCK]:
            raise Rejected("; ".join(blocks))
        follows = adapter.profile.comment_follows
        self._meant = max(1, len(parts_of(message, comment_follows=follows)) - self._before)
        courier._budgets.refuse_used_up(courier._database, account.id, courier._clock(), needed=self._meant)  # noqa: SLF001
        self.payload_hash = payload_hash(message)
        told = adapter.publish(message, claimed.key, self)
        if not isinstance(told, Receipt | NotReady | NeedsHand):
            raise TypeError
        return told

    @property
    def saved(self) -> Mapping[str, Mapping[str, object]]:
        return self._saved

    @property
    def taken(self) -> Collection[str]:
        with self._courier._database.read() as tx:  # noqa: SLF001
            return claims.taken_remote_ids(tx, self._claimed.account, but=self._claimed.delivery_id)

    def save(self, step: str, data: Mapping[str, object]) -> None:
        one = self._claimed
        self._saved[step] = dict(data)
        item = (one.delivery_id, one.fence, {name: dict(kept) for name, kept in self._saved.items()})
        if not self._courier._writer.hand_in(claims.save_progress, one.delivery_id, item).result():  # noqa: SLF001
            raise Stopped("another sender holds this delivery now")

    def posting(self) -> None:
        one = self._claimed
        if self._courier.stopping.is_set():
            raise Stopped("the daemon is stopping")
        if words := self._courier._standstill.words:  # noqa: SLF001
            raise Stopped(words)
        now, payload = self._courier._clock(), self.payload_hash or ""  # noqa: SLF001
        if not self._courier._intents.commit(Wish(claimed=one, payload=payload, posts=self._meant, now=now)):  # noqa: SLF001
            raise Stopped("paused, changed, late, unpaid or taken over since it was claimed")
        self.stage = Stage.POSTING
        self._courier.prepared(one)
