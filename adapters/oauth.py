"""Tokens that run out (OAuth 2.0): kept as one JSON object, and renewed by one sender of one process at a time."""

from __future__ import annotations

import base64
import json
import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.contract import AuthExpired, Retryable
from adapters.http import Answer, Call, refusal_of_keys
from adapters.http_calls import instant
from adapters.http_hiding import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapters.contract import Secrets
    from posts.model import Account

PAIR = ("access_token", "refresh_token")
SECRETS = (*PAIR, "client_secret")
ENDS, RENEWAL_ENDS = "expires_at", "refresh_expires_at"  # beside the tokens: when each of the pair ends
LIVES_S = "expires_in"
RENEWAL_LIVES_S = ("refresh_token_expires_in", "refresh_expires_in")  # the first is LinkedIn's; RFC 6749 has none
TEN_YEARS_S = 315_576_000
REFUSED = frozenset({400, 401})  # how a token endpoint says no: RFC 6749, section 5.2, read on 27 Nov 2026


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """An access token and what renews it, with whatever else lies beside them in the account's secret."""

    written: Mapping[str, Any] = field(repr=False)

    def value(self, name: str) -> str:
        """The value of that name; empty where there is none."""
        found = self.written.get(name)
        return found if isinstance(found, str) else ""

    def bearer(self) -> str:
        """The Authorization header."""
        return f"Bearer {self.value('access_token')}"

    def hidden(self) -> tuple[str, ...]:
        """What must be shown to nobody."""
        return tuple(value for name in SECRETS if (value := self.value(name)))

    def end(self, name: str = ENDS) -> datetime | None:
        """The instant that is written under that name, in UTC where it names no zone; None where nobody knows it."""
        try:
            found = datetime.fromisoformat(self.value(name))
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def renewed_by(self, found: Mapping[str, Any], now: datetime | None = None) -> Tokens:
        """With the tokens of that answer in place of the spent ones; what it does not give stays.

        What comes back blacked out is what was sent, so it stays too: not every platform rotates both. `now`: the
        platform's time, from which its answer counts when they end; an end stays only with the token it was told for.
        """
        given = {name: value for name in PAIR if isinstance(value := found.get(name), str) and value}
        fresh = {name: value for name, value in given.items() if HIDDEN not in value}
        ends = {ENDS: _end_in(found, now, LIVES_S), RENEWAL_ENDS: _end_in(found, now, *RENEWAL_LIVES_S)}
        if fresh.get("refresh_token", self.value("refresh_token")) == self.value("refresh_token"):
            ends[RENEWAL_ENDS] = ends[RENEWAL_ENDS] or self.value(RENEWAL_ENDS)
        written = {name: value for name, value in self.written.items() if name not in ends}
        return Tokens(written={**written, **fresh, **{name: value for name, value in ends.items() if value}})

    def text(self) -> str:
        """As it is kept."""
        return json.dumps(dict(self.written))


def read_tokens(secret: str) -> Tokens:
    """The tokens of an account's secret; none of them where it is no JSON object."""
    try:
        found = json.loads(secret)
    except (ValueError, RecursionError):
        found = {}
    return Tokens(written=found if isinstance(found, dict) else {})


class Renewals:
    """The renewing of one account's tokens, for any number of senders in any number of processes.

    A refresh token is often good once, and a platform that sees it twice may revoke everything. So from the asking
    until the answer is stored nobody else may ask; whoever waited for that takes what is stored by then.

    `read`: the tokens as they are stored now. `ask`: the tokens that the platform gives for these; both raise failures.
    """

    def __init__(self, secrets: Secrets, *, read: Callable[[], Tokens], ask: Callable[[Tokens], Tokens]):
        self._secrets = secrets
        self._read = read
        self._ask = ask
        self._seen: Tokens | None = None
        self._lock = threading.Lock()
        self._unsaved: tuple[Tokens, Tokens] | None = None  # what was spent, and what came for it

    def look(self) -> Tokens:
        """The tokens as they are stored now: those that `ahead` renews."""
        self._seen = self._read()
        return self._seen

    def ahead(self) -> None:
        """The tokens of the last look are renewed; nothing is asked where another sender or process has done that."""
        self.renewed(self._seen or self._read())

    def renewed(self, spent: Tokens) -> Tokens:
        """Tokens other than the spent ones, durable before anybody uses them."""
        with self._lock, self._secrets.renewing():
            stored = self._read()
            if self._unsaved is None or self._unsaved[0] != stored:
                self._unsaved = None
                if any(stored.value(name) != spent.value(name) for name in ("access_token", ENDS)):
                    return stored  # another sender, or another process, has renewed them; not all get another name
                self._secrets.save(stored.text())  # a place that cannot keep the new pair must not cost the old one
                fresh = self._asked(stored)
                if fresh is None:
                    return self._read()
                self._unsaved = (stored, fresh)
            fresh = self._unsaved[1]
            self._secrets.save(fresh.text())
            self._unsaved = None
            return fresh

    def _asked(self, old: Tokens) -> Tokens | None:
        """What came for the old ones; None where they were refused, and a place without a lock holds others by now."""
        try:
            return self._ask(old)
        except AuthExpired:
            if self._read().value("refresh_token") == old.value("refresh_token"):
                raise
        return None


def renewal(old: Tokens, path: str) -> Call:
    """The call that renews; a client with a secret proves itself by HTTP Basic, one without by its name alone."""
    what = "renewing the tokens"
    form = {"grant_type": "refresh_token", "refresh_token": old.value("refresh_token")}
    client, secret = old.value("client_id"), old.value("client_secret")
    if not secret:
        return Call(what=what, method="POST", path=path, form={**form, "client_id": client}, hidden=old.hidden())
    basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    return Call(what=what, method="POST", path=path, headers=headers, form=form, hidden=(*old.hidden(), basic))


def granted(answer: Answer, old: Tokens, account: Account) -> Tokens:
    """The tokens that the answer gives, with when they end by the platform's own time.

    Raises AuthExpired where the old ones are refused for good, or Retryable.
    """
    if answer.status in REFUSED:
        raise AuthExpired(_refused(answer, account), http_status=answer.status)
    if not answer.ok:
        raise refusal_of_keys(answer)
    found = answer.fields()
    if not isinstance(found.get("access_token"), str):  # the answer may hold half a pair: nothing of it is shown
        raise Retryable(f"{answer.what}: the platform answered without tokens", http_status=answer.status)
    return old.renewed_by(found, instant(answer.headers.get("date", "")))


def _end_in(found: Mapping[str, Any], now: datetime | None, *names: str) -> str:
    """The instant at which the seconds are over that the answer gives under one of these names; empty without them."""
    given = next((value for name in names if type(value := found.get(name)) is int), 0)
    if now is None or not 0 < given <= TEN_YEARS_S:
        return ""
    return (now + timedelta(seconds=given)).astimezone(UTC).isoformat()


def _refused(answer: Answer, account: Account) -> str:
    kind = answer.fields().get("error")
    said = f" ({kind})" if isinstance(kind, str) and re.fullmatch(r"[a-z_]{1,40}", kind) else ""
    return (
        f"account '{account.id}': its tokens cannot be renewed any more{said}: they were revoked, or july30 was broken"
        " off after the platform had given new ones and before these were stored. Whoever may sign in as"
        f" {account.handle or 'this account'} connects it again: july30 accounts connect {account.id}"
    )
