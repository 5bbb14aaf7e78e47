"""Setting up, running, and looking after: init, daemon, db upgrade, doctor."""

from importlib import resources
from typing import TYPE_CHECKING

import typer

from scheduler.cli.common import NEEDS_A_PERSON, Json, config_of, say_aside, show

if TYPE_CHECKING:
    from pathlib import Path


def init(context: typer.Context, as_json: Json = False) -> None:
    """Make config.toml from the example where there is none, and the database. Never overwrites anything."""
    from scheduler.bootstrap import create

    path = config_of(context)
    made = _write_example(path)
    settings, before, now = create(path)
    for one in settings.warnings:
        say_aside(f"note: {one}")
    told = {"config": str(path), "config_made": made, "database_was": before, "database_is": now}
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
        say_aside("july30: a call was still under way; the next start looks at what became of it")
        raise typer.Exit(NEEDS_A_PERSON)


def web(context: typer.Context) -> None:
    """Serve the console's first pages at `[console] listen`, until told to stop. Reads; only the outbox feed writes."""
    import uvicorn

    from scheduler.bootstrap import open_desk
    from scheduler.web.app import console

    with open_desk(config_of(context)) as desk:
        host, _, port = desk.settings.listen.rpartition(":")
        say_aside(f"the console: http://{desk.settings.listen.replace('127.0.0.1', 'localhost')}/")
        uvicorn.run(
            console(desk),
            host=host.strip("[]"),
            port=int(port),
            server_header=False,
            lifespan="off",
            log_level="warning",
        )


def doctor(context: typer.Context, as_json: Json = False) -> None:
    """Look over configuration, database, folders, secrets and the daemon's heartbeat; says what to mend."""
    from scheduler.bootstrap import open_desk
    from scheduler.services.doctoring import examine

    with open_desk(config_of(context)) as desk:
        found = examine(desk)
    told = {"ok": all(one["ok"] for one in found), "checks": found}
    words = [f"{'ok  ' if one['ok'] else 'MEND'}  {one['check']}: {one['message']}" for one in found]
    show(told, as_json, lambda console: console.print("\n".join(words), markup=False))
    if not told["ok"]:
        raise typer.Exit(NEEDS_A_PERSON)


def _write_example(path: "Path") -> bool:
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    example = resources.files("scheduler") / "data" / "config.example.toml"
    path.write_text(example.read_text(encoding="utf-8"), encoding="utf-8")
    return True
