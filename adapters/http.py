"""One way out to a platform: timeouts, no retries, no redirects, and one question: did the body leave?"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import requests

from adapters.contract import Ambiguous, Failure, Rejected, Retryable
from adapters.http_bodies import carried
from adapters.http_calls import Answer, Call, Stretch, Unreadable, Upload, instant, origin
from adapters.http_failures import WAIT_MAX, failure_for, kind, never_left, refusal_of_keys, wait_asked
from adapters.http_hiding import hide, hide_bytes
from adapters.http_time import Pieces, Transport

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

__all__ = [
    "WAIT_MAX",
    "Answer",
    "Call",
    "Http",
    "Stretch",
    "Unreadable",
    "Upload",
    "failure_for",
    "never_left",
    "refusal_of_keys",
    "wait_asked",
]
CHUNK_BYTES = 65_536
UPLOAD_TIMEOUT_S = 120.0
SLOWEST_BYTES_PER_S = 100_000


class _TooMuch(Exception):
    """The answer is larger than any answer has a reason to be."""


class Http:
    """The connections of one account to one server; safe for `pool` senders at once.

    `read_timeout_s` is how long the server may be silent; a whole answer may take a quarter more. Sending an upload may
    take `upload_timeout_s`, and as long again as `slowest_bytes_per_s` needs for it; a call without one ends within 25
    seconds. Requests' transport is used without its Session: a Session follows and reads redirects, keeps cookies and
    listens to the environment. Nothing is ever sent twice here.
    """

    def __init__(
        self,
        base_url: str,
        *,
        connect_timeout_s: float = 5,
        read_timeout_s: float = 12,
        upload_timeout_s: float = UPLOAD_TIMEOUT_S,
        slowest_bytes_per_s: int = SLOWEST_BYTES_PER_S,
        bytes_max: int = 2_000_000,
        pool: int = 64,
    ):
        self.base_url = base_url.rstrip("/")
        self.host = origin(base_url)
        self._timeouts = (connect_timeout_s, read_timeout_s)
        self._upload_timeout_s = upload_timeout_s
        self._slowest_bytes_per_s = slowest_bytes_per_s
        self._bytes_max = bytes_max
        self.heard: Callable[[str, datetime], None] = lambda _host, _theirs: None  # each answer's Date
        self._transport = Transport(max_retries=0, pool_connections=1, pool_maxsize=pool)
        logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)  # its lines show addresses, which may hold a token

    def prepare(self, call: Call) -> Answer:
        """The answer to a call that may be repeated, whatever its status. Raises Retryable where none came."""
        return self._exchange(call, posting=False)

    def post_once(self, call: Call) -> Answer:
        """The answer to the call that makes a post public, whatever its status.

        Raises Retryable only where the request surely never left whole, Ambiguous where no whole answer came back.
        """
        return self._exchange(call, posting=True)

    def _exchange(self, call: Call, *, posting: bool) -> Answer:
        request = self._request(call)
        try:
            return self._answer(request, call)
        except Exception as error:  # noqa: BLE001 - whatever broke, the request may have arrived
            body = request.body
            cut_off = isinstance(body, Pieces) and not body.all_given_out
            lost = self._lost(call, error, posting=posting and not cut_off)
        raise lost  # out here, so that it does not carry the other one, which may show the whole request

    def _request(self, call: Call) -> requests.PreparedRequest:
        sources, form_type = carried(call)
        try:
            request = requests.Request(
                call.method,
                self.base_url + call.path,
                headers={"User-Agent": "july30", "Accept-Encoding": "identity", **call.headers},
                params=list(call.query),
                json=dict(call.json) if call.json is not None else None,
                data=None if sources else dict(call.form),
            ).prepare()
        except (ValueError, requests.RequestException):
            request = None
        if request is None:
            raise Rejected(f"{call.what}: no request to '{self.host}' can be made; correct the account's base_url")
        if sources:
            self._load(request, Pieces(sources, self._upload_timeout_s), form_type)
        return request

    def _load(self, request: requests.PreparedRequest, body: Pieces, form_type: str) -> None:
        """The request carries the body, whose pieces have a timeout each; a large one may take longer as a whole."""
        body.give(body.size_bytes / self._slowest_bytes_per_s)
        request.body = body
        request.headers["Content-Length"] = str(body.size_bytes)
        if form_type:
            request.headers["Content-Type"] = form_type

    def _answer(self, request: requests.PreparedRequest, call: Call) -> Answer:
        response = self._sent(request, call.patience_s or self._timeouts[1])
        try:
            body = self._body(response.raw)
        finally:
            response.close()
        headers = {name.lower(): hide(value, call.hidden) for name, value in response.headers.items()}
        if theirs := instant(headers.get("date", "")):
            self.heard(self.host, theirs)
        return Answer(status=response.status_code, headers=headers, body=hide_bytes(body, call.hidden), what=call.what)

    def _sent(self, request: requests.PreparedRequest, patience_s: float) -> requests.Response:
        try:
            return self._transport.send(request, stream=True, timeout=(self._timeouts[0], patience_s))
        finally:
            if isinstance(request.body, Pieces):
                request.body.close()

    def _body(self, raw: Any) -> bytes:
        body = bytearray()
        while piece := raw.read1(CHUNK_BYTES, decode_content=True):
            body += piece
            if len(body) > self._bytes_max:
                raise _TooMuch
        return bytes(body)

    def _lost(self, call: Call, error: Exception, *, posting: bool) -> Failure:
        left, broke = not never_left(error), kind(error)
        evidence = {"call": call.what, "host": self.host, "error": broke, "request_left": left}
        if not left:
            return Retryable(f"{call.what}: {self.host} could not be reached ({broke})", evidence=evidence)
        failure = Ambiguous if posting else Retryable
        return failure(f"{call.what}: no whole answer from {self.host} ({broke})", evidence=evidence)
