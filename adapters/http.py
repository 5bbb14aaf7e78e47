"""One way out to a platform: timeouts, no retries, no redirects, and one question: did the body leave?"""

from __future__ import annotations

import io
import json
import logging
import re
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPResponse
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from adapters.contract import Ambiguous, AuthExpired, Failure, Rejected, Retryable

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping, Sequence

WORDS_MAX = 500
WAIT_MAX = timedelta(hours=1)  # whoever asks for more is asked again then: it may have been a mistake
RESETS = ("x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset")
SPANS_BELOW_S = 100_000_000  # a reset given in seconds: below this a span, above an instant
LEFT = ("x-ratelimit-remaining", "ratelimit-remaining")
TELLING_HEADERS = ("date", "retry-after", *LEFT, *RESETS, "x-request-id")
HIDDEN = "[hidden]"
SHORTEST_SECRET = 6
CHUNK_BYTES = 65_536
NEVER_LEFT = (NewConnectionError, ConnectTimeoutError, ssl.SSLCertVerificationError)
WHOLE_ANSWER = 1.25  # times the read timeout: 15 s at 12 s
UPLOAD_TIMEOUT_S = 120.0


class Unreadable(ValueError):
    """The answer's body is no JSON."""


class _TooMuch(Exception):
    """The answer is larger than any answer has a reason to be."""


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

    `content`: a whole body as it is; the caller names its type in the headers. `uploads`: several files of one form.
    `hidden`: the secrets it carries, blacked out wherever the platform's answer repeats them.
    """

    what: str
    method: str
    path: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Sequence[tuple[str, str]] = field(default=(), repr=False)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    upload: Upload | None = None
    uploads: Sequence[Upload] = ()
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

    def fields(self) -> dict[str, Any]:
        """The body's JSON object; empty where it holds none."""
        try:
            found = self.json()
        except Unreadable:
            return {}
        return found if isinstance(found, dict) else {}

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


class _Pieces(io.BytesIO):
    """A body that is given out piece by piece until its time is over: each piece has a timeout, their sum has not."""

    def __init__(self, body: bytes, within_s: float):
        super().__init__(body)
        self._ends_at = monotonic() + within_s

    def read(self, size: int | None = -1) -> bytes:
        if monotonic() > self._ends_at:
            raise TimeoutError("sending took too long as a whole")
        return super().read(size)


class _Hurried(io.RawIOBase):
    """Reads from a socket until the whole answer has had its time: a timeout alone starts again with every byte."""

    def __init__(self, raw: io.RawIOBase, connection: socket.socket):
        self._raw = raw
        self._connection = connection
        self._patience_s = connection.gettimeout() or 0.0
        self._ends_at = monotonic() + self._patience_s * WHOLE_ANSWER

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left_s = self._ends_at - monotonic()
        if left_s <= 0:
            raise TimeoutError("the answer took too long as a whole")
        self._connection.settimeout(min(left_s, self._patience_s))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _HurriedAnswer(HTTPResponse):
    def __init__(self, sock: socket.socket, *given: Any, **named: Any):
        super().__init__(sock, *given, **named)
        self.fp = io.BufferedReader(_Hurried(self.fp.detach(), sock))


class _Connection(HTTPConnection):
    response_class = _HurriedAnswer


class _SecureConnection(HTTPSConnection):
    response_class = _HurriedAnswer


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Transport(HTTPAdapter):
    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        super().init_poolmanager(*given, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


class Http:
    """The connections of one account to one server; safe for `pool` senders at once.

    `read_timeout_s` is how long the server may be silent; a whole answer may take a quarter more, and sending an upload
    `upload_timeout_s`. So a call without an upload ends within 25 seconds. Requests' transport is used without its
    Session: a Session follows and reads redirects, keeps cookies and listens to the environment. Nothing is ever sent
    twice here.
    """

    def __init__(
        self,
        base_url: str,
        *,
        connect_timeout_s: float = 5,
        read_timeout_s: float = 12,
        upload_timeout_s: float = UPLOAD_TIMEOUT_S,
        bytes_max: int = 2_000_000,
        pool: int = 64,
    ):
        self.base_url = base_url.rstrip("/")
        self.host = _origin(base_url)
        self._timeouts = (connect_timeout_s, read_timeout_s)
        self._upload_timeout_s = upload_timeout_s
        self._bytes_max = bytes_max
        self.heard: Callable[[str, datetime], None] = lambda _host, _theirs: None  # each answer's Date
        self._transport = _Transport(max_retries=0, pool_connections=1, pool_maxsize=pool)
        logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)  # its lines show addresses, which may hold a token

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
            lost = self._lost(call, error, posting=posting)
        raise lost  # out here, so that it does not carry the other one, which may show the whole request

    def _request(self, call: Call) -> requests.PreparedRequest:
        ups = [*([call.upload] if call.upload else []), *call.uploads]
        try:
            request = requests.Request(
                call.method,
                self.base_url + call.path,
                headers={"User-Agent": "july30", "Accept-Encoding": "identity", **call.headers},
                params=list(call.query),
                json=dict(call.json) if call.json is not None else None,
                data=dict(call.form) if call.content is None else call.content,
                files={up.form_field: (up.name, up.content, up.mime) for up in ups} or None,
            ).prepare()
        except (ValueError, requests.RequestException):
            request = None
        if request is None:
            raise Rejected(f"{call.what}: no request to '{self.host}' can be made; correct the account's base_url")
        if (ups or call.content) and isinstance(request.body, bytes):
            request.body = _Pieces(request.body, self._upload_timeout_s)  # each piece has a timeout of its own
        return request

    def _answer(self, request: requests.PreparedRequest, call: Call) -> Answer:
        response = self._transport.send(request, stream=True, timeout=self._timeouts)
        try:
            body = self._body(response.raw)
        finally:
            response.close()
        headers = {name.lower(): _hide(value, call.hidden) for name, value in response.headers.items()}
        if theirs := _instant(headers.get("date", "")):
            self.heard(self.host, theirs)
        return Answer(status=response.status_code, headers=headers, body=_hide_bytes(body, call.hidden), what=call.what)

    def _body(self, raw: Any) -> bytes:
        body = bytearray()
        while piece := raw.read1(CHUNK_BYTES, decode_content=True):
            body += piece
            if len(body) > self._bytes_max:
                raise _TooMuch
        return bytes(body)

    def _lost(self, call: Call, error: Exception, *, posting: bool) -> Failure:
        left, kind = not never_left(error), _kind(error)
        evidence = {"call": call.what, "host": self.host, "error": kind, "request_left": left}
        if not left:
            return Retryable(f"{call.what}: {self.host} could not be reached ({kind})", evidence=evidence)
        failure = Ambiguous if posting else Retryable
        return failure(f"{call.what}: no whole answer from {self.host} ({kind})", evidence=evidence)


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
        target = _origin(answer.headers.get("location", ""))
        return Rejected(f"{what}: redirected ({status}); the account's base_url must be changed to {target}", **told)
    if status in {408, 425} or not 400 <= status < 500:
        if posting:
            return Ambiguous(f"{what}: the answer does not say what became of it ({status}: {words})", **told)
        return Retryable(f"{what}: no useful answer ({status}: {words})", after=after, **told)
    return Rejected(f"{what}: refused ({status}: {words})", **told)


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
    until, sent = _instant(asked), _instant(headers.get("date", ""))
    if until is None or sent is None:
        return None
    return min(max(until - sent, timedelta(0)), WAIT_MAX)


def _capped(seconds: int) -> timedelta:
    return timedelta(seconds=min(seconds, WAIT_MAX.total_seconds()))


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
    if all(isinstance(value.get(name), str) and value[name] for name in ("error", "message")):
        return f"{value['error']}: {value['message']}"
    return next(
        (str(value[name]) for name in ("error_description", "error", "message", "description") if value.get(name)), ""
    )


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "(no address)"
    if not host:
        return "(no address)"
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def _chain(error: BaseException) -> list[BaseException]:
    """The error and those wrapped in it, outermost first: requests wraps urllib3's, which wraps Python's own."""
    found: list[BaseException] = []
    inner: object = error
    while isinstance(inner, BaseException) and inner not in found:
        found.append(inner)
        first = inner.args[0] if inner.args else None
        inner = getattr(inner, "reason", None) or getattr(first, "reason", None) or first
    return found


def _kind(error: BaseException) -> str:
    """The errors by class alone: their words may show addresses and headers."""
    return ", ".join(dict.fromkeys(type(one).__name__.lstrip("_") for one in _chain(error)))


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
