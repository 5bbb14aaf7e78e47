"""A status as it is written, and as a Mastodon server shows it.

Fields from the Mastodon documentation of 2 Jul 2026, methods statuses and entity Status (read on 24 Nov 2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.contract import Reading, Receipt
from adapters.mastodon_session import id_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

METRICS = {"likes": "favourites_count", "comments": "replies_count", "shares": "reblogs_count"}


def written(
    text: str,
    *,
    language: str,
    manner: Mapping[str, object],
    media_ids: Sequence[str] = (),
    reply_to: str = "",
) -> dict[str, object]:
    """The status as it is sent. `manner`: what holds for every status of the account, such as who may see it."""
    status: dict[str, object] = {"status": text, **manner}
    if media_ids:
        status["media_ids"] = list(media_ids)
    if reply_to:
        status["in_reply_to_id"] = reply_to
    code = language.partition("-")[0].lower()
    if len(code) == 2:  # ISO 639-1 is all the server takes; a longer code would be an error or nothing
        status["language"] = code
    return status


def receipt_of(status: Mapping[str, Any]) -> Receipt | None:
    """The receipt of a status that has an id and an address; None where it lacks one of them."""
    remote_id = id_of(status)
    address = status.get("url") or status.get("uri")
    if remote_id is None or not isinstance(address, str) or not address.startswith(("https://", "http://")):
        return None
    return Receipt(remote_id=remote_id, permalink=address, parts=(remote_id,))


def counts_of(status: Mapping[str, Any], remote_ids: Sequence[str]) -> list[Reading]:
    """The counts that the status gives; none where nobody asked for it."""
    if id_of(status) not in remote_ids:
        return []
    return [
        Reading(remote_id=str(status["id"]), metric=metric, value=value, source="mastodon")
        for metric, name in METRICS.items()
        if type(value := status.get(name)) is int and value >= 0
    ]


def pictures_of(status: Mapping[str, Any]) -> int:
    """How many pictures it shows."""
    attached = status.get("media_attachments")
    return len(attached) if isinstance(attached, list) else 0


def answers(status: Mapping[str, Any]) -> str | None:
    """The id of the status that this one replies to; None where it replies to none."""
    return id_of({"id": status.get("in_reply_to_id")})


def is_whole(status: object) -> bool:
    """Whether it can be told what it says, whether it shows pictures, and what it replies to."""
    if not isinstance(status, dict) or id_of(status) is None or not isinstance(status.get("content"), str):
        return False
    alone = status.get("in_reply_to_id") is None
    attached = status.get("media_attachments", [])
    return (
        isinstance(status.get("created_at"), str) and isinstance(attached, list) and alone == (answers(status) is None)
    )


def author_of(status: Mapping[str, Any]) -> str | None:
    """The id of the account that wrote it; None where the server does not say."""
    account = status.get("account")
    return id_of(account) if isinstance(account, dict) else None
