"""The plan in and out: import, export, preview."""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli.common import NEEDS_A_PERSON, As, Json, config_of, desk_of, say_aside, show, table
from scheduler.model import WrongUse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rich.console import Console

    from scheduler.services.importing import Imported


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A spreadsheet of ours: .xlsx or .csv.")],
    mission: Annotated[str | None, typer.Option(help="The mission of rows that name none.")] = None,
    day_first: Annotated[
        bool | None,
        typer.Option("--day-first/--month-first", help="How 07/08/2027 is meant, where the file is silent."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Commit without asking.")] = False,
    acting: As = None,
    as_json: Json = False,
) -> None:
    """Read a spreadsheet: a verdict for every row, then all ready rows are queued. The same file twice adds nothing."""
    from scheduler.services.importing import as_json as told
    from scheduler.services.importing import import_sheet

    with desk_of(context, acting) as desk:

        def run(commit: bool) -> "Imported":
            with _progress("checking rows") as on_row:
                return import_sheet(desk, file, mission=mission, day_first=day_first, commit=commit, on_row=on_row)

        asks = not yes and not dry_run and sys.stdin.isatty() and not as_json
        done = run(commit=yes and not dry_run)
        if asks and done.counts["added"] + done.counts["changed"] and not done.questions:
            _say_verdicts(done, None)
            if typer.confirm("Queue these?", err=True):
                done = run(commit=True)
    show(told(done), as_json, lambda console: _say_verdicts(done, console))
    if not done.committed and not dry_run and not done.questions:
        say_aside("nothing was queued: add --yes to commit")
    if done.questions or done.counts["needs_fixing"]:
        raise typer.Exit(NEEDS_A_PERSON)


def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to: .xlsx or .csv; pictures go into a folder beside it.")],
    mission: Annotated[str | None, typer.Option(help="Only this mission's posts.")] = None,
    as_json: Json = False,
) -> None:
    """Write the plan as a spreadsheet of ours; importing it back changes nothing."""
    from scheduler.bootstrap import open_desk
    from scheduler.services.exporting import export_plan

    with open_desk(config_of(context)) as desk:
        count = export_plan(desk, file, mission=mission)
    show({"file": str(file), "posts": count}, as_json, lambda console: console.print(f"{count} posts in {file}"))


def preview(
    platform: Annotated[str, typer.Option(help="The platform's name, such as mastodon or x.")],
    text: Annotated[str, typer.Option(help="The text; - reads one text per line from stdin.")],
    link: Annotated[str, typer.Option(help="A link that goes with it.")] = "",
    first_comment: Annotated[str, typer.Option(help="What goes below it, or ends its thread.")] = "",
    as_json: Json = False,
) -> None:
    """Show what a platform will see of a text: its length by that platform's count, its limit, every problem."""
    from scheduler.services.previewing import preview as look

    texts = _lines_of_stdin() if text == "-" else [text]
    seen = [look(platform, one, link=link, first_comment=first_comment) for one in texts]
    for one in seen:
        if as_json and text == "-":
            _one_line(one)
        else:
            show(one, as_json, lambda console, one=one: _say_preview(console, one))  # type: ignore[misc]
    if any(_blocked(one) for one in seen):
        raise typer.Exit(NEEDS_A_PERSON)


def _lines_of_stdin() -> list[str]:
    lines = sys.stdin.buffer.read().removesuffix(b"\n").split(b"\n")
    try:
        return [line.removesuffix(b"\r").decode("utf-8-sig") for line in lines]
    except UnicodeDecodeError as error:
        raise WrongUse("what came on stdin is not UTF-8; save it as UTF-8 and try again") from error


def _one_line(data: "Mapping[str, object]") -> None:
    import json

    line = json.dumps(data, ensure_ascii=False)
    for also_ends_lines in "\x85\u2028\u2029":  # for readers that split as Unicode does
        line = line.replace(also_ends_lines, f"\\u{ord(also_ends_lines):04x}")
    sys.stdout.write(line + "\n")


def _say_preview(console: "Console", seen: "Mapping[str, object]") -> None:
    console.print(f"{seen['platform']}: {seen['length']} of {seen['limit']} {seen['unit']}", markup=False)
    _say_parts(console, seen)
    for one in _problems(seen):
        console.print(f"  {one['level']}: {one['message']}", markup=False)


def _say_parts(console: "Console", seen: "Mapping[str, object]") -> None:
    parts = seen["parts"]
    if isinstance(parts, list) and len(parts) > 1:
        for number, part in enumerate(parts, 1):
            console.print(f"  part {number}: {part}", markup=False)
    if "first_comment" in seen:
        console.print(f"  first comment: {seen['first_comment']}", markup=False)


def _problems(seen: "Mapping[str, object]") -> "list[dict[str, object]]":
    found = seen["problems"]
    return found if isinstance(found, list) else []


def _blocked(seen: "Mapping[str, object]") -> bool:
    return any(one["level"] == "block" for one in _problems(seen))


def _say_verdicts(done: "Imported", console: "Console | None") -> None:
    from rich.console import Console

    out = console or Console(stderr=True, highlight=False)
    rows = [
        (one.row.number, one.verdict, "; ".join(f"{found.cell}: {found.message}" for found in one.problems))
        for one in done.rows
        if one.problems or one.verdict in {"needs_fixing", "changed"}
    ]
    if rows:
        out.print(table(["row", "verdict", "why"], rows))
    for question in done.questions:
        out.print(f"question: {question['message']}", markup=False)
    out.print(", ".join(f"{number} {name.replace('_', ' ')}" for name, number in done.counts.items()), markup=False)


@contextmanager
def _progress(title: str) -> "Iterator[Callable[[int, int], None]]":
    """A bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title)
        yield lambda done, everything: bar.update(task, completed=done, total=everything)
