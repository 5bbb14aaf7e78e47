"""One way out to a platform: timeouts, no retries, no redirects, and one question: did the body leave?"""

from __future__ import annotations

import json
import re
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from adapters.contract import Ambiguous, AuthExpired, Failure, Rejected, Retryable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WORDS_MAX = 500
WAIT_MAX = timedelta(days=1)
TELLING_HEADERS = ("date", "retry-after", "x-ratelimit-remaining", "x-ratelimit-reset", "x-request-id")
HIDDEN = "[hidden]"
SHORTEST_SECRET = 6
CHUNK_BYTES = 65_536


class Unreadable(ValueError):  # noqa: N818 - said of an answer, not of us
    """The answer's body is no JSON."""


class _TooMuch(Exception):  # noqa: N818 - never leaves this file
    """The answer is larger, or slower, than any answer has a reason to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file of a multipart form, in the field `form_field`."""

    form_field: str
    name: str
    mime: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `what` says in plain words what is being done; it is all that messages tell of the request.

    `hidden`: the secrets it carries, blacked out wherever the platform's answer repeats them.
    """

    what: str
    method: str
    path: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Sequence[tuple[str, str]] = field(default=(), repr=False)
    json: Mapping[str, Any] | None = None
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    upload: Upload | None = None
    hidden: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whole, with the secrets of the request blacked out. The names in `headers` are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    what: str = "the call"

    @property
    def ok(self) -> bool:
        """Whether the platform says that it did what was asked."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body's JSON value. Raises Unreadable."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Unreadable(f"{self.what}: the answer is no JSON") from error

    def words(self) -> str:
        """What the platform says in words, at most 500 characters, without markup."""
        try:
            value = self.json()
        except Unreadable:
            value = None
        said = _error_field(value) or re.sub(r"<[^>]*>", " ", self.body.decode("utf-8", "replace"))
        return " ".join(said.split())[:WORDS_MAX]

    def evidence(self) -> dict[str, object]:
        """What a person may need to judge: status, telling headers, the platform's words."""
        told = {name: self.headers[name][:WORDS_MAX] for name in TELLING_HEADERS if name in self.headers}
        return {"call": self.what, "status": self.status, "headers": told, "words": self.words()}


class Http:
    """The connections of one account to one server; safe for `pool` senders at once.

    Requests' transport is used without its Session: a Session follows and reads redirects, keeps cookies and listens
    to the environment. Nothing is ever sent twice here.
    """

    def __init__(
        self,
        base_url: str,
        *,
        connect_timeout_s: float = 5,
        read_timeout_s: float = 20,
        deadline_s: float = 25,
        bytes_max: int = 2_000_000,
        pool: int = 64,
    ):
        self.base_url = base_url.rstrip("/")
        self.host = _origin(base_url)
        self._timeouts = (connect_timeout_s, read_timeout_s)
        self._deadline_s = deadline_s
        self._bytes_max = bytes_max
        self._transport = HTTPAdapter(max_retries=0, pool_connections=1, pool_maxsize=pool)

    def prepare(self, call: Call) -> Answer:
        """The answer to a call that may be repeated, whatever its status. Raises Retryable where none came."""
        return self._exchange(call, posting=False)

    def post_once(self, call: Call) -> Answer:
        """The answer to the call that makes a post public, whatever its status.

        Raises Retryable only where the request surely never left, Ambiguous where no whole answer came back.
        """
        return self._exchange(call, posting=True)

    def _exchange(self, call: Call, *, posting: bool) -> Answer:
        request = self._request(call)
        try:
            return self._answer(request, call)
        except Exception as error:  # noqa: BLE001 - whatever broke, the request may have arrived
            raise self._lost(call, error, posting=posting) from None

    def _request(self, call: Call) -> requests.PreparedRequest:
        up = call.upload
        try:
            return requests.Request(
                call.method,
                self.base_url + call.path,
                headers={"User-Agent": "july30", "Accept-Encoding": "identity", **call.headers},
                params=list(call.query),
                json=dict(call.json) if call.json is not None else None,
                data=dict(call.form),
                files={up.form_field: (up.name, up.content, up.mime)} if up else None,
            ).prepare()
        except (ValueError, requests.RequestException):
            raise Rejected(
                f"{call.what}: no request to '{self.host}' can be made; correct the account's base_url"
            ) from None

    def _answer(self, request: requests.PreparedRequest, call: Call) -> Answer:
        ends_at = monotonic() + self._deadline_s
        response = self._transport.send(request, stream=True, timeout=self._timeouts)
        try:
            body = self._body(response.raw, ends_at)
        finally:
            response.close()
        headers = {name.lower(): _hide(value, call.hidden) for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=headers, body=_hide_bytes(body, call.hidden), what=call.what)

    def _body(self, raw: Any, ends_at: float) -> bytes:
        body = bytearray()
        while piece := raw.read1(CHUNK_BYTES, decode_content=True):
            body += piece
            if len(body) > self._bytes_max or monotonic() > ends_at:
                raise _TooMuch
        return bytes(body)

    def _lost(self, call: Call, error: Exception, *, posting: bool) -> Failure:
        left = not never_left(error)
        evidence = {"call": call.what, "host": self.host, "error": _kind(error), "request_left": left}
        if posting and left:
            return Ambiguous(f"{call.what}: no whole answer from {self.host} ({_kind(error)})", evidence=evidence)
        return Retryable(f"{call.what}: {self.host} could not be reached ({_kind(error)})", evidence=evidence)


def never_left(error: BaseException) -> bool:
    """Whether the request surely did not reach the server: no name, no connection, or no trusted certificate."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    if not isinstance(error, requests.exceptions.ConnectionError):
        return False
    reason = _reason(error)
    if isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return True
    return any(isinstance(one, ssl.SSLCertVerificationError) for one in getattr(reason, "args", ()))


def failure_for(answer: Answer, posting: bool) -> Failure:
    """The failure that an unwelcome answer means; `posting` says whether the call was the one that makes a post public.

    An answer that claims success is one the adapter could not read.
    """
    what, status, words = answer.what, answer.status, answer.words()
    told: dict[str, Any] = {"http_status": status, "evidence": answer.evidence()}
    after = wait_asked(answer.headers)
    if status in {401, 403}:
        return AuthExpired(
            f"{what}: the credentials were refused ({status}: {words}); connect the account again", **told
        )
    if status == 429 or (status == 503 and "retry-after" in answer.headers):
        return Retryable(f"{what}: asked to come back later ({status}: {words})", after=after, **told)
    if 300 <= status < 400:
        target = _origin(answer.headers.get("location", ""))
        return Rejected(f"{what}: redirected ({status}); the account's base_url must be changed to {target}", **told)
    if status in {408, 425} or not 400 <= status < 500:
        if posting:
            return Ambiguous(f"{what}: the answer does not say what became of it ({status}: {words})", **told)
        return Retryable(f"{what}: no useful answer ({status}: {words})", after=after, **told)
    return Rejected(f"{what}: refused ({status}: {words})", **told)


def wait_asked(headers: Mapping[str, str]) -> timedelta | None:
    """How long the platform asks us to wait, at most a day; None where it does not say so in a way that can be read.

    Instants are taken relative to the answer's own Date, so that our clock does not matter.
    """
    asked = headers.get("retry-after", "").strip() or headers.get("x-ratelimit-reset", "").strip()
    if asked.isascii() and asked.isdigit() and "retry-after" in headers:
        return timedelta(seconds=min(int(asked[:12]), WAIT_MAX.total_seconds()))
    until, sent = _instant(asked), _instant(headers.get("date", ""))
    if until is None or sent is None:
        return None
    return min(max(until - sent, timedelta(0)), WAIT_MAX)


def _instant(text: str) -> datetime | None:
    readers = (lambda t: datetime.fromtimestamp(float(t), UTC), datetime.fromisoformat, parsedate_to_datetime)
    for read in readers:
        try:
            found: datetime = read(text)
        except (ValueError, TypeError, OverflowError, OSError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _error_field(value: object) -> str:
    if not isinstance(value, dict):
        return ""
    return next((str(value[name]) for name in ("error_description", "error", "message") if value.get(name)), "")


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "(no address)"
    if not host:
        return "(no address)"
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def _reason(error: BaseException) -> object:
    first = error.args[0] if error.args else None
    return getattr(first, "reason", None) or first


def _kind(error: BaseException) -> str:
    reason = _reason(error)
    inner = f", {type(reason).__name__}" if isinstance(reason, BaseException) else ""
    return {"_TooMuch": "too large or too slow"}.get(type(error).__name__, type(error).__name__ + inner)


def _hide(text: str, hidden: tuple[str, ...]) -> str:
    for secret in hidden:
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    return text


def _hide_bytes(body: bytes, hidden: tuple[str, ...]) -> bytes:
    for secret in hidden:
        if len(secret) >= SHORTEST_SECRET:
            body = body.replace(secret.encode(), HIDDEN.encode())
    return body
