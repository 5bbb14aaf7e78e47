"""Who may be called now: each server has its share of senders, and one that fails is left alone for a while."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scheduler.breaker import Breaker, Sign, asked_to_rest, heard, sign_of, wait_of
from scheduler.model import DEATHS_MAX

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from posts.model import Account

ALONE_FROM = DEATHS_MAX - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A server or an account (`scope` says which) that is not called before `until`."""

    scope: str
    subject: str
    until: datetime
    why: str

    @property
    def words(self) -> str:
        """One sentence for people."""
        return f"{self.subject} is left alone until {self.until:%H:%M:%S} UTC: {self.why}"


def server_of(account: Account) -> str:
    """The server that the account is on, by its host; the platform's name where that has one server for all."""
    try:
        parts = urlsplit(account.base_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return account.platform
    if not host:
        return account.platform
    return f"{host}:{port}" if port else host


class Portion:
    """What one pass may take: so many for each server, and one at a time where a probe is to show what works.

    Of the suspects, those in whose preparation the program has ended before, one a server is prepared at a time. One
    with as many deaths as convict but one is taken with nothing else in hand (`idle`): if the program ends again,
    that was the one. Until then nothing is taken, and neither while one is tried `alone`.
    """

    def __init__(
        self,
        servers: Mapping[str, str],
        rooms: Mapping[str, int],
        limited: Mapping[str, int],
        suspected: Iterable[str] = (),
        *,
        idle: bool = True,
        alone: bool = False,
    ):
        self._servers = servers
        self._rooms = dict(rooms)
        self._limited = dict(limited)
        self._suspected = set(suspected)
        self._idle = idle
        self._closed = alone

    def take(self, account: str, *, deaths: int) -> bool:
        """One of the account's is taken, if it may be. One of an account that is not configured always may.

        `deaths`: how often in a row the program has ended while it was being prepared.
        """
        if account not in self._servers:
            return True
        server = self._servers[account]
        if not self._open(account) or (deaths and server in self._suspected):
            return False
        if deaths >= ALONE_FROM:
            self._closed = True
            return self._idle
        self._idle = False
        self._rooms[server] -= 1
        if account in self._limited:
            self._limited[account] -= 1
        if deaths:
            self._suspected.add(server)
        return True

    def room(self) -> int:
        """How many may be taken in all; one where no account is configured, for those that once were."""
        return sum(max(0, one) for one in self._rooms.values()) if self._rooms else 1

    def careful(self) -> list[str]:
        """The accounts of which no suspect may be taken."""
        return [one for one, server in self._servers.items() if server in self._suspected]

    def shut(self) -> list[str]:
        """The accounts of which none may be taken any more."""
        return [one for one in self._servers if not self._open(one)]

    def left(self) -> frozenset[str]:
        """The servers of which something may have been left."""
        return frozenset(self._servers[one] for one in self.shut()) | frozenset(self._suspected)

    def _open(self, account: str) -> bool:
        return not self._closed and self._rooms[self._servers[account]] > 0 and self._limited.get(account, 1) > 0


class Traffic:
    """The breakers of all servers and accounts; safe to share between threads."""

    def __init__(self, accounts: Mapping[str, Account]):
        self.servers = {one.id: server_of(one) for one in accounts.values()}
        self._breakers: defaultdict[tuple[str, str], Breaker] = defaultdict(Breaker)
        self._probes: dict[tuple[str, str], int] = {}
        self._suspects: dict[str, int] = {}
        self._alone: int | None = None
        self._lock = threading.Lock()

    def portion(self, rooms: Mapping[str, int], now: datetime, *, idle: bool) -> Portion:
        """What may be taken now, where each server has so much room; `idle`: nothing at all is in hand."""
        with self._lock:
            limits = {key: one.room(now) for key, one in self._breakers.items()}
        open_rooms = {server: _least(room, limits.get(("server", server))) for server, room in rooms.items()}
        limited = {
            subject: room for (scope, subject), room in limits.items() if scope == "account" and room is not None
        }
        with self._lock:
            return Portion(self.servers, open_rooms, limited, self._suspects, idle=idle, alone=self._alone is not None)

    def began(self, account: str, delivery: int, *, deaths: int = 0) -> None:
        """The delivery is on its way; it is the probe where its server or account rests."""
        with self._lock:
            if deaths and account in self.servers:
                self._suspects[self.servers[account]] = delivery
                self._alone = delivery if deaths >= ALONE_FROM else self._alone
            for key in self._keys(account):
                breaker = self._breakers.get(key)
                if breaker and breaker.until is not None and not breaker.probing:
                    self._breakers[key] = replace(breaker, probing=True)
                    self._probes[key] = delivery

    def lets(self, account: str, delivery: int) -> bool:
        """Whether the delivery may still be begun: nothing has begun to rest since, or it is the probe."""
        with self._lock:
            return all(
                key not in self._breakers or self._breakers[key].until is None or self._probes.get(key) == delivery
                for key in self._keys(account)
            )

    def ended(self, account: str, delivery: int, result: object, now: datetime, jitter: float) -> bool:
        """The result is counted; whether somebody rests now who did not before, or the other way round."""
        self.prepared(account, delivery)
        with self._lock:
            changed = [self._count(key, delivery, result, now, jitter) for key in self._keys(account)]
        return any(changed)

    def prepared(self, account: str, delivery: int) -> bool:
        """The program has outlived the delivery's preparation; whether that makes room for another suspect."""
        with self._lock:
            server = self.servers.get(account, "")
            if self._suspects.get(server) != delivery:
                return False
            del self._suspects[server]
            self._alone = None if self._alone == delivery else self._alone
            return True

    def put_back(self, account: str, delivery: int) -> None:
        """The delivery was never begun; the next one may be the probe."""
        self.prepared(account, delivery)
        with self._lock:
            for key in self._keys(account):
                if self._probes.get(key) == delivery:
                    del self._probes[key]
                    self._breakers[key] = replace(self._breakers[key], probing=False)

    def rests(self, now: datetime) -> list[Rest]:
        """Who is left alone at this moment, and until when."""
        with self._lock:
            return [
                Rest(scope=scope, subject=subject, until=one.until, why=one.why)
                for (scope, subject), one in sorted(self._breakers.items())
                if one.until is not None and one.until > now
            ]

    def restore(self, rests: Iterable[Rest]) -> None:
        """Accounts whose platform asked to wait are still left alone: a restart does not undo what was asked."""
        with self._lock:
            for one in rests:
                if one.scope == "account" and one.subject in self.servers:
                    self._breakers[one.scope, one.subject] = Breaker(rests=1, until=one.until, why=one.why)

    def _keys(self, account: str) -> list[tuple[str, str]]:
        return [("account", account), ("server", self.servers[account])] if account in self.servers else []

    def _count(self, key: tuple[str, str], delivery: int, result: object, now: datetime, jitter: float) -> bool:
        before = self._breakers[key]
        probe = self._probes.get(key) == delivery
        if probe:
            del self._probes[key]
        after = self._after(key[0], before, result, probe=probe, now=now, jitter=jitter)
        self._breakers[key] = after
        return before.until != after.until

    def _after(
        self, scope: str, before: Breaker, result: object, *, probe: bool, now: datetime, jitter: float
    ) -> Breaker:
        sign = sign_of(result)
        if scope == "server":
            return heard(before, sign, probe=probe, now=now, jitter=jitter)
        wait = wait_of(result)
        if wait is not None:
            return asked_to_rest(before, wait, probe=probe, now=now, jitter=jitter)
        worked_or_not = Sign.WORKS if sign is Sign.WORKS else Sign.NOTHING  # failures are counted for the server
        return heard(before, worked_or_not, probe=probe, now=now, jitter=jitter)


def _least(room: int, limit: int | None) -> int:
    return room if limit is None else min(room, limit)
