"""What the ledger has for people: read onward from the mark, gathered, and told in few messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from posts.model import Mission
from scheduler.alarm import words
from scheduler.alarm.events import EXPIRES, TOPICS, Event, Topic, by_reason, event_of, is_due
from scheduler.model import DAEMON, Scope
from scheduler.store import alerts, ledger, pauses, posts
from scheduler.store.alerts import Mark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scheduler.alarm.events import Case
    from scheduler.alarm.notice import Notice
    from scheduler.services.desk import Desk
    from scheduler.store.database import Transaction

MOST_AT_ONCE = 5_000
Key = tuple[Topic, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A message, and the audit rows that it tells of."""

    message: Notice
    rows: frozenset[int]


class Gatherer:
    """Reads on from the mark. What nobody knows yet is remembered: the mark stays before it.

    `mark_before` is the mark as the first look found it.
    """

    def __init__(self, desk: Desk):
        self._desk = desk
        self._missions = {one.code: one for one in desk.settings.missions}
        self._read_up_to: int | None = None
        self.mark_before = Mark()
        self._waiting: dict[int, Event] = {}
        self._untold: set[int] = set()
        self._told_at: dict[Key, datetime] = {}

    @property
    def has_looked(self) -> bool:
        """Whether the mark has been read."""
        return self._read_up_to is not None

    @property
    def told_up_to(self) -> int:
        """The last audit row before which everything has been told to somebody."""
        first = min([*self._waiting, *self._untold], default=None)
        return (self._read_up_to or 0) if first is None else first - 1

    def told(self, rows: frozenset[int]) -> None:
        """Somebody knows of these rows."""
        self._untold -= rows

    def look(self, tx: Transaction, now: datetime) -> list[Found]:
        """The messages that are due now. Where the database fails meanwhile, everything still waits."""
        self._read_on(tx)
        standing = alerts.standing(tx, {one.delivery for one in self._waiting.values() if one.delivery})
        due = {key: those for key, those in self._grouped(standing).items() if self._is_due(key, those, now)}
        told = {key: self._message(tx, key, those, standing, now) for key, those in due.items()}
        found = [self._found(key, due[key], message, now) for key, message in told.items()]
        return [one for one in found if one]

    def _read_on(self, tx: Transaction) -> None:
        if self._read_up_to is None:
            self.mark_before = alerts.mark(tx) or Mark()
            self._read_up_to = self.mark_before.audit_id
        rows, self._read_up_to = alerts.news(tx, self._read_up_to, MOST_AT_ONCE)
        self._waiting |= {one.number: one for one in map(event_of, rows) if one}

    def _grouped(self, standing: Mapping[int, Case]) -> dict[Key, list[Event]]:
        """What waits, by topic and mission or account; what does not hold any more is dropped."""
        groups: dict[Key, list[Event]] = {}
        for number, one in list(self._waiting.items()):
            case = standing.get(one.delivery)
            if one.account:
                groups.setdefault((one.topic, one.account), []).append(one)
            elif case and TOPICS.get(case.state) is one.topic:
                groups.setdefault((one.topic, case.mission), []).append(one)
            else:
                del self._waiting[number]
        return groups

    def _is_due(self, key: Key, those: Sequence[Event], now: datetime) -> bool:
        return is_due(those[0].at, key[0], self._told_at.get(key), now)

    def _message(
        self, tx: Transaction, key: Key, those: Sequence[Event], standing: Mapping[int, Case], now: datetime
    ) -> Notice | None:
        if key[0] is Topic.ACCOUNT:
            return self._of_account(tx, key[1], now)
        if key[0] is Topic.EXPIRY:
            return self._of_expiry(tx, key[1], now)
        return self._of_cases(tx, key, those, standing, now)

    def _found(self, key: Key, those: Sequence[Event], message: Notice | None, now: datetime) -> Found | None:
        rows = frozenset(one.number for one in those)
        self._waiting = {number: one for number, one in self._waiting.items() if number not in rows}
        if message is None:
            return None  # another message covers it, or it is over
        self._untold |= rows
        self._told_at[key] = now
        return Found(message=message, rows=rows)

    def _mission(self, code: str) -> Mission:
        """The mission; one that has left the file still has deliveries, and is told of in UTC."""
        return self._missions.get(code) or Mission(code=code, name=code, time_zone="UTC", languages=())

    def _of_account(self, tx: Transaction, name: str, now: datetime) -> Notice | None:
        why = _paused_by_us(tx).get(name)
        account = next((one for one in self._desk.settings.accounts if one.id == name), None)
        if why is None or account is None:
            return None  # connected again, or gone from the file, before anybody was told
        mission = self._mission(account.mission)
        due = alerts.next_due(tx, now, account=name)
        return words.of_account(name, mission, why, waiting=alerts.waiting_count(tx, name), next_due=due, now=now)

    def _of_expiry(self, tx: Transaction, name: str, now: datetime) -> Notice | None:
        """What the newest warning says: an older one that nobody was told of is over."""
        said = ledger.last_of(tx, f"account:{name}", EXPIRES)
        account = next((one for one in self._desk.settings.accounts if one.id == name), None)
        if said is None or account is None:
            return None
        ends_at = datetime.fromisoformat(str(said["ends_at"]))
        after = alerts.planned_after(tx, name, ends_at)
        return words.of_expiry(name, self._mission(account.mission), ends_at, posts_after=after, now=now)

    def _of_cases(
        self, tx: Transaction, key: Key, those: Sequence[Event], standing: Mapping[int, Case], now: datetime
    ) -> Notice | None:
        topic, mission = key[0], self._mission(key[1])
        paused = _paused_by_us(tx)
        chosen = {one.delivery for one in those if not (one.of_account and standing[one.delivery].account in paused)}
        cases = [case for number, case in standing.items() if number in chosen]
        if not cases:
            return None
        due = alerts.next_due(tx, now, mission=mission.code)
        return words.of_deliveries(topic, mission, cases, posts=_words_of(tx, cases), next_due=due, now=now)


def _paused_by_us(tx: Transaction) -> dict[str, str]:
    """The accounts that the daemon has paused, and why."""
    ours = [one for one in pauses.active(tx) if (one["scope"], one["by"]) == (Scope.ACCOUNT, DAEMON)]
    return {str(one["subject"]): str(one["why"]) for one in ours}


def _words_of(tx: Transaction, cases: Sequence[Case]) -> dict[int, list[str]]:
    """Every word of the posts whose reasons a message may show."""
    firsts = [those[0].post_id for those in by_reason(cases)[: words.REASONS_MAX]]
    return {
        number: [post.text, post.first_comment, *post.overrides.values(), *(one.alt_text for one in post.media)]
        for number, post in posts.load(tx, sorted(set(firsts))).items()
    }
