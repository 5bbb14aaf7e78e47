"""Passes with which another service may act for a Bluesky account, signed by the account's own server.

As read on 24 Nov 2026: in the documentation of videos, and in the source of the network's own app.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from adapters.bluesky_session import XRPC, refusal, text_in
from adapters.contract import Retryable
from adapters.http import Call, Http
from adapters.http_calls import instant, origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.bluesky_session import Session

PASS_LASTS = timedelta(minutes=30)  # the server signs for an hour at most
TO_UPLOAD = "com.atproto.repo.uploadBlob"


class Passes:
    """The passes of one account. The server where one logs in may be another than the one where the account lives."""

    def __init__(self, session: Session, http: Http):
        self._session = session
        self._http = http

    def to_upload(self) -> str:
        """Lets a service put files where the account lives, for half an hour."""
        return self._issued(TO_UPLOAD, "")

    def to_ask(self, service_url: str, method: str) -> str:
        """Lets the account ask that service this one thing."""
        return self._issued(method, did_of(service_url))

    def _issued(self, method: str, audience: str) -> str:
        call = Call(what="asking where the account lives", method="GET", path=f"{XRPC}server.getSession")
        answer = self._session.prepare(call)
        if not answer.ok:
            raise refusal(answer, posting=False)
        told_at = instant(answer.headers.get("date", ""))
        if told_at is None:
            raise Retryable(f"{call.what}: {self._http.host} does not say what time it is")
        home = self._home(answer.fields())
        until = str(int((told_at + PASS_LASTS).timestamp()))
        query = [("aud", audience or did_of(home.base_url)), ("lxm", method), ("exp", until)]
        asked = Call(what="asking for a pass for films", method="GET", path=f"{XRPC}server.getServiceAuth", query=query)
        token = text_in(self._session.read(asked, at=home), "token")
        if token is None:
            raise Retryable(f"{asked.what}: {home.host} answered without one")
        return token

    def _home(self, told: Mapping[str, Any]) -> Http:
        """The server where the account lives, by what the network keeps of it; else the one where it logged in.

        Our session goes there: nothing but https is believed.
        """
        url = _home_in(told.get("didDoc"))
        return Http(url) if url.startswith("https://") and origin(url) != self._http.host else self._http


def did_of(url: str) -> str:
    """What the network calls the service at this address."""
    return f"did:web:{quote(urlsplit(url).netloc.lower(), safe='')}"


def _home_in(document: object) -> str:
    services = document.get("service") if isinstance(document, dict) else None
    for one in services if isinstance(services, list) else []:
        if isinstance(one, dict) and str(one.get("id", "")).endswith("#atproto_pds"):
            return text_in(one, "serviceEndpoint") or ""
    return ""
