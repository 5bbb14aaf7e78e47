"""Which of the four failures it is: of an error on the way, by whether the body left; of an answer, by its status."""

from __future__ import annotations

import ssl
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from adapters.contract import Ambiguous, AuthExpired, Failure, Rejected, Retryable
from adapters.http_calls import RESETS, Answer, instant, origin

if TYPE_CHECKING:
    from collections.abc import Mapping

WAIT_MAX = timedelta(hours=1)  # whoever asks for more is asked again then: it may have been a mistake
SPANS_BELOW_S = 100_000_000  # a reset given in seconds: below this a span, above an instant
NEVER_LEFT = (NewConnectionError, ConnectTimeoutError, ssl.SSLCertVerificationError)
DONE_AND_ELSEWHERE = frozenset({302, 303})  # how many a form answers once it has been carried out


def never_left(error: BaseException) -> bool:
    """Whether the request surely did not reach the server: no name, no connection, or no trusted certificate."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    if not isinstance(error, requests.exceptions.ConnectionError):
        return False
    return any(isinstance(one, NEVER_LEFT) for one in _chain(error))


def failure_for(answer: Answer, posting: bool) -> Failure:
    """The failure that an unwelcome answer means; `posting` says whether the call was the one that makes a post public.

    An answer that claims success is one the adapter could not read.
    """
    what, status, words = answer.what, answer.status, answer.words()
    told: dict[str, Any] = {"http_status": status, "evidence": answer.evidence()}
    after = wait_asked(answer.headers, limited=status == 429)
    if status in {401, 403}:
        return AuthExpired(
            f"{what}: the credentials were refused ({status}: {words}); connect the account again", **told
        )
    if status == 429 or (status == 503 and "retry-after" in answer.headers):
        return Retryable(f"{what}: asked to come back later ({status}: {words})", after=after, **told)
    if 300 <= status < 400:
        target = origin(answer.headers.get("location", ""))
        moved = f"{what}: redirected ({status}); the account's base_url must be changed to {target}"
        return Ambiguous(moved, **told) if posting and status in DONE_AND_ELSEWHERE else AuthExpired(moved, **told)
    if status in {408, 425} or not 400 <= status < 500:
        if posting:
            return Ambiguous(f"{what}: the answer does not say what became of it ({status}: {words})", **told)
        return Retryable(f"{what}: no useful answer ({status}: {words})", after=after, **told)
    return Rejected(f"{what}: refused ({status}: {words})", **told)


def refusal_of_keys(answer: Answer) -> Failure:
    """The failure that an unwelcome answer to a login or a renewal means: a no is the account's fault, not a post's."""
    failure = failure_for(answer, posting=False)
    if not isinstance(failure, Rejected):
        return failure
    return AuthExpired(f"{failure}; connect the account again", http_status=answer.status, evidence=failure.evidence)


def wait_asked(headers: Mapping[str, str], *, limited: bool = True) -> timedelta | None:
    """How long the platform asks us to wait, at most an hour; None where it does not say so in a way that can be read.

    Instants are taken relative to the answer's own Date, so that our clock does not matter. `limited`: whether the
    answer says that there were too many calls; the reset of a limit that was not reached asks for nothing.
    """
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return _capped(int(asked[:12]))
    names = RESETS if limited else ()
    asked = asked or next((headers[name].strip() for name in names if name in headers), "")
    if asked.isascii() and asked.isdigit() and int(asked[:12]) < SPANS_BELOW_S:
        return _capped(int(asked[:12]))
    until, sent = instant(asked), instant(headers.get("date", ""))
    if until is None or sent is None:
        return None
    return min(max(until - sent, timedelta(0)), WAIT_MAX)


def _capped(seconds: int) -> timedelta:
    return timedelta(seconds=min(seconds, WAIT_MAX.total_seconds()))


def _chain(error: BaseException) -> list[BaseException]:
    """The error and those wrapped in it, outermost first: requests wraps urllib3's, which wraps Python's own."""
    found: list[BaseException] = []
    inner: object = error
    while isinstance(inner, BaseException) and inner not in found:
        found.append(inner)
        first = inner.args[0] if inner.args else None
        inner = getattr(inner, "reason", None) or getattr(first, "reason", None) or first
    return found


def kind(error: BaseException) -> str:
    """The errors by class alone: their words may show addresses and headers."""
    return ", ".join(dict.fromkeys(type(one).__name__.lstrip("_") for one in _chain(error)))
