"""Every platform that people sign in to, with its sign-in pages, as tests use it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import requests

from adapters.scripted import linkedin
from adapters.scripted.facebook import FacebookServer
from adapters.scripted.instagram import InstagramServer
from adapters.scripted.mastodon import MastodonServer
from adapters.scripted.signing_in import RULES, Client, Gate
from adapters.scripted.threads import USER as THREADS_USER
from adapters.scripted.threads import ThreadsServer
from adapters.scripted.x import ME as X_ID
from adapters.scripted.x import XServer
from adapters.scripted.x_auth import OAuth2
from posts.model import Account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from adapters.scripted.server import ScriptedServer

NOW = datetime(2027, 7, 1, 9, 0, tzinfo=UTC)
REDIRECT = "http://127.0.0.1:8731/"
CLIENT_SECRET = "canary-of-the-app-5f21"
TOKEN = "canary-of-the-token-7c90"
REFRESH = "canary-of-the-renewal-33de"
PAGE_TOKEN = "canary-of-the-page-8ab4"
ORGANISATION = linkedin.PAGE
PAGE, USER = "102030405060708", "17841400000000001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One platform's: `behind` makes it, `more` is what its answers hold, `options` are those of the account."""

    name: str
    behind: Callable[[], ScriptedServer]
    remote_id: str
    handle: str
    more: Mapping[str, object] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def platform(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def app(self) -> str:
        """Whose app it is."""
        return "facebook" if self.name == "instagram by facebook" else self.platform


def _clock() -> datetime:
    return NOW


def _x() -> XServer:
    tokens = OAuth2(client_id="app-1", client_secret=CLIENT_SECRET, access_token=TOKEN, refresh_token=REFRESH)
    return XServer(_clock, tokens=tokens)


CASES = (
    Case(name="x", behind=_x, remote_id=X_ID, handle="iomgeorgia", more={"refresh_token": REFRESH}),
    Case(
        name="mastodon",
        behind=lambda: MastodonServer(_clock, {TOKEN: "iomgeorgia"}),
        remote_id="",
        handle="iomgeorgia",
    ),
    Case(
        name="facebook",
        behind=lambda: FacebookServer(_clock, PAGE_TOKEN, app_secret=CLIENT_SECRET),
        remote_id=PAGE,
        handle="iomgeorgia",
    ),
    Case(
        name="instagram",
        behind=lambda: InstagramServer(_clock, TOKEN),
        remote_id=USER,
        handle="iomgeorgia",
    ),
    Case(
        name="instagram by facebook",
        behind=lambda: InstagramServer(_clock, PAGE_TOKEN, login="facebook", app_secret=CLIENT_SECRET),
        remote_id=USER,
        handle="iomgeorgia",
        options={"login": "facebook"},
    ),
    Case(
        name="threads",
        behind=lambda: ThreadsServer(_clock, TOKEN),
        remote_id=THREADS_USER,
        handle="iomgeorgia",
    ),
    Case(
        name="linkedin",
        behind=lambda: linkedin.LinkedInServer(_clock, TOKEN, scopes=linkedin.OF_PERSON),
        remote_id=linkedin.PERSON,
        handle="",
    ),
    Case(
        name="linkedin page",
        behind=lambda: linkedin.LinkedInServer(_clock, TOKEN),
        remote_id=ORGANISATION,
        handle="iom-georgia",
        more={"refresh_token": REFRESH, "refresh_token_expires_in": 31_536_000},
        options={"author": ORGANISATION},
    ),
)


@contextmanager
def gate_of(case: Case, redirect: str = REDIRECT) -> Iterator[Gate]:
    """The platform with its sign-in pages, where july30 is registered as `app-1`."""
    client = None if case.platform == "mastodon" else Client(id="app-1", secret=CLIENT_SECRET, redirect=redirect)
    with case.behind() as behind, Gate(behind, RULES[case.app], TOKEN, client, **case.more) as gate:
        linked = {"instagram_business_account": {"id": USER, "username": "iomgeorgia"}}
        first = {"id": PAGE, "name": "IOM Georgia", "username": "iomgeorgia", "access_token": PAGE_TOKEN, **linked}
        other = {"id": "909", "name": "IOM Elsewhere", "access_token": "canary-of-another-page", "tasks": ["ANALYZE"]}
        gate.pages = [{**first, "tasks": ["CREATE_CONTENT", "MANAGE"]}, other]
        gate.acls = [{"organization": ORGANISATION, "role": "CONTENT_ADMIN", "state": "APPROVED"}]
        yield gate


def account_at(gate: Gate, case: Case, handle: str = "") -> Account:
    """The account that is connected there."""
    return Account(
        id="ge-feed",
        mission="GE",
        platform=case.platform,
        base_url=gate.url,
        options=case.options,
        secret="vault:ge-feed",
        handle=handle,
    )


def signed_in(address: str) -> str:
    """A person has opened the address and said yes; where their browser is sent."""
    answer = requests.get(address, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]
