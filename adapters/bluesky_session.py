"""An account's session at a Bluesky server: opened with its app password, kept in memory, renewed when it runs out."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adapters.contract import AuthExpired, Failure, Rejected, Retryable
from adapters.http import Answer, Call, Http, failure_for, refusal_of_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapters.contract import Secrets
    from posts.model import Account

XRPC = "/xrpc/com.atproto."
RUN_OUT = frozenset({"ExpiredToken", "InvalidToken"})
ACCOUNT_FAULTS = RUN_OUT | {
    *("AccountTakedown", "AccountDeactivated", "AccountSuspended", "RepoTakendown", "RepoDeactivated", "RepoSuspended"),
    *("AuthMissing", "AuthenticationRequired"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """One session: for whom, and what opens and renews it."""

    did: str
    handle: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)


class Session:
    """One account's session, for any number of senders at once: they log in, and renew, once together.

    It lives as long as the adapter: a server allows 300 logins a day. A call that is refused because the session has
    run out was not carried out, so it is made again with the renewed one, once.
    """

    def __init__(self, account: Account, secrets: Secrets, http: Http):
        self._account = account
        self._secrets = secrets
        self._http = http
        self._tokens: Tokens | None = None
        self._lock = threading.Lock()

    def open(self) -> Tokens:
        """The session, logged in where there was none. Raises AuthExpired where the password opens none."""
        with self._lock:
            self._tokens = self._tokens or self._login()
            return self._tokens

    def prepare(self, call: Call) -> Answer:
        """The answer to a call that may be repeated, made as this account."""
        return self._send(call, self._http.prepare)

    def read(self, call: Call, *, at: Http | None = None) -> dict[str, Any]:
        """What the server says to a call that may be repeated, made as this account. Raises what a refusal means.

        `at`: another server that knows the same session.
        """
        answer = self._send(call, (at or self._http).prepare)
        if not answer.ok:
            raise refusal(answer, posting=False)
        return answer.fields()

    def post_once(self, call: Call) -> Answer:
        """The answer to the call that makes a post public, made as this account."""
        return self._send(call, self._http.post_once)

    def _send(self, call: Call, send: Callable[[Call], Answer]) -> Answer:
        tokens = self.open()
        answer = send(_signed(call, tokens.access, tokens.refresh))
        if not _has_run_out(answer):
            return answer
        tokens = self._renewed(tokens)
        answer = send(_signed(call, tokens.access, tokens.refresh))
        if _has_run_out(answer):
            raise refusal(answer, posting=False)
        return answer

    def _renewed(self, old: Tokens) -> Tokens:
        with self._lock:
            if self._tokens is old or self._tokens is None:  # else another sender has renewed it meanwhile
                self._tokens = self._refreshed(old) or self._login()
            return self._tokens

    def _refreshed(self, old: Tokens) -> Tokens | None:
        """The next session; None where the server wants the password again."""
        call = Call(what="renewing the session", method="POST", path=f"{XRPC}server.refreshSession")
        answer = self._http.prepare(
            _signed(call, old.refresh)
        )  # the next access token may equal the old: none is hidden
        if answer.status in {400, 401}:
            return None
        return _tokens(answer)

    def _login(self) -> Tokens:
        name, password = self._credentials()
        call = Call(
            what="logging in",
            method="POST",
            path=f"{XRPC}server.createSession",
            json={"identifier": name, "password": password},
            hidden=(password,),
        )
        return _tokens(self._http.prepare(call))

    def _credentials(self) -> tuple[str, str]:
        """The account's name and its app password. Raises AuthExpired where they are not both there."""
        secret = self._secrets.load().strip()
        try:
            parts = json.loads(secret)
        except ValueError:
            parts = None
        if not isinstance(parts, dict):
            parts = {"password": secret}
        name = parts.get("identifier") or parts.get("handle") or self._account.handle
        password = parts.get("password")
        if not isinstance(name, str) or not isinstance(password, str) or not name or not password:
            raise AuthExpired(
                f"account '{self._account.id}': its secret is not whole; write"
                ' {"identifier": "…", "password": "…"} with an app password, or the password alone and handle = "…"'
            )
        return name.lstrip("@"), password


def refusal(answer: Answer, *, posting: bool) -> Failure:
    """The failure that an unwelcome answer means: this platform tells of an account's faults with status 400 too."""
    error = _error(answer)
    if error == "AuthFactorTokenRequired":  # no app password is ever asked for one
        return AuthExpired(
            f"{answer.what}: the server wants the code that it sent by e-mail, for the secret holds the account's own"
            " password; make an app password in the account's settings (Privacy and security) and put that in instead",
            http_status=answer.status,
            evidence=answer.evidence(),
        )
    if answer.status == 400 and error in ACCOUNT_FAULTS:
        return AuthExpired(
            f"{answer.what}: the account was refused ({answer.words()}); connect it again with a new app password",
            http_status=answer.status,
            evidence=answer.evidence(),
        )
    return failure_for(answer, posting)


def text_in(said: Mapping[str, Any], name: str) -> str | None:
    """The text that an answer gives under this name; None where it gives none, or none that is a text."""
    found = said.get(name)
    return found if isinstance(found, str) and found else None


def _has_run_out(answer: Answer) -> bool:
    return answer.status == 401 or (answer.status == 400 and _error(answer) in RUN_OUT)


def _error(answer: Answer) -> str:
    return text_in(answer.fields(), "error") or ""


def _signed(call: Call, token: str, *others: str) -> Call:
    headers = {**call.headers, "Authorization": f"Bearer {token}"}
    return replace(call, headers=headers, hidden=(token, *others))


def _tokens(answer: Answer) -> Tokens:
    if not answer.ok:
        refused = refusal(answer, posting=False)
        raise refusal_of_keys(answer) if isinstance(refused, Rejected) else refused
    found = answer.fields()
    names = ("did", "handle", "accessJwt", "refreshJwt")
    did, handle, access, refresh = (one if isinstance(one := found.get(name), str) else "" for name in names)
    if not did or not access or not refresh:  # the answer may hold half a session: nothing of it is shown
        raise Retryable(f"{answer.what}: the server answered without a session", http_status=answer.status)
    return Tokens(did=did, handle=handle, access=access, refresh=refresh)
