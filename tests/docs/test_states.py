"""What the pages say of states, kinds and limits is what the program does."""

from __future__ import annotations

import pytest

from adapters.registry import platforms
from posts.intake.columns import COLUMNS
from posts.intake.table import CELL_CHARACTERS_MAX, COLUMNS_MAX, ROWS_MAX
from posts.model import Kind
from scheduler.catching_up import GRACE, OUTAGE
from scheduler.daemon import BEAT_EVERY_S, CALLS_END_WITHIN_S
from scheduler.lateness import GOES_WITHIN
from scheduler.model import MOVES, Review, Role, Scope, Stage, State
from scheduler.plan import on_time
from scheduler.retry import BACKOFF_CAP, TRIES_MAX
from tests.docs import names, read, rows, section

GLOSSARY, OPERATING, SHEET = "docs/glossary.md", "docs/operating.md", "docs/spreadsheet.md"


def first_names(page: str, heading: str) -> list[str]:
    return [names(cells[0])[0] for cells in rows(section(read(page), heading))]


@pytest.mark.parametrize(
    ("page", "heading", "known"),
    [
        (GLOSSARY, "States of a delivery", State),
        (GLOSSARY, "Review of a post", Review),
        (GLOSSARY, "Roles", Role),
        (GLOSSARY, "Kinds of post", Kind),
        (GLOSSARY, "Stages of an attempt", Stage),
        (GLOSSARY, "Reach of a pause", Scope),
        (OPERATING, "Lateness", Kind),
        (SHEET, "Columns", COLUMNS),
        (SHEET, "Verdicts", ("added", "unchanged", "changed", "needs_fixing", "skipped")),
    ],
)
def test_a_table_names_all_and_in_their_order(page: str, heading: str, known: object) -> None:
    """What is missing there looks as if it did not exist."""
    assert first_names(page, heading) == [str(one) for one in known]  # type: ignore[attr-defined]


def test_the_moves_are_those_of_the_program() -> None:
    """An operator plans the next step by this table."""
    told = {names(cells[0])[0]: set(names(cells[3])) for cells in rows(section(read(GLOSSARY), "States of a delivery"))}
    assert told == {str(state): {str(one) for one in then} for state, then in MOVES.items()}


def test_every_state_says_whom_it_asks() -> None:
    """A post that waits for nobody in particular waits for ever."""
    assert set(first_names(OPERATING, "When a person is asked for")) == {str(one) for one in State}


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_is_on_time_as_long_as_the_page_says(kind: Kind) -> None:
    """Whoever restarts the machine counts on it."""
    minutes = {names(cells[0])[0]: int(cells[1]) for cells in rows(section(read(OPERATING), "Lateness"))}
    assert on_time(kind).total_seconds() == minutes[kind] * 60


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (OPERATING, f"up to {TRIES_MAX} times"),
        (OPERATING, f"up to {BACKOFF_CAP.total_seconds() / 60:.0f} minutes between two tries"),
        (OPERATING, f"at most {CALLS_END_WITHIN_S:.0f} seconds"),
        (OPERATING, f"every {BEAT_EVERY_S} seconds"),
        (OPERATING, f"for more than {OUTAGE.total_seconds() / 60:.0f} minutes"),
        (OPERATING, f"For {GRACE.total_seconds() / 60:.0f} minutes only what is on time goes out"),
        (OPERATING, f"holds for {GOES_WITHIN.total_seconds() / 60:.0f} minutes"),
        (SHEET, f"At most {ROWS_MAX:,} rows, {COLUMNS_MAX} columns, {CELL_CHARACTERS_MAX:,} characters"),
    ],
)
def test_a_number_is_the_programs(page: str, words: str) -> None:
    """A number in two places is wrong in one of them sooner or later."""
    assert words in " ".join(read(page).split())


def test_the_platforms_are_told_and_no_others() -> None:
    """Nobody may believe that a post will go out where nothing can be sent."""
    told = rows(section(read("README.md"), "Platforms"))
    assert {name for cells in told for name in names(cells[0])} == set(platforms())
