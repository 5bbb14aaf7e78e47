"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, DateTime, Integer
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

UNREADABLE_SHOWN = 200
BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows itself only in an INTEGER column


class Unreadable(dict[str, object]):
    """Stands for JSON that cannot be read; its beginning is under `unreadable`, for people."""


def read_json(stored: str) -> object:
    """The value; an Unreadable where it is broken, so that the pages and lists that show its row still can."""
    try:
        return json.loads(stored)
    except (ValueError, RecursionError):
        return Unreadable(unreadable=stored[:UNREADABLE_SHOWN])


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC: `timestamptz` on PostgreSQL, `YYYY-MM-DD HH:MM:SS.ffffff` in UTC on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant in UTC. Raises ValueError for a time without a zone: it could mean anything."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The instant, aware and in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
