"""An X account's credentials: calls are signed with them, and tokens that run out are renewed, once for all."""

from __future__ import annotations

import base64
import json
import logging
import re
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import requests
import tweepy

from adapters.contract import AuthExpired, Retryable
from adapters.http import Answer, Call, Http
from adapters.x_answers import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.contract import Secrets
    from posts.model import Account

TALKERS = ("oauthlib", "requests_oauthlib", "tweepy")  # at debug level they log headers, and texts of posts
FOUR_KEYS = {
    "consumer_key": ("consumer_key", "api_key"),
    "consumer_secret": ("consumer_secret", "api_secret", "api_key_secret"),
    "access_token": ("access_token",),
    "access_token_secret": ("access_token_secret", "token_secret"),
}
TOKEN_PATH = "/2/oauth2/token"  # noqa: S105 - an address


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """OAuth 1.0a: four values that last until they are revoked."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_token_secret: str = field(repr=False)

    def header(self, call: Call, base_url: str) -> str:
        """The Authorization header of this call; empty where there is no such address."""
        signer = tweepy.OAuth1UserHandler(
            self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret
        ).apply_auth()
        try:
            request = requests.Request(call.method, base_url + call.path, params=list(call.query)).prepare()
        except (ValueError, requests.RequestException):
            return ""
        return str(signer(request).headers["Authorization"])

    def hidden(self) -> tuple[str, ...]:
        """What must be shown to nobody."""
        return (self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """OAuth 2.0: an access token for two hours, and a refresh token that is good for one renewal."""

    written: Mapping[str, Any] = field(repr=False)

    def value(self, name: str) -> str:
        """The value of that name; empty where there is none."""
        found = self.written.get(name)
        return found if isinstance(found, str) else ""

    def header(self, call: Call, base_url: str) -> str:  # noqa: ARG002 - the same for every call
        """The Authorization header."""
        return f"Bearer {self.value('access_token')}"

    def hidden(self) -> tuple[str, ...]:
        """What must be shown to nobody."""
        names = ("access_token", "refresh_token", "client_secret")
        return tuple(value for name in names if (value := self.value(name)))

    def renewed_by(self, found: Mapping[str, Any]) -> Tokens:
        """With the tokens of that answer in place of the spent ones."""
        names = ("access_token", "refresh_token")
        fresh = {name: value for name in names if isinstance(value := found.get(name), str) and value}
        return Tokens(written={**self.written, **fresh})

    def text(self) -> str:
        """As it is kept."""
        return json.dumps(dict(self.written))


class Access:
    """One account's way in, for any number of senders at once.

    The secret is read anew for each call: another process may have renewed it. A call that is refused with 401 was not
    carried out, so with tokens it is made again after one renewal, once.
    """

    def __init__(self, account: Account, secrets: Secrets, http: Http):
        self._account = account
        self._secrets = secrets
        self._http = http
        self._lock = threading.Lock()
        self._unsaved: tuple[Tokens, Tokens] | None = None  # what was spent, and what came for it
        for name in TALKERS:
            logging.getLogger(name).setLevel(logging.WARNING)

    @property
    def host(self) -> str:
        """The server, as messages name it."""
        return self._http.host

    def send(self, call: Call, *, posting: bool = False) -> Answer:
        """The answer to the call, made as this account; `posting`: it makes a post public."""
        credentials = self._credentials()
        if isinstance(credentials, Keys):
            return self._sent(call, credentials, posting=posting)
        if not credentials.value("access_token"):
            credentials = self._renewed(credentials)
        answer = self._sent(call, credentials, posting=posting)
        if answer.status != 401:
            return answer
        return self._sent(call, self._renewed(credentials), posting=posting)

    def _sent(self, call: Call, credentials: Keys | Tokens, *, posting: bool) -> Answer:
        headers = {**call.headers, "Authorization": credentials.header(call, self._http.base_url)}
        signed = replace(call, headers=headers, hidden=credentials.hidden())
        return self._http.post_once(signed) if posting else self._http.prepare(signed)

    def _renewed(self, spent: Tokens) -> Tokens:
        """Tokens other than the spent ones, durable before anybody uses them."""
        with self._lock:
            stored = self._tokens()
            if self._unsaved is None or self._unsaved[0] != stored:
                self._unsaved = None
                if stored.value("access_token") != spent.value("access_token"):
                    return stored  # another sender, or another process, has renewed them
                self._secrets.save(stored.text())  # a place that cannot keep the new pair must not cost the old one
                self._unsaved = (stored, self._refreshed(stored))
            fresh = self._unsaved[1]
            self._secrets.save(fresh.text())
            self._unsaved = None
            return fresh

    def _refreshed(self, old: Tokens) -> Tokens:
        if not old.value("refresh_token") or not old.value("client_id"):
            raise AuthExpired(
                f"account '{self._account.id}': its access token has run out, and there is no refresh_token with its"
                " client_id to renew it; connect the account again, with the scope offline.access"
            )
        answer = self._http.prepare(_renewal(old))
        if answer.status in {400, 401}:
            return self._by_another(old, answer)
        found = answer.fields()
        if not answer.ok:
            raise refusal(answer, posting=False)
        if not isinstance(found.get("access_token"), str):  # the answer may hold half a pair: nothing of it is shown
            raise Retryable(f"{answer.what}: {self.host} answered without tokens", http_status=answer.status)
        return old.renewed_by(found)

    def _by_another(self, old: Tokens, answer: Answer) -> Tokens:
        """The pair that another process has stored meanwhile: it spent the refresh token that was refused to us."""
        stored = self._tokens()
        if stored.value("refresh_token") != old.value("refresh_token"):
            return stored
        raise AuthExpired(
            f"account '{self._account.id}': its tokens cannot be renewed any more; connect the account again",
            http_status=answer.status,
        )

    def _tokens(self) -> Tokens:
        found = self._credentials()
        if isinstance(found, Keys):  # somebody has replaced the tokens by keys: the next call uses them
            raise Retryable(f"account '{self._account.id}': its secret was replaced meanwhile")
        return found

    def _credentials(self) -> Keys | Tokens:
        """What is kept as the account's secret. Raises AuthExpired where it is not whole."""
        written = _object(self._secrets.load())
        found = {name: _first(written, names) for name, names in FOUR_KEYS.items()}
        if all(found.values()):
            return Keys(**found)
        half_of_keys = found["consumer_key"] or found["consumer_secret"] or found["access_token_secret"]
        tokens = Tokens(written=written)
        usable = found["access_token"] or (tokens.value("refresh_token") and not tokens.value("access_token"))
        if usable and not half_of_keys:
            return tokens
        raise AuthExpired(
            f"account '{self._account.id}': its secret is not whole; store a JSON object with consumer_key,"
            " consumer_secret, access_token and access_token_secret, or with client_id, access_token and refresh_token"
        )


def _renewal(old: Tokens) -> Call:
    """The call that renews; a client with a secret proves itself by HTTP Basic, one without by its name alone."""
    form = {"grant_type": "refresh_token", "refresh_token": old.value("refresh_token")}
    client, secret = old.value("client_id"), old.value("client_secret")
    if not secret:
        form["client_id"] = client
        return Call(what="renewing the tokens", method="POST", path=TOKEN_PATH, form=form, hidden=old.hidden())
    basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
    return Call(
        what="renewing the tokens",
        method="POST",
        path=TOKEN_PATH,
        headers={"Authorization": f"Basic {basic}"},
        form=form,
        hidden=(*old.hidden(), basic),
    )


def _object(secret: str) -> dict[str, Any]:
    try:
        found = json.loads(secret)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _first(written: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The first of these values that can stand in a header; empty where none can."""
    values = [written.get(name) for name in names]
    return next((one for one in values if isinstance(one, str) and re.fullmatch(r"[!-~]+", one)), "")
