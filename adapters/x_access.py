"""An X account's credentials: calls are signed with them, and tokens that run out are renewed, once for all."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import requests
import tweepy

from adapters.contract import AuthExpired, Horizon, Retryable
from adapters.oauth import ENDS, RENEWAL_ENDS, Renewals, Tokens, granted, read_tokens, renewal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.contract import Secrets
    from adapters.http import Answer, Call, Http
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


class Access:
    """One account's way in, for any number of senders at once.

    The secret is read anew for each call: another process may have renewed it. A call that is refused with 401 was not
    carried out, so with tokens it is made again after one renewal, once.
    """

    def __init__(self, account: Account, secrets: Secrets, http: Http):
        self._account = account
        self._secrets = secrets
        self._http = http
        self._renewals = Renewals(secrets, read=self._tokens, ask=self._asked)
        for name in TALKERS:
            logging.getLogger(name).setLevel(logging.WARNING)

    @property
    def host(self) -> str:
        """The server, as messages name it."""
        return self._http.host

    def horizon(self) -> Horizon:
        """When a person must connect the account again, where its secret says so; keys last until they are revoked.

        The access token lives for two hours (X docs, read on 24 Nov 2026) and is renewed when it is refused.
        """
        if isinstance(self._credentials(), Keys):
            return Horizon()
        tokens = self._renewals.look()
        return Horizon(ends_at=tokens.end(RENEWAL_ENDS if tokens.value("refresh_token") else ENDS))

    def renew(self) -> None:
        """The access token is a new one, and durable; keys stay. Raises AuthExpired where it cannot be renewed."""
        if not isinstance(self._credentials(), Keys):
            self._renewals.ahead()

    def send(self, call: Call, *, posting: bool = False) -> Answer:
        """The answer to the call, made as this account; `posting`: it makes a post public."""
        credentials = self._credentials()
        if isinstance(credentials, Keys):
            return self._sent(call, credentials, posting=posting)
        if not credentials.value("access_token"):
            credentials = self._renewals.renewed(credentials)
        answer = self._sent(call, credentials, posting=posting)
        if answer.status != 401:
            return answer
        return self._sent(call, self._renewals.renewed(credentials), posting=posting)

    def _sent(self, call: Call, credentials: Keys | Tokens, *, posting: bool) -> Answer:
        proof = credentials.header(call, self._http.base_url) if isinstance(credentials, Keys) else credentials.bearer()
        headers = {**call.headers, "Authorization": proof}
        signed = replace(call, headers=headers, hidden=credentials.hidden())
        return self._http.post_once(signed) if posting else self._http.prepare(signed)

    def _asked(self, old: Tokens) -> Tokens:
        if not old.value("refresh_token") or not old.value("client_id"):
            raise AuthExpired(
                f"account '{self._account.id}': its access token has run out, and there is no refresh_token with its"
                " client_id to renew it; connect the account again, with the scope offline.access"
            )
        return granted(self._http.prepare(renewal(old, TOKEN_PATH)), old, self._account)

    def _tokens(self) -> Tokens:
        found = self._credentials()
        if isinstance(found, Keys):  # somebody has replaced the tokens by keys: the next call uses them
            raise Retryable(f"account '{self._account.id}': its secret was replaced meanwhile")
        return found

    def _credentials(self) -> Keys | Tokens:
        """What is kept as the account's secret. Raises AuthExpired where it is not whole."""
        tokens = read_tokens(self._secrets.load())
        found = {name: _first(tokens.written, names) for name, names in FOUR_KEYS.items()}
        if all(found.values()):
            return Keys(**found)
        half_of_keys = found["consumer_key"] or found["consumer_secret"] or found["access_token_secret"]
        usable = found["access_token"] or (tokens.value("refresh_token") and not tokens.value("access_token"))
        if usable and not half_of_keys:
            return tokens
        raise AuthExpired(
            f"account '{self._account.id}': its secret is not whole; store a JSON object with consumer_key,"
            " consumer_secret, access_token and access_token_secret, or with client_id, access_token and refresh_token"
        )


def _first(written: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The first of these values that can stand in a header; empty where none can."""
    values = [written.get(name) for name in names]
    return next((one for one in values if isinstance(one, str) and re.fullmatch(r"[!-~]+", one)), "")
