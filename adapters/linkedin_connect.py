"""Signing in to LinkedIn, as a person for their profile or for a page (LinkedIn's documents, read on 24 Nov 2026).

The code lives for half an hour, the token for 60 days; what renews it is given to approved partners only. The account's
option `author` says which it is: a page needs other scopes than a profile, and an app may not ask for all of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adapters.contract import AuthExpired, Choice, Identity
from adapters.http import Call, Http
from adapters.linkedin import SERVER
from adapters.linkedin_access import TOKEN_PATH, TOKEN_SERVER, Access
from adapters.linkedin_account import PERSON, page_of, person_of
from adapters.linkedin_answers import refusal
from adapters.signing_in import Flow, Held, begun, granted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.contract import App, Begun
    from posts.model import Account

PERSON_SCOPES = ("openid", "profile", "w_member_social")
PAGE_SCOPES = ("w_organization_social", "r_organization_social", "rw_organization_admin")
ROLES = frozenset({"ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER", "CONTENT_ADMIN"})
PAGE = re.compile(r"urn:li:organization:[0-9]{1,20}", re.ASCII)
PAGES_MAX = 100


class LinkedInSignIn:
    """The profile of whoever signs in, or the pages that they may post for."""

    app = "linkedin"

    def __init__(self, account: Account):
        self._account = account
        author = account.options.get("author", "")
        self._is_person = not author or author.startswith(PERSON)
        self._flow = Flow(
            authorize=f"{TOKEN_SERVER}/oauth/v2/authorization",
            token=f"{TOKEN_SERVER}{TOKEN_PATH}",
            scopes=PERSON_SCOPES if self._is_person else PAGE_SCOPES,
        )

    def begin(self, app: App) -> Begun:
        """The person can go and sign in."""
        return begun(self._flow, app, self._account)

    def finish(self, app: App, begun: Begun, came_back: str) -> Sequence[Choice]:
        """The profile, or the pages. Raises AuthExpired where the page of the option `author` is not among them."""
        found = granted(self._flow, app, begun, came_back, self._account)
        client = {"client_id": app.client_id, "client_secret": app.client_secret}
        secret = found.text(**client if "refresh_token" in found.tokens else {})
        access = Access(self._account, Held(secret), Http(self._account.base_url or SERVER))
        opened = [person_of(access, self._account)] if self._is_person else list(self._pages(access))
        return [Choice(remote_id=one.remote_id, name=one.handle, url=one.url, secret=secret) for one in opened]

    def _pages(self, access: Access) -> Iterator[Identity]:
        """The page that the option names: with another one's id the account would go on posting for the old one."""
        query = [("q", "roleAssignee"), ("state", "APPROVED"), ("count", str(PAGES_MAX))]
        answer = access.send(
            Call(what="asking for the pages", method="GET", path="/rest/organizationAcls", query=query)
        )
        if not answer.ok:
            raise refusal(answer, posting=False)
        listed = answer.fields().get("elements")
        rows = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        pages = {str(one.get("organization")) for one in rows if one.get("role") in ROLES}
        wanted = self._account.options["author"]
        if wanted not in pages:
            others = ", ".join(sorted(one for one in pages if PAGE.fullmatch(one))) or "none"
            raise AuthExpired(
                f"signing in: whoever signed in may not post for {wanted}; the pages that they may post for: {others}."
                " Sign in as another person, or correct the option author"
            )
        yield page_of(access, wanted)
