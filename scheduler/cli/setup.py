"""Setting up, running, and looking after: init, up, daemon, web, db upgrade, doctor."""

from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli.common import NEEDS_A_PERSON, As, Json, config_of, desk_of, say_aside, show

CUT_OFF = "july30: a call was still under way; the next start looks at what became of it"


def init(
    context: typer.Context,
    administrator: Annotated[
        str, typer.Option(metavar="EMAIL", help="Who may look after users at first.", show_default=True)
    ] = "administrator@localhost",
    as_json: Json = False,
) -> None:
    """Make config.toml from the example where there is none, the database, the vault's key and the first administrator.

    Never overwrites anything. The administrator's token is shown once, on stderr.
    """
    from scheduler.bootstrap import create, key_made, open_desk
    from scheduler.services.users import first_administrator

    path = config_of(context)
    made = _write_example(path)
    settings, before, now = create(path)
    key = key_made(settings)
    for one in settings.warnings:
        say_aside(f"note: {one}")
    with open_desk(path) as desk:
        token = first_administrator(desk, administrator)
    if token:
        say_aside(f"{administrator} is the first administrator; their token, shown only now: {token}")
    told = {
        "config": str(path),
        "config_made": made,
        "database_was": before,
        "database_is": now,
        "administrator_made": administrator if token else None,
        "key_made": key,
    }
    words = [f"{path}: {'made from the example; read it and fill it in' if made else 'there already, not touched'}"]
    words.append(f"database: {'made' if before is None else 'there already'}, version {now}")
    show(told, as_json, lambda console: console.print("\n".join(words), markup=False))


def upgrade(context: typer.Context, as_json: Json = False) -> None:
    """Bring the database's tables to the version that this program needs."""
    from scheduler.bootstrap import create

    _settings, before, now = create(config_of(context))
    told = {"database_was": before, "database_is": now}
    show(told, as_json, lambda console: console.print(f"database: was {before or 'empty'}, is {now}", markup=False))


def daemon(context: typer.Context) -> None:
    """Publish what falls due, unattended, until told to stop (SIGTERM or Ctrl-C)."""
    from scheduler import daemon as unattended
    from scheduler.notify.logs import to_stderr

    to_stderr()
    if not unattended.run(config_of(context)):
        say_aside(CUT_OFF)
        raise typer.Exit(NEEDS_A_PERSON)


def web(context: typer.Context) -> None:
    """Serve the console's first pages at `[console] listen`, until told to stop. Reads; only the outbox feed writes."""
    import signal

    from scheduler.bootstrap import open_desk
    from scheduler.web.serving import serving

    ends = {signal.SIGTERM, signal.SIGINT}
    with open_desk(config_of(context)) as desk:
        signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # first: the console's thread must not take them either
        with serving(desk) as address:
            say_aside(f"the console: {address}")
            signal.sigwait(ends)


def up(
    context: typer.Context,
    demo: Annotated[
        bool, typer.Option("--demo", help="An invented sample campaign in a folder of its own; nothing leaves it.")
    ] = False,
    folder: Annotated[Path, typer.Option(help="With --demo: the folder.")] = Path("demo"),
) -> None:
    """Publish what falls due and serve the console, both in this process, until told to stop (SIGTERM or Ctrl-C)."""
    from scheduler import up as both
    from scheduler.notify.logs import to_stderr

    if demo:
        from scheduler import demo as sample

        ended = sample.run(folder, say=say_aside)
    else:
        to_stderr()
        ended = both.run(config_of(context), say=lambda address: say_aside(f"the console: {address}"))
    if not ended:
        say_aside(CUT_OFF)
        raise typer.Exit(NEEDS_A_PERSON)


def doctor(context: typer.Context, acting: As = None, as_json: Json = False) -> None:
    """Look over configuration, database, folders, secrets and the daemon's heartbeat; says what to mend."""
    from scheduler.services.doctoring import examine

    with desk_of(context, acting) as desk:
        found = examine(desk)
    told = {"ok": all(one["ok"] for one in found), "checks": found}
    words = [f"{'ok  ' if one['ok'] else 'MEND'}  {one['check']}: {one['message']}" for one in found]
    show(told, as_json, lambda console: console.print("\n".join(words), markup=False))
    if not told["ok"]:
        raise typer.Exit(NEEDS_A_PERSON)


def _write_example(path: Path) -> bool:
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    example = resources.files("scheduler") / "data" / "config.example.toml"
    path.write_text(example.read_text(encoding="utf-8"), encoding="utf-8")
    return True
