"""What all commands share: where the configuration is, one JSON document or words, exit codes."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.model import WrongUse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rich.console import Console

    from scheduler.services.desk import Desk

DONE, NEEDS_A_PERSON, WRONG_USE, UNAVAILABLE = 0, 1, 2, 3

YEARS = range(2000, 2101)
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, and nothing else there.")]
As = Annotated[
    str | None,
    typer.Option("--as", metavar="EMAIL", help="Who acts, if not the local operator; JULY30_TOKEN holds their token."),
]
Why = Annotated[str, typer.Option("--why", help="The reason; it is kept for good.")]
NUMBER_MAX = 2**63 - 1  # what a database's integer holds
Limit = Annotated[int | None, typer.Option(help="At most so many; all if not given.", min=1, max=NUMBER_MAX)]
Number = Annotated[int, typer.Argument(help="The delivery's number.", max=NUMBER_MAX)]
PostNumber = Annotated[int, typer.Argument(help="The post's number.", max=NUMBER_MAX)]
Numbers = Annotated[
    list[int], typer.Argument(max=NUMBER_MAX, help="Numbers of deliveries, as `queue list` shows them.")
]
Posts = Annotated[list[int], typer.Argument(max=NUMBER_MAX, help="Numbers of posts, as `queue list` shows them.")]


def config_of(context: typer.Context) -> Path:
    """The configuration file that this call is about."""
    return Path(context.find_root().params.get("config") or "config.toml")


@contextmanager
def desk_of(context: typer.Context, acting: str | None) -> Iterator[Desk]:
    """The desk of whoever acts: that person, proven by JULY30_TOKEN, or the local operator where nobody is named."""
    from scheduler.bootstrap import open_desk
    from scheduler.services.permitting import identified

    with open_desk(config_of(context)) as desk:
        yield desk if acting is None else identified(desk, acting, os.environ.get("JULY30_TOKEN", ""))


def show(data: Mapping[str, Any], as_json: bool, say: Callable[[Console], None]) -> None:
    """`data` as one JSON document on stdout, or else whatever `say` prints there."""
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=1, default=plain) + "\n")
        return
    from rich.console import Console

    say(Console(highlight=False, soft_wrap=True))


def say_aside(words: str) -> None:
    """The words are on stderr, where they disturb no JSON."""
    sys.stderr.write(words + "\n")


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Any:
    """A table for people; content is shown as it is, never read as markup."""
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        drawn.add_column(name, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text("" if one is None else str(one)) for one in row))
    return drawn


def short(text: object, most: int = 48) -> str:
    """The text's first line, cut where it is longer than `most` characters."""
    line = " ".join(str(text).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def moment_of(written: str) -> datetime:
    """The day and time that a person wrote, naive or aware as written; raises WrongUse for what is none, or is far off.

    A day alone is midnight here: see whether that makes sense where this is called.
    """
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise WrongUse(f"'{written}' is no time; write it like 2027-07-30T09:00") from error
    if moment.year not in YEARS:
        raise WrongUse(f"'{written}' is in no year of this century; write it like 2027-07-30T09:00")
    return moment


def instant_of(written: str) -> datetime:
    """As `moment_of`; raises WrongUse for a day alone too: at midnight nobody means anything to go out."""
    moment = moment_of(written)
    if ":" not in written:
        raise WrongUse(f"'{written}' names no hour; write it like 2027-07-30T09:00")
    return moment


def plain(value: object) -> object:
    """The JSON form of a value: instants in UTC as ISO 8601 with Z, anything else as its text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value)
