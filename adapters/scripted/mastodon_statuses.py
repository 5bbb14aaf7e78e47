"""The statuses of a scripted Mastodon: what was taken, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapters.scripted.mastodon_html import to_html

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One status that the server took, by whom and under which key; never changed, never taken back."""

    remote_id: str
    account: str
    key: str
    text: str
    language: str
    visibility: str
    pictures: tuple[str, ...]
    warning: str = ""
    sensitive: bool = False
    reply_to: str = ""


@dataclass(slots=True, kw_only=True)
class Status:
    """A status as it is now; `parent`: what it replies to, as long as that is there."""

    accepted: Accepted
    made_at: datetime
    parent: str = ""
    counts: dict[str, int] = field(
        default_factory=lambda: {"replies_count": 0, "reblogs_count": 0, "favourites_count": 0}
    )


def shown(status: Status, url: str, *, bare: bool) -> dict[str, Any]:
    """The status as the server at `url` gives it."""
    one = status.accepted
    return {
        "id": one.remote_id,
        "url": f"{url}/@{one.account}/{one.remote_id}",
        "uri": f"{url}/users/{one.account}/statuses/{one.remote_id}",
        "account": account_shown(one.account, url),
        "created_at": status.made_at.isoformat(),
        "in_reply_to_id": status.parent or None,
        "content": to_html(one.text, bare=bare),
        "spoiler_text": one.warning,
        "sensitive": one.sensitive,
        "language": one.language or None,
        "visibility": one.visibility,
        "media_attachments": [{"type": "image", "description": words} for words in one.pictures],
        **status.counts,
    }


def account_shown(name: str, url: str) -> dict[str, str]:
    """An account as the server gives it."""
    return {"id": f"id-{name}", "username": name, "acct": name, "url": f"{url}/@{name}"}


def below(statuses: Iterable[Status], first: str) -> Iterator[Status]:
    """The replies to a status and the replies to those, oldest first."""
    thread = {first}
    for one in statuses:
        if one.parent in thread:
            thread.add(one.accepted.remote_id)
            yield one
