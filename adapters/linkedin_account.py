"""Whose LinkedIn page or profile a token opens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adapters.contract import AuthExpired, Identity, Retryable
from adapters.http import Call
from adapters.linkedin_answers import refusal
from adapters.linkedin_lookup import Posts

if TYPE_CHECKING:
    from adapters.linkedin_access import Access
    from posts.model import Account

PERSON = "urn:li:person:"
PERSON_ID = re.compile(r"[\w-]{1,60}", re.ASCII)


def person_of(access: Access, account: Account) -> Identity:
    """The person whose token it is. Raises AuthExpired where the account's options name another."""
    call = Call(what="asking whose token it is", method="GET", path="/v2/userinfo")
    answer = access.send(call)
    if not answer.ok:
        raise refusal(answer, posting=False)
    sub, name = answer.fields().get("sub"), answer.fields().get("name")
    if not isinstance(sub, str) or not PERSON_ID.fullmatch(sub):
        raise Retryable(f"{call.what}: {access.host} answered without a person")
    named = account.options.get("author", "")
    if named not in {"", PERSON + sub}:
        raise AuthExpired(f"account '{account.id}': its token is not that of {named}; connect the account again")
    return Identity(remote_id=PERSON + sub, handle=name if isinstance(name, str) else sub)


def page_of(access: Access, page: str) -> Identity:
    """The page, by name where the token may read its settings. Raises AuthExpired where it may not act for it."""
    number = page.rpartition(":")[2]
    call = Call(what="asking which page it is", method="GET", path=f"/rest/organizations/{number}")
    answer = access.send(call)
    if answer.status == 403:  # who may post for a page need not be one who may read its settings
        Posts(access, page).listed(count=1, start=0)
    elif not answer.ok:
        raise refusal(answer, posting=False)
    elif str(answer.fields().get("id")) != number:
        raise Retryable(f"{call.what}: {access.host} answered without the page")
    handle = answer.fields().get("vanityName") if answer.ok else None
    url = f"https://www.linkedin.com/company/{number}"
    return Identity(remote_id=page, handle=handle if isinstance(handle, str) else number, url=url)
