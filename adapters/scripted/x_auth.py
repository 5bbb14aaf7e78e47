"""Who a request to the scripted X comes from: OAuth 1.0a signatures are verified, OAuth 2.0 tokens run out and rotate.

The signature is computed here anew, as RFC 5849 says, and by nothing that the adapter uses.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, unquote

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.scripted.server import Request

NEEDED = {"oauth_consumer_key", "oauth_nonce", "oauth_signature", "oauth_signature_method", "oauth_timestamp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth1:
    """The four values that open the account."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_token_secret: str = field(repr=False)


@dataclass(slots=True, kw_only=True)
class OAuth2:
    """One client and the tokens that it holds now; a refresh token is good once.

    `minted` makes a token of its name; `issued` are all that renewals gave out.
    """

    client_id: str
    client_secret: str = field(default="", repr=False)
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    minted: Callable[[str], str] = "{}-token-of-nobody-else".format
    issued: list[str] = field(default_factory=list, repr=False)
    renewals: int = 0

    def renew(self, request: Request) -> dict[str, object] | None:
        """The next pair; None where this is not how to ask for it."""
        asked = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        basic = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        proven = (
            request.headers.get("authorization") == f"Basic {basic}"
            if self.client_secret
            else asked.get("client_id") == self.client_id
        )
        refresh = asked.get("refresh_token")
        if asked.get("grant_type") != "refresh_token" or not proven or refresh != self.refresh_token:
            return None
        self.renewals += 1
        self.access_token = self.minted(f"access-{self.renewals}")
        self.refresh_token = self.minted(f"refresh-{self.renewals}")
        self.issued += [self.access_token, self.refresh_token]
        pair = {"access_token": self.access_token, "refresh_token": self.refresh_token}
        return {"token_type": "bearer", "expires_in": 7200, "scope": "tweet.read tweet.write", **pair}


def signed_by(request: Request, keys: OAuth1, base_url: str, seen: set[str]) -> bool:
    """Whether these keys signed this very request, and no request before; `seen` keeps the nonces."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    given = {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', rest)}
    if scheme != "OAuth" or not given.keys() >= NEEDED or given["oauth_nonce"] in seen:
        return False
    known = (keys.consumer_key, keys.access_token, "HMAC-SHA1")
    if (given["oauth_consumer_key"], given.get("oauth_token"), given["oauth_signature_method"]) != known:
        return False
    seen.add(given["oauth_nonce"])
    signature = given.pop("oauth_signature")
    return hmac.compare_digest(signature, _signature(request, given, keys, base_url))


def _signature(request: Request, given: dict[str, str], keys: OAuth1, base_url: str) -> str:
    pairs = [*given.items(), *((name, value) for name, values in request.query.items() for value in values)]
    ordered = sorted((_escaped(name), _escaped(value)) for name, value in pairs)
    everything = "&".join(f"{name}={value}" for name, value in ordered)
    base = "&".join(_escaped(one) for one in (request.method, base_url + request.path, everything))
    secret = f"{_escaped(keys.consumer_secret)}&{_escaped(keys.access_token_secret)}"
    return base64.b64encode(hmac.new(secret.encode(), base.encode(), hashlib.sha1).digest()).decode()


def _escaped(text: str) -> str:
    return quote(text, safe="~")
