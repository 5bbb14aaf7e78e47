"""What goes wrong on the way to a platform and back, and what each of it has to mean: one table for every adapter."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from adapters.contract import Ambiguous, AuthExpired, Duplicate, Failure, Rejected, Retryable
from adapters.scripted.server import Reply, reply_json
from tests.adapters.front import Unheard, after, changed, half_read, instead, silent, unread
from tests.adapters.raw_server import close, flood, nonsense, reset, truncate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.adapters.front import Line, Strike

HALF_A_MINUTE = timedelta(seconds=30)
PAGE = Reply(body=b"<html><body>It works!</body></html>", headers={"Content-Type": "text/html"})
GATEWAY = b"<html><h1>Bad gateway</h1></html>"
AWAY = Reply(status=503, body=GATEWAY, headers={"Retry-After": "30"})
ELSEWHERE = {"Location": "https://elsewhere.example/there"}


class Where(StrEnum):
    """Which calls a cause is tried at."""

    EVERYWHERE = "at every call"
    POSTING = "at the calls that make something public"
    PICTURES = "at the calls that carry a picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that goes wrong, and the failure it has to be while preparing, reading or deleting, and while posting.

    `after`: how long the failure has to say that we were asked to wait. `harmless`: whether an adapter that needs
    nothing of the answer may go on as if nothing were; the platform must then be as it says. `sticks`: every later call
    ends in the same way. `may_not_have_left`: it depends on the moment whether the whole body has left us; what has not
    is surely not published, and the platform must say the same.
    """

    strike: Strike
    preparing: type[Failure] = Retryable
    posting: type[Failure] = Ambiguous
    after: timedelta | None = None
    harmless: bool = False
    sticks: bool = False
    may_not_have_left: bool = False
    where: Where = Where.EVERYWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How one platform says what all of them say; None for what it has no way to say.

    `limited`: its own 429, which asks for half a minute. `renews`: whether a session or token that has run out is
    renewed, and nobody notices. `dispensable`: ends of paths or queries a post can do without. `hidden`: ends of those
    that show nothing to anybody, although part of the post is out. `telling`: fields without which nobody knows, after
    the posting call, whether the post is out. `logins`: ends of those where keys are given out, so
    that a refusal there is the account's. `also`: what only this platform says.
    `instead_of`: a cause of the common table that it means otherwise, with the reason in words beside it.
    """

    limited: Reply
    expired: Reply
    revoked: Reply
    scope: Reply
    picture: Reply | None
    refused: Reply
    duplicate: Reply | None = None
    renews: bool = False
    dispensable: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    also: Mapping[str, Cause] = field(default_factory=dict)
    instead_of: Mapping[str, Cause] = field(default_factory=dict)

    def causes(self) -> dict[str, Cause]:
        """The common table, with this platform's own words in their places."""
        own = {
            "its own 429": _both(self.limited, Retryable, after=HALF_A_MINUTE),
            "expired": _both(self.expired, AuthExpired, harmless=self.renews),
            "revoked": _both(self.revoked, AuthExpired, sticks=True),
            "missing scope": _both(self.scope, AuthExpired, sticks=True),
            "refused": _both(self.refused, Rejected),
            "picture refused": self.picture and _both(self.picture, Rejected, where=Where.PICTURES),
            "duplicate": self.duplicate and _both(self.duplicate, Duplicate, where=Where.POSTING),
        }
        return {**COMMON, **{name: one for name, one in own.items() if one}, **self.instead_of, **self.also}


def _both(reply: Reply, failure: type[Failure], **more: Any) -> Cause:
    return Cause(strike=instead(reply), preparing=failure, posting=failure, **more)


def _garbled(change: Callable[[Any], Any]) -> Cause:
    """The platform has done it, and says so in a way that nobody expects."""

    def mangled(reply: Reply) -> Reply:
        try:
            value = json.loads(reply.body)
        except ValueError:
            return reply
        return Reply(status=reply.status, headers=reply.headers, body=json.dumps(change(value)).encode())

    return Cause(strike=changed(mangled), harmless=True)


def _each(value: Any, leaf: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {name: _each(one, leaf) for name, one in value.items()}
    if isinstance(value, list):
        return [_each(one, leaf) for one in value]
    return leaf(value)


def without_values(value: Any) -> Any:
    """The same shape, with nothing in it but yes and no: an answer without any id."""
    if isinstance(value, dict):
        kept = {name: without_values(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one is not None}
    if isinstance(value, list):
        return [one for one in map(without_values, value) if one is not None]
    return value if isinstance(value, bool) else None


def _replied(reply: Reply, *, done: bool, **more: Any) -> Cause:
    """This answer, whether or not the platform has done what was asked."""
    return Cause(strike=changed(lambda _: reply) if done else instead(reply), **more)


def _echo(status: int, kind: str) -> Strike:
    """A refusal that repeats all that it was told."""

    def strike(line: Line) -> None:
        request = line.read()
        told = f"{request.method} {request.path} {dict(request.query)} {dict(request.headers)} "
        told += request.body.decode("utf-8", "replace")
        body = {"error": told, "message": told, "description": told} if kind == "json" else None
        text = json.dumps(body).encode() if body else f"<p>{told}</p>".encode()
        repeated = request.headers.get("authorization", request.path)
        line.send(Reply(status=status, body=text, headers={"X-Request-Id": repeated}))

    return strike


COMMON: dict[str, Cause] = {
    "429 without a word": _both(Reply(status=429), Retryable),
    "429 with Retry-After": _both(Reply(status=429, headers={"Retry-After": "30"}), Retryable, after=HALF_A_MINUTE),
    "500": _replied(Reply(status=500, body=b'{"error": "Internal Server Error"}'), done=True),
    "500, nothing done": _replied(Reply(status=500), done=False),
    "502": _replied(Reply(status=502, body=GATEWAY), done=True),
    "503": _replied(Reply(status=503, body=GATEWAY), done=True),
    "503 with Retry-After": _both(AWAY, Retryable, after=HALF_A_MINUTE),
    "504": _replied(Reply(status=504, body=GATEWAY), done=True),
    "408": _replied(Reply(status=408), done=True),
    "a page says 200": _replied(PAGE, done=True, harmless=True),
    "a page says 200, nothing done": _replied(PAGE, done=False, harmless=True),
    "an empty 200": _replied(Reply(), done=True, harmless=True),
    "an empty 200, nothing done": _replied(Reply(), done=False, harmless=True),
    "an empty object, nothing done": _replied(reply_json({}), done=False, harmless=True),
    "200 without id": _garbled(without_values),
    "200 with nulls": _garbled(lambda value: _each(value, lambda _: None)),
    "200 with lists": _garbled(lambda value: _each(value, lambda one: [one])),
    "200 with truths": _garbled(lambda value: _each(value, lambda _: True)),
    "200 with a list around it": _garbled(lambda value: [value]),
    "200 without end in depth": _replied(Reply(body=b"[" * 50_000), done=True, harmless=True),
    "refused connection": Cause(strike=Unheard.REFUSED, posting=Retryable),
    "connect timeout": Cause(strike=Unheard.STALLED, posting=Retryable),
    "cut before it was read": Cause(strike=unread, may_not_have_left=True),
    "cut half read": Cause(strike=half_read, may_not_have_left=True),
    "closed without an answer": Cause(strike=after(close)),
    "reset without an answer": Cause(strike=after(reset)),
    "cut in the answer": Cause(strike=after(truncate)),
    "read timeout": Cause(strike=silent),
    "oversized answer": Cause(strike=after(flood)),
    "no HTTP at all": Cause(strike=after(nonsense)),
    "redirect": _both(Reply(status=308, headers=ELSEWHERE), AuthExpired),
    "redirect to a page": _replied(Reply(status=303, headers=ELSEWHERE), done=True, preparing=AuthExpired),
    "an echo": Cause(strike=_echo(422, "json"), preparing=Rejected, posting=Rejected),
    "an echo as a page": Cause(strike=_echo(500, "html")),
}
OWN = ("its own 429", "expired", "revoked", "missing scope", "refused", "picture refused", "duplicate")
NAMES = (*COMMON, *OWN)
