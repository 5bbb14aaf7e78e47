"""Mastodon adapters before a server under test, and what they are given to publish."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.http import Http
from adapters.mastodon import Mastodon
from tests.adapters.parts import MESSAGE, TOKEN, KnownSecret, account

if TYPE_CHECKING:
    from adapters.scripted.mastodon import MastodonServer
    from posts.model import Message

STATUSES = "/api/v1/statuses"
OTHER_TOKEN = "another-token-of-a-neighbour"
THREAD = replace(MESSAGE, parts=("one", "two", "three"))


def adapter_for(server: MastodonServer, token: str = TOKEN, **options: str) -> Mastodon:
    """A new adapter, as a new process would have it."""
    where = account(base_url=server.url, options=options)
    return Mastodon(where, KnownSecret(token), http=Http(server.url, read_timeout_s=0.5))


def worded(text: str, **given: object) -> Message:
    """A message with this text."""
    return replace(MESSAGE, parts=(text,), **given)  # type: ignore[arg-type]
