"""Cards: which picture was drawn from which quotation, in which design, for which post."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from scheduler.store.schema import card, post

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduler.store.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCard:
    """What is kept of a drawing besides its picture; `size` is written as 1080x1350, `sha256` is of the picture."""

    template: str
    size: str
    language: str
    sha256: str
    alt_text: str


def add_many(tx: Transaction, drawn: Mapping[int, NewCard]) -> None:
    """The cards, by their post's id, are kept with the quotations that these posts have now."""
    if not drawn:
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
        for post_id, one in drawn.items()
    ]
    tx.execute(insert(card), rows)
