"""The library for X, sending by our own hands: signed, in time, to the account's own server, and nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
import tweepy

from adapters.http import Answer, Call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapters.x_access import Access


class _Refused(Exception):
    """An answer of no success; raised through the library, so that it makes nothing of its own of it."""

    def __init__(self, answer: Answer):
        super().__init__()
        self.answer = answer


class _Taken:
    """An answer of success as the library wants to see it."""

    reason = ""

    def __init__(self, answer: Answer):
        self.answer = answer
        self.status_code = answer.status
        self.headers = answer.headers
        self.content = answer.body

    def __enter__(self) -> _Taken:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open any more."""


class _Session:
    """What the library sends by, in place of a session of its own."""

    def __init__(self, access: Access, fields: str):
        self._access = access
        self._fields = fields

    def request(self, method: str, url: str, *, params: Mapping[str, Any], json: Any, **_: object) -> _Taken:
        """The answer of success. Raises _Refused with any other, and the failures of a call without an answer."""
        path = urlsplit(url).path
        query = [(name.replace("tweet.", f"{self._fields}."), str(value)) for name, value in params.items()]
        call = Call(what=_what(method, path), method=method, path=path, query=query, json=json or None)
        answer = self._access.send(call, posting=method == "POST")  # it is asked to post nothing but posts
        if not answer.ok:
            raise _Refused(answer)
        return _Taken(answer)


def client_for(access: Access, fields: str) -> tweepy.Client:
    """The library's client; it knows no secret, for it writes what it knows into its log. Safe for many senders."""
    client = tweepy.Client(return_type=requests.Response)
    client.session = _Session(access, fields)
    return client


def told(ask: Callable[..., Any], *given: object, **named: object) -> Answer:
    """The answer to what the library asks, whatever its status. Raises the failures of a call without an answer."""
    try:
        taken: _Taken = ask(*given, user_auth=False, **named)  # the library's own signing is for its own address
    except _Refused as refused:
        return refused.answer
    return taken.answer


def _what(method: str, path: str) -> str:
    others = "looking for our own posts" if path.startswith("/2/users/") else "reading posts"
    return {"POST": "publishing", "DELETE": "deleting"}.get(method, others)
