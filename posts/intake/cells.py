"""One line of a spreadsheet by the names of its columns, and what was found wrong with it so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from posts.intake.draft import CellProblem
from posts.intake.table import as_text, cell_name, is_blank
from posts.intake.wrong import Wrong
from posts.model import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from posts.intake.attach import Folder
    from posts.intake.columns import Header
    from posts.intake.table import Line, Value
    from posts.intake.when import Order
    from posts.model import Account, Mission

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a row means depends on these: its file's columns, order of dates and folder, and whom the project knows."""

    header: Header
    order: Order
    epoch: datetime
    can_shift: bool
    folder: Folder
    missions: Mapping[str, Mission]
    accounts: Sequence[Account]
    default_mission: str | None = None


@dataclass(slots=True)
class Cells:
    """One line's cells by the names of their columns, and the problems found so far."""

    line: Line
    context: Context
    problems: list[CellProblem] = field(default_factory=list)

    def value(self, column: str) -> Value:
        """What the cell holds; None where the file or the line has no such cell."""
        index = self.context.header.known.get(column)
        return None if index is None else self._at(index)

    def text(self, column: str) -> str:
        """The cell in words, exactly as written but for its line ends; a cell of only white space is empty."""
        value = self.value(column)
        return "" if is_blank(value) else as_text(value)

    def word(self, column: str) -> str:
        """The cell in words, without white space around."""
        return self.text(column).strip()

    def problem(self, code: str, column: str, message: str, level: Level = Level.BLOCK) -> None:
        """The problem is noted at the column's cell, or at the row's first where the file has no such column."""
        self.problem_at(code, self.context.header.known.get(column, 0), message, level)

    def problem_at(self, code: str, index: int, message: str, level: Level = Level.BLOCK) -> None:
        """The problem is noted at the cell of the column of that index, from 0."""
        self.problems.append(
            CellProblem(code=code, level=level, cell=cell_name(index, self.line.number), message=message)
        )

    def read(self, column: str, reading: Callable[[], _T]) -> _T | None:
        """What `reading` finds; None, and a problem at the cell, if it says Wrong."""
        try:
            return reading()
        except Wrong as wrong:
            self.problem(wrong.code, column, str(wrong))
            return None

    @property
    def blocked(self) -> bool:
        """Whether a problem so far forbids a draft."""
        return any(problem.level is Level.BLOCK for problem in self.problems)

    def others(self) -> list[str]:
        """What stands in columns that are not ours, each as "header: value"."""
        return [f"{name or f'column {cell_name(index, 1)[:-1]}'}: {text}" for index, name, text in self.strangers()]

    def strangers(self) -> list[tuple[int, str, str]]:
        """The filled cells outside our columns: index from 0, the column's name or nothing, and what stands there."""
        ours = set(self.context.header.known.values())
        names = self.context.header.others
        texts = [(index, as_text(value)) for index, value in enumerate(self.line.values) if index not in ours]
        return [(index, names.get(index, ""), text) for index, text in texts if text.strip()]

    def _at(self, index: int) -> Value:
        return self.line.values[index] if index < len(self.line.values) else None
