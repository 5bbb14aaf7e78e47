"""Cards: which picture was drawn from which quotation, in which design, for which post."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from scheduler.store.schema import card, post

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from scheduler.store.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCard:
    """What is kept of a drawing besides its picture; `size` is written as 1080x1350, `sha256` is of the picture."""

    template: str
    size: str
    language: str
    sha256: str
    alt_text: str


def add_many(tx: Transaction, drawn: Mapping[int, Sequence[NewCard]]) -> None:
    """The cards, by their post's id, are kept with the quotations that these posts have now."""
    if not any(drawn.values()):
        return
    query = select(post.c.id, post.c.quote_id).where(post.c.id.in_(drawn))
    quotes = {row.id: row.quote_id for row in tx.execute(query)}
    rows = [
        {
            "post_id": post_id,
            "quote_id": quotes[post_id],
            "template": one.template,
            "size": one.size,
            "language": one.language,
            "sha256": one.sha256,
            "alt_text": one.alt_text,
        }
        for post_id, those in drawn.items()
        for one in those
    ]
    tx.execute(insert(card), rows)


def keep_shown(tx: Transaction, post_id: int, shown: Collection[str]) -> frozenset[str]:
    """Of the post's cards only those are left whose pictures, by SHA-256, are among `shown`; which these are."""
    tx.execute(delete(card).where(card.c.post_id == post_id, card.c.sha256.not_in(shown)))
    return frozenset(tx.scalars(select(card.c.sha256).where(card.c.post_id == post_id)))
