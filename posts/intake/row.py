"""One line of a spreadsheet → a draft, or every reason why it cannot be one."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from posts.intake import when
from posts.intake.attach import with_alt_texts
from posts.intake.cells import Cells
from posts.intake.columns import TEXT_FOR
from posts.intake.draft import CARD, Draft, Row, Status, Verdict
from posts.intake.table import CELL_CHARACTERS_MAX, Strike, as_text, unpostable
from posts.intake.targets import find_accounts, find_mission, find_platforms, names_in
from posts.intake.wrong import Wrong
from posts.model import Kind, Level, Quote

if TYPE_CHECKING:
    from datetime import datetime
    from enum import StrEnum

    from posts.intake.cells import Context
    from posts.intake.table import Line, Value

_Choice = TypeVar("_Choice", bound="StrEnum")
_ABOUT_A_QUOTE = ("speaker", "role", "consent", "organisation")


def read_row(line: Line, context: Context) -> Row:
    """The line's draft and warnings, or everything that must be fixed first; what a line says raises nothing."""
    cells = Cells(line=line, context=context)
    _look_over(cells)
    draft = _draft(cells)
    if cells.blocked or draft is None:
        return Row(number=line.number, verdict=Verdict.NEEDS_FIXING, problems=tuple(cells.problems))
    return Row(number=line.number, verdict=Verdict.READY, problems=tuple(cells.problems), draft=draft)


def _look_over(cells: Cells) -> None:
    """Everything is noted that can be wrong with any cell, whatever column it is in."""
    for index, value in enumerate(cells.line.values):
        text = as_text(value)
        if len(text) > CELL_CHARACTERS_MAX:
            cells.problem_at("too_long", index, f"{len(text)} characters: shorten it to {CELL_CHARACTERS_MAX} at most.")
        if bad := unpostable(text):
            cells.problem_at(
                "bad_character", index, f"The text holds the character {bad}: delete it or retype the text."
            )
    _look_at_formulas(cells)
    _look_for_shifted(cells)
    if cells.line.hidden:
        cells.problem_at(
            "hidden", 0, "The row is hidden in the sheet, but it counts: delete it if it must not.", Level.WARN
        )
    if cells.line.strike is Strike.PART:
        cells.problem_at("struck", 0, "Part of the row is struck through: strike all of it to cancel it, or nothing.")


def _look_at_formulas(cells: Cells) -> None:
    for index in sorted(cells.line.formulas):
        value = cells.line.values[index]
        if value is None or (isinstance(value, str) and value.startswith("#")):
            cells.problem_at("formula", index, "A formula without a result: write the value itself.")
        else:
            shown = as_text(value)[:60]
            cells.problem_at("formula", index, f"A formula: its last result is taken, “{shown}”.", Level.WARN)


def _look_for_shifted(cells: Cells) -> None:
    """A text with a bare comma in it is cut there, and its rest stands in a column that nobody named."""
    shifted = [index for index, name, _ in cells.strangers() if not name]
    if cells.context.can_shift and shifted:
        message = "The row has more cells than the header has names: put texts with a delimiter in them between quotes."
        cells.problem_at("shifted", shifted[0], message)


def _draft(cells: Cells) -> Draft | None:
    context = cells.context
    mission = cells.read("mission", lambda: _mission(cells))
    accounts = _accounts(cells, mission)
    day = cells.read("date", lambda: when.read_date(_needed(cells, "date"), context.order, context.epoch))
    clock = cells.read("time", lambda: when.read_time(_needed(cells, "time")))
    card = cells.word("media").casefold() == CARD
    media = () if card else cells.read("media", lambda: context.folder.find(cells.text("media"))) or ()
    shown = cells.read("alt_text", lambda: with_alt_texts(media, cells.text("alt_text"))) if media else media
    overrides = _overrides(cells)
    if not cells.word("text") and not cells.word("media") and not overrides:
        cells.problem("nothing_to_say", "text", "There is neither text nor a picture: write one of them.")
    kind = cells.read("kind", lambda: _choice(Kind, cells.word("kind"), None))
    status = cells.read("status", lambda: _choice(Status, cells.word("status"), Status.DRAFT))
    link = cells.read("link", lambda: _link(cells.word("link")))
    quote = _quote(cells)
    if card and quote is None:
        cells.problem("no_quote", "media", "A card is drawn of a quote: write the words in the column quote.")
    not_after = cells.read("not_after", lambda: _not_after(cells))
    if mission is None or accounts is None or day is None or clock is None or status is None:
        return None
    if not_after and (day, clock) > (not_after.date(), not_after.time()):
        cells.problem("too_late", "not_after", "The post is due after this moment: move one of them.")
    return Draft(
        row_key=cells.word("id") or _own_key(cells, mission, day.isoformat(), clock.isoformat()),
        mission=mission,
        accounts=accounts,
        local_date=day,
        local_time=clock,
        kind=kind,
        not_after=not_after,
        language=cells.word("language"),
        text=cells.text("text"),
        link=link or "",
        media=shown or (),
        quote=quote,
        card=card,
        card_alt_text=cells.text("alt_text") if card else "",
        overrides=overrides,
        first_comment=cells.text("first_comment"),
        status=status,
        notes="\n".join([note for note in (cells.text("notes"),) if note] + cells.others()),
    )


def _overrides(cells: Cells) -> dict[str, str]:
    """The texts for one platform alone; one for a platform that nobody is on is noted as a problem."""
    found = {name: cells.text(column) for name, column in cells.context.header.texts_for.items() if cells.word(column)}
    for name in found:
        cells.read(f"{TEXT_FOR}{name}", lambda name=name: find_platforms(name, cells.context.accounts))  # type: ignore[misc]
    return found


def _needed(cells: Cells, column: str) -> Value:
    if not cells.word(column):
        example = "2027-07-30" if column == "date" else "09:00"
        raise Wrong(f"no_{column}", f"The {column} is missing: write it as {example}.")
    return cells.value(column)


def _mission(cells: Cells) -> str:
    return find_mission(cells.word("mission") or cells.context.default_mission or "", cells.context.missions)


def _accounts(cells: Cells, mission: str | None) -> tuple[str, ...] | None:
    platforms = cells.read("platform", lambda: find_platforms(cells.text("platform"), cells.context.accounts))
    if mission is None or platforms is None:
        return None
    names = names_in(cells.text("account"))
    column = "account" if names or not platforms else "platform"
    return cells.read(column, lambda: find_accounts(names, platforms, mission, cells.context.accounts))


def _choice(choices: type[_Choice], word: str, default: _Choice | None) -> _Choice | None:
    if not word:
        return default
    try:
        return choices(word.casefold())
    except ValueError as error:
        raise Wrong("unknown_word", f"“{word}” is not known here: write one of {', '.join(choices)}.") from error


def _link(word: str) -> str:
    try:
        parts = urlsplit(word)
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(map(str.isspace, word))
    except ValueError:
        whole = False
    if word and not whole:
        raise Wrong("bad_link", f"“{word}” is no web address: write it whole, from https:// on, one only.")
    return word


def _quote(cells: Cells) -> Quote | None:
    if not cells.word("quote"):
        for column in _ABOUT_A_QUOTE:
            if cells.word(column):
                cells.problem("no_quote", column, "The quote that this belongs to is empty.", Level.WARN)
        return None
    return Quote(
        words=cells.text("quote"),
        speaker=cells.word("speaker"),
        role=cells.word("role"),
        organisation=cells.word("organisation"),
        language=cells.word("language"),
        consent=cells.word("consent"),
    )


def _not_after(cells: Cells) -> datetime | None:
    if not cells.word("not_after"):
        return None
    return when.read_moment(cells.value("not_after"), cells.context.order, cells.context.epoch)


def _own_key(cells: Cells, mission: str, day: str, clock: str) -> str:
    """The key of a row without an id: from what it says, with accounts as written.

    An account that a mission gets later must not make an old row a new one, which would post it twice.
    """
    accounts = sorted(names_in(cells.text("account")))
    platforms = sorted(name.casefold() for name in names_in(cells.text("platform")))
    said = json.dumps([mission, accounts, platforms, day, clock, cells.text("text")])
    return f"auto-{hashlib.sha256(said.encode()).hexdigest()[:16]}"
