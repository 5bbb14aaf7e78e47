"""Two rows of one file that would say the same thing twice."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from posts.intake.draft import CellProblem, Row, Verdict
from posts.intake.table import as_text, cell_name
from posts.model import Level

if TYPE_CHECKING:
    from posts.intake.cells import Context
    from posts.intake.draft import Draft
    from posts.intake.table import Line


@dataclass(slots=True)
class Twice:
    """What the file's rows have said so far, and in which row."""

    ids: dict[str, int] = field(default_factory=dict)
    words: dict[tuple[object, ...], int] = field(default_factory=dict)

    def checked(self, row: Row, line: Line, context: Context) -> Row:
        """The row, needing a fix if an earlier one has its id, or says the same and this one has no id.

        Rows with ids of their own that say the same to one account in the same minute are only warned of.
        """
        index = context.header.known.get("id", len(line.values))
        own_id = as_text(line.values[index]).strip() if index < len(line.values) else ""
        if own_id and (earlier := self.ids.setdefault(own_id, row.number)) != row.number:
            return _with(row, "same_id", index, f"Row {earlier} has the id “{own_id}” already: give this one another.")
        earlier = self._said_before(row, own_id)
        if not earlier:
            return row
        message = f"Row {earlier} says the same through the same account at the same time: delete one of the two"
        if own_id:
            return _with(row, "same_words", index, f"{message}, unless both are meant.", Level.WARN)
        return _with(row, "same_words", 0, f"{message}, or give each an id.")

    def _said_before(self, row: Row, own_id: str) -> int:
        """The number of the first row that said this; 0 if none has."""
        if row.draft is None:
            return 0
        numbers = [self.words.setdefault(words, row.number) for words in _words(row.draft)]
        if not own_id:
            numbers.append(self.ids.setdefault(row.draft.row_key, row.number))
        return min((number for number in numbers if number != row.number), default=0)


def _words(draft: Draft) -> list[tuple[object, ...]]:
    pictures = tuple(picture.sha256 for picture in draft.media)
    at = (draft.local_date, draft.local_time.replace(second=0))
    said = (draft.text, *sorted(draft.overrides.items()))
    return [(account, *at, said, pictures) for account in draft.accounts]


def _with(row: Row, code: str, column: int, message: str, level: Level = Level.BLOCK) -> Row:
    problem = CellProblem(code=code, level=level, cell=cell_name(column, row.number), message=message)
    problems = (*row.problems, problem)
    if level is Level.BLOCK:
        return replace(row, verdict=Verdict.NEEDS_FIXING, problems=problems, draft=None)
    return replace(row, problems=problems)
