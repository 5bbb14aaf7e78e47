"""The messages that a post has become in its channel: their numbers, their addresses, and what is known of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.contract import Ambiguous, Failure, Receipt, Rejected
from adapters.parts import broken_off, parts_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.contract import Progress
    from adapters.telegram_pieces import Piece

REMOTE_ID = re.compile(r"(?:(?P<chat>-?\d+)/)?(?P<ids>\d+(?:,\d+)*)", re.ASCII)
ADDRESS = re.compile(r"https://t\.me/(?:c/(?P<private>\d+)|(?P<name>[A-Za-z]\w+))/(?P<ids>\d+)(?:\?.*)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The messages that one call made."""

    chat: str
    ids: tuple[int, ...]
    permalink: str


def sent_of(result: object, piece: Piece, host: str) -> Sent:
    """What the server says the call made. Raises Ambiguous where it does not name every message."""
    messages = result if isinstance(result, list) else [result]
    ids = tuple(number for one in messages if (number := _message_id(one)))
    where = _chat_of(messages[0])
    if where is None or not len(ids) == len(messages) == piece.messages:
        raise Ambiguous(
            f"publishing: {host} said yes, but did not name the message; look into the channel", http_status=200
        )
    chat, name = where
    return Sent(chat=str(chat), ids=ids, permalink=_permalink(chat, name, ids[0]))


def keep(sent: Sent, piece: Piece, number: int, progress: Progress) -> None:
    """It is saved that piece `number` (from 1) is out, and what it says."""
    kept = {"chat": sent.chat, "ids": list(sent.ids), "permalink": sent.permalink, "says": piece.says}
    progress.save(f"part-{number}", kept)


def known_of(pieces: Sequence[Piece], progress: Progress) -> list[Sent]:
    """What is known to be out already, in its order. Raises Rejected where that was another post's."""
    known: list[Sent] = []
    for saved in parts_out(progress):
        ids, link = saved.get("ids"), str(saved.get("permalink"))
        if len(known) >= len(pieces) - 1 or saved.get("says") != pieces[len(known)].says or not isinstance(ids, list):
            raise Rejected(
                f"a part of an earlier version of this post is out at {link}; delete it there, and queue the post anew",
                evidence={"permalink": link},
            )
        known.append(Sent(chat=str(saved["chat"]), ids=tuple(map(int, ids)), permalink=link))
    return known


def halted(failure: Failure, part: str, first: Sent | None) -> Failure:
    """What a part's failure means for the post: where others are out already, 'not published' is no longer true."""
    if first is None:
        return failure
    if isinstance(failure, Rejected) and "replied not found" in str(failure):
        return Rejected(
            f"what was out of it, at {first.permalink}, was deleted meanwhile; queue the post anew",
            http_status=failure.http_status,
            evidence=failure.evidence,
        )
    return broken_off(failure, f"{part} is not known to be out", first.permalink)


def place_of(remote_id: str) -> tuple[str, list[int]]:
    """The chat, "" for our own, and the messages in it; `remote_id` may be the address that a person gave."""
    if found := ADDRESS.fullmatch(remote_id):
        chat = f"@{found['name']}" if found["name"] else f"-100{found['private']}"
    elif found := REMOTE_ID.fullmatch(remote_id):
        chat = found["chat"] or ""
    else:
        raise Rejected(f"deleting: '{remote_id}' is no message of this platform; delete it there by hand")
    return chat, [int(one) for one in found["ids"].split(",")]


def receipt_of(sent: Sequence[Sent]) -> Receipt:
    """`remote_id` names every message, so that all of them can be taken down."""
    first, ids = sent[0], [str(one) for piece in sent for one in piece.ids]
    parts = tuple(f"{piece.chat}/{','.join(map(str, piece.ids))}" for piece in sent)
    return Receipt(remote_id=f"{first.chat}/{','.join(ids)}", permalink=first.permalink, parts=parts)


def _message_id(message: object) -> int | None:
    """The message's number; None where there is none, or 0: that one is only planned by the server."""
    number = message.get("message_id") if isinstance(message, dict) else None
    return number if type(number) is int and number > 0 else None


def _chat_of(message: object) -> tuple[int, str] | None:
    """The number of the chat the message is in, and its public name, "" where it has none."""
    chat = message.get("chat") if isinstance(message, dict) else None
    if not isinstance(chat, dict) or type(chat.get("id")) is not int:
        return None
    name = chat.get("username")
    return chat["id"], name if isinstance(name, str) else ""


def _permalink(chat: int, name: str, number: int) -> str:
    if name:
        return f"https://t.me/{name}/{number}"
    return f"https://t.me/c/{str(chat).removeprefix('-100').removeprefix('-')}/{number}"
