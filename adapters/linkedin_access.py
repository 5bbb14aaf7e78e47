"""One account's way in to LinkedIn: its token and the headers that every call needs, and where pictures are put."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from adapters.contract import AuthExpired, Horizon, Retryable
from adapters.http import Answer, Call, Http
from adapters.http_calls import origin
from adapters.oauth import ENDS, RENEWAL_ENDS, Renewals, Tokens, granted, read_tokens
from adapters.options import wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapters.contract import Secrets
    from posts.model import Account

VERSION = "202609"
MONTH = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])", re.ASCII)
THEIRS = ".linkedin.com"
TOKEN_SERVER = "https://www.linkedin.com"  # noqa: S105 - an address
TOKEN_PATH = "/oauth/v2/accessToken"  # noqa: S105 - an address
CLIENT = ("refresh_token", "client_id", "client_secret")


class Access:
    """The calls of one account. The secret is read anew for each: another process may have renewed it.

    A call that is refused with 401 was not carried out: with what renews the token it is made again after that, once.
    """

    def __init__(self, account: Account, secrets: Secrets, http: Http):
        self._account = account
        self._secrets = secrets
        self._http = http
        self._renewals = Renewals(secrets, read=self._tokens, ask=self._asked)

    @property
    def host(self) -> str:
        """The server, as messages name it."""
        return self._http.host

    def refuse_unknown_version(self) -> None:
        """Nothing, where the option `version` names a month. Raises Rejected."""
        if not MONTH.fullmatch(self._version):
            raise wrong(self._account, "version", f"a month such as {VERSION}")

    def horizon(self) -> Horizon:
        """When a person must get another token: as `expires_at` says, or `refresh_expires_at` of one that is renewed.

        Renewing a token does not make what renews it last longer (LinkedIn docs, refresh tokens, read on 24 Nov 2026).
        """
        tokens = self._renewals.look()
        return Horizon(ends_at=tokens.end(RENEWAL_ENDS if _renews(tokens) else ENDS))

    def renew(self) -> None:
        """The token lasts for another sixty days, and is durable. Raises AuthExpired where only a person gets one."""
        self._renewals.ahead()

    def send(self, call: Call, *, posting: bool = False) -> Answer:
        """The answer to the call, made as this account; `posting`: it makes something public."""
        return self._renewing(lambda tokens: self._sent(call, tokens, posting=posting))

    def send_json(self, call: Call, body: Mapping[str, Any], *, posting: bool = False) -> Answer:
        """The same with a JSON body, in UTF-8."""
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {"Content-Type": "application/json", **call.headers}
        return self.send(replace(call, headers=headers, content=content), posting=posting)

    def put(self, what: str, url: str, content: bytes) -> Answer:
        """The answer to the upload of a whole file to the address that the platform gave for it. Raises as `give`."""
        headers = {"Content-Type": "application/octet-stream"}
        return self.give(Call(what=what, method="PUT", path="", headers=headers, content=content), url)

    def give(self, call: Call, url: str) -> Answer:
        """The answer to the call, made to the address that the platform gave for it.

        Raises Retryable where that address is not the platform's: it would be given our token.
        """
        there = origin(url)
        if there != self.host and not _is_theirs(url):
            raise Retryable(f"{call.what}: {self.host} gave an address that is not its own")
        path, http = urlsplit(url)._replace(scheme="", netloc="").geturl(), self._http
        http = http if there == self.host else Http(there)

        def give(tokens: Tokens) -> Answer:
            headers = {"Authorization": tokens.bearer(), **call.headers}
            return http.prepare(replace(call, path=path, headers=headers, hidden=tokens.hidden()))

        return self._renewing(give)

    @property
    def _version(self) -> str:
        return self._account.options.get("version", VERSION)

    def _renewing(self, send: Callable[[Tokens], Answer]) -> Answer:
        tokens = self._tokens()
        answer = send(tokens)
        if answer.status != 401 or not _renews(tokens):
            return answer
        return send(self._renewals.renewed(tokens))

    def _sent(self, call: Call, tokens: Tokens, *, posting: bool) -> Answer:
        headers = {
            "Authorization": tokens.bearer(),
            "LinkedIn-Version": self._version,
            "X-Restli-Protocol-Version": "2.0.0",
            **call.headers,
        }
        ours = replace(call, headers=headers, hidden=tokens.hidden())
        return self._http.post_once(ours) if posting else self._http.prepare(ours)

    def _asked(self, old: Tokens) -> Tokens:
        if not _renews(old):
            raise AuthExpired(f"account '{self._account.id}': july30 cannot renew its token; connect the account again")
        form = {"grant_type": "refresh_token", **{name: old.value(name) for name in CLIENT}}
        call = Call(what="renewing the token", method="POST", path=TOKEN_PATH, form=form, hidden=old.hidden())
        return granted((self._http if self._account.base_url else Http(TOKEN_SERVER)).prepare(call), old, self._account)

    def _tokens(self) -> Tokens:
        """The access token and what renews it; a secret that is no JSON object is the token. Raises AuthExpired."""
        secret = self._secrets.load().strip()
        tokens = read_tokens(secret)
        if not tokens.written:
            tokens = Tokens(written={"access_token": secret})
        if not re.fullmatch(r"[!-z~]+", tokens.value("access_token")):  # no braces: a broken object is no token
            raise AuthExpired(
                f"account '{self._account.id}': its secret holds no access token; store the token, or a JSON object"
                " with access_token, and with refresh_token, client_id and client_secret where it may be renewed"
            )
        return tokens


def _renews(tokens: Tokens) -> bool:
    return all(map(tokens.value, CLIENT))


def _is_theirs(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and f".{parts.hostname}".endswith(THEIRS)
