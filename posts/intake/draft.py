"""What an intake makes of a spreadsheet: rows, each with a verdict, and the drafts of those that are ready."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from posts.model import PostsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime, time
    from pathlib import Path

    from posts.model import Kind, Level, Media, Quote

ALT_TEXT_SEPARATOR = " || "
CARD = "card"  # in the cell of pictures: the row's quotation is drawn


class SheetError(PostsError):
    """A whole spreadsheet cannot be read or written; the message names the file and what to do about it."""


class Verdict(StrEnum):
    """What became of one row."""

    READY = "ready"
    NEEDS_FIXING = "needs_fixing"
    SKIPPED = "skipped"


class Status(StrEnum):
    """How far its author says a row has come; the review decides whether that is believed."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One row's post.

    `row_key` names the row at every import: the sheet's id, else "auto-" and 16 hex digits over what the row says.
    `local_date` and `local_time` are the mission's. `not_after` is naive local time, None if the row gives none.
    `kind` None: the campaign decides. `quote` None: the row quotes nobody. `card`:
    the quotation shall be drawn, with `card_alt_text` where that is not empty. `overrides`: as a Post's.
    """

    row_key: str
    mission: str
    accounts: tuple[str, ...]
    local_date: date
    local_time: time
    kind: Kind | None = None
    not_after: datetime | None = None
    language: str = ""
    text: str = ""
    link: str = ""
    media: tuple[Media, ...] = ()
    quote: Quote | None = None
    card: bool = False
    card_alt_text: str = ""
    overrides: Mapping[str, str] = field(default_factory=dict)
    first_comment: str = ""
    status: Status = Status.DRAFT
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellProblem:
    """What is wrong in one cell and what to write instead; `cell` is its name in spreadsheet programs, "E7"."""

    code: str
    level: Level
    cell: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row's verdict. `number` is the spreadsheet program's; `draft` is None unless the verdict is ready."""

    number: int
    verdict: Verdict
    problems: tuple[CellProblem, ...] = ()
    draft: Draft | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A spreadsheet read whole. `questions` is what the file does not settle, each with `code` and `message`."""

    file: Path
    sha256: str
    rows: tuple[Row, ...]
    questions: tuple[Mapping[str, str], ...] = ()
