"""How one account speaks to its server: its token in every call, and what answers hold in common."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adapters.contract import AuthExpired, Identity, Retryable
from adapters.http import Answer, Call, Http, Unreadable, failure_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.contract import Secrets
    from posts.model import Account

NOT_THERE = frozenset({404, 410})
NO_SUCH_CALL = frozenset({400, 404, 405})


class Session:
    """The calls of one account. Its secret is an access token with the scopes read and write."""

    def __init__(self, account: Account, secrets: Secrets, http: Http):
        self.http = http
        self.host = http.host
        self._account = account
        self._secrets = secrets

    def call(self, what: str, method: str, path: str, **rest: Any) -> Call:
        """A call with the token as it is now. Raises AuthExpired where there is none that can be sent."""
        token = self._secrets.load().strip()
        if not re.fullmatch(r"[!-~]+", token):
            raise AuthExpired(
                f"account '{self._account.id}': what is stored as its token is none; put the token in again, alone"
            )
        headers = {"Authorization": f"Bearer {token}", **rest.pop("headers", {})}
        return Call(what=what, method=method, path=path, headers=headers, hidden=(token,), **rest)

    def read(self, call: Call) -> Answer:
        """The answer of a server that did what was asked. Raises what another answer means."""
        answer = self.http.prepare(call)
        if not answer.ok:
            raise failure_for(answer, posting=False)
        return answer

    def whoami(self) -> Identity:
        """The account that the token opens. Raises AuthExpired where it opens none, Retryable where nobody tells."""
        call = self.call("asking whose account it is", "GET", "/api/v1/accounts/verify_credentials")
        answer = self.http.prepare(call)
        if answer.status in NO_SUCH_CALL | NOT_THERE:  # not the post's fault: it must not fail for good
            raise Retryable(
                f"{call.what}: {self.host} answers {answer.status}, not as this platform does; if that stays so,"
                f" correct base_url of account '{self._account.id}'",
                http_status=answer.status,
                evidence=answer.evidence(),
            )
        if not answer.ok:
            raise failure_for(answer, posting=False)
        found = answer.fields()
        remote_id = id_of(found)
        if remote_id is None:
            raise Retryable(f"{call.what}: {self.host} answered without an account")
        return Identity(remote_id=remote_id, handle=str(found.get("acct", "")), url=str(found.get("url", "")))


def status_path(remote_id: str, rest: str = "") -> str:
    """Where the server keeps the status; an id is any text."""
    return f"/api/v1/statuses/{quote(remote_id, safe='')}{rest}"


def id_of(value: Mapping[str, Any]) -> str | None:
    """The id, which is text whatever it looks like; None where there is none that can stand in an address."""
    found = value.get("id")
    text = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    return text if text.strip(". ") and text.isprintable() else None


def objects(answer: Answer) -> list[dict[str, Any]]:
    """The answer's JSON list of objects. Raises what an answer means that holds none."""
    try:
        found = answer.json() if answer.ok else None
    except Unreadable:
        found = None
    if not isinstance(found, list):
        raise failure_for(answer, posting=False)
    return [one for one in found if isinstance(one, dict)]
