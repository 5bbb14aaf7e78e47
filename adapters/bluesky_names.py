"""Who is who on the network: names as people write them, and the numbers that stay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adapters.bluesky_record import COLLECTION, handles_in, place_of
from adapters.bluesky_session import XRPC, text_in
from adapters.contract import Failure
from adapters.http import Call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.http import Http

HANDLES_MAX = 5
POST_ADDRESS = re.compile(r"https://[^/]+/profile/(?P<who>[^/?#]+)/post/(?P<rkey>[^/?#]+)/?(?:[?#].*)?")


def known_names(texts: Sequence[str], http: Http) -> dict[str, str]:
    """Who the first few handles in the texts are; one that nobody can tell of stays plain text.

    A server that does not answer is not asked on: the post has its time, and its words matter more.
    """
    known: dict[str, str] = {}
    for handle in list(dict.fromkeys(one for text in texts for one in handles_in(text)))[:HANDLES_MAX]:
        path, query = f"{XRPC}identity.resolveHandle", [("handle", handle)]
        try:
            answer = http.prepare(Call(what="asking who is named", method="GET", path=path, query=query))
        except Failure:
            break
        if answer.ok and (did := text_in(answer.fields(), "did")):
            known[handle] = did
    return known


def uri_at(address: str, http: Http) -> str | None:
    """The record behind an address as browsers show it; None where it is none, or nobody tells whose it is."""
    found = POST_ADDRESS.fullmatch(address)
    who = found["who"] if found else ""
    did = who if who.startswith("did:") else known_names([f"@{who}"], http).get(who)
    uri = f"at://{did}/{COLLECTION}/{found['rkey']}" if found and did else ""
    return uri if place_of(uri) else None
