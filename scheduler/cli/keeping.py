"""Copies of the database: backup, restore, reconcile."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli.common import NEEDS_A_PERSON, As, Json, config_of, desk_of, plain, show

if TYPE_CHECKING:
    from rich.console import Console

    from scheduler.restoring import Restored
    from scheduler.services.reconciling import Reconciled


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where the copy goes; never overwritten.")],
    as_json: Json = False,
) -> None:
    """Copy the database whole while everything runs, and check the copy. Its owner alone can read it."""
    from scheduler.services import keeping

    with desk_of(context, None) as desk:
        made = keeping.backup(desk, file)
    told = {
        "file": str(made.path),
        "size_bytes": made.size_bytes,
        "ledger_rows": made.ledger_rows,
        "journal_number": made.journal_number,
        "not_in_it": keeping.NOT_IN_IT,
    }
    words = (
        f"{file}: {made.size_bytes} bytes, ledger of {made.ledger_rows} rows unbroken; not in it: {keeping.NOT_IN_IT}"
    )
    show(told, as_json, lambda console: console.print(words, markup=False))


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The copy, as `backup` made it.")],
    as_json: Json = False,
) -> None:
    """Put a copy back in place of the database, which is kept aside; everything is paused, and nothing goes twice."""
    from scheduler import restoring

    done = restoring.restore(config_of(context), file)
    told = {
        "aside": str(done.aside) if done.aside else None,
        "ledger_rows": done.copy.ledger_rows,
        "reconciled": told_of(done.reconciled) if done.reconciled else None,
        "still_to_do": done.words,
    }
    show(told, as_json, lambda console: _say_restored(console, file, done))
    raise typer.Exit(NEEDS_A_PERSON)  # somebody has to look it over and to resume


def reconcile(
    context: typer.Context,
    moved: Annotated[
        bool, typer.Option("--moved", help="The database was moved here, and nothing sends at the old place any more.")
    ] = False,
    without_journal: Annotated[
        bool, typer.Option("--without-journal", help="The send journal is lost for good.")
    ] = False,
    clock: Annotated[
        bool, typer.Option("--clock", help="The clock of this machine is right; what was recorded later was wrong.")
    ] = False,
    acting: As = None,
    as_json: Json = False,
) -> None:
    """Bring the database together with the send journal; what that knows is kept, and everything stays paused."""
    from scheduler.services import reconciling

    with desk_of(context, acting) as desk:
        if clock:
            reconciling.confirm_clock(desk)
            words = "written down: the clock is right"
            show({"clock": "confirmed"}, as_json, lambda console: console.print(words, markup=False))
            return
        done = reconciling.reconcile(desk, moved=moved, without_journal=without_journal)
    show(told_of(done), as_json, lambda console: say(console, done))
    if done.needs_a_person:
        raise typer.Exit(NEEDS_A_PERSON)


def told_of(done: "Reconciled") -> dict[str, object]:
    """The JSON form of what was reconciled."""
    return {
        "verdict": done.verdict,
        "published": done.published,
        "to_settle": done.to_settle,
        "unknown": done.unknown,
        "ended": done.ended,
        "paused": done.paused,
    }


def say(console: "Console", done: "Reconciled") -> None:
    """What was reconciled, in words, and what is asked of a person."""
    lines = [f"database and send journal are one history again (they were: {done.verdict})"]
    if done.published:
        lines.append(f"published, as the journal proves: {_numbers(done.published)}")
    if done.to_settle:
        lines.append(f"may be out; look, then july30 queue resolve: {_numbers(done.to_settle)}")
    for one in done.unknown:
        where = one["permalink"] or "address not known"
        lines.append(f"out or perhaps out, and not in this database: {one['account']}, {plain(one['at'])}: {where}")
    for one in done.ended:
        where = one["permalink"] or "address not known"
        lines.append(f"ended here, yet out or perhaps out: delivery {one['delivery']}, {one['account']}: {where}")
    if done.paused:
        lines.append("everything is paused: look the queue over (july30 queue list), then july30 resume --all")
    console.print("\n".join(lines), markup=False)


def _say_restored(console: "Console", file: Path, done: "Restored") -> None:
    lines = [f"the database is {file} now, its ledger of {done.copy.ledger_rows} rows unbroken"]
    if done.aside:
        lines.append(f"what was there before: {done.aside}")
    if done.words:
        lines.append(f"before anything is sent: {done.words}")
    if not done.reconciled:
        lines.append("everything is paused: look the queue over (july30 queue list), then july30 resume --all")
    console.print("\n".join(lines), markup=False)
    if done.reconciled:
        say(console, done.reconciled)


def _numbers(those: list[int]) -> str:
    return ", ".join(map(str, those))
