"""Where everything stands: status, log, verify."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.cli.common import NEEDS_A_PERSON, Json, Limit, config_of, moment_of, plain, short, show, table

if TYPE_CHECKING:
    from rich.console import Console


def status(context: typer.Context, as_json: Json = False) -> None:
    """Say what is due, what waits for a person, what is paused, and whether the daemon lives and sends."""
    from scheduler.bootstrap import open_desk
    from scheduler.services.reporting import status as look

    with open_desk(config_of(context)) as desk:
        told = look(desk)
    show(told, as_json, lambda console: _say_status(console, told))
    if any(one["needs_a_person"] for one in told["matters"]):
        raise typer.Exit(NEEDS_A_PERSON)


def log(
    context: typer.Context,
    mission: Annotated[str | None, typer.Option(help="Only this mission's.")] = None,
    since: Annotated[str | None, typer.Option(help="Only what was due from this day or instant on (UTC).")] = None,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List deliveries with their latest counts; a count that the platform does not give is not shown."""
    from scheduler.bootstrap import open_desk
    from scheduler.services.reporting import Filter
    from scheduler.services.reporting import log as look

    with open_desk(config_of(context)) as desk:
        rows = look(desk, Filter(mission=mission, since=_since(since), limit=limit))
    shown = [
        (
            one["id"],
            one["account_id"],
            one["state"],
            one["local_due"],
            ", ".join(f"{name} {value}" for name, value in _metrics(one).items()),
            short(one["text"], 32),
            one["permalink"],
        )
        for one in rows
    ]
    columns = ["id", "account", "state", "local time", "counts", "text", "address"]
    show({"rows": rows}, as_json, lambda console: console.print(table(columns, shown)))


def verify(context: typer.Context, as_json: Json = False) -> None:
    """Walk the hash chains of audit and engagement; says the first row that does not fit, if any."""
    from scheduler.bootstrap import open_desk
    from scheduler.services.reporting import verify as walk

    with open_desk(config_of(context)) as desk:
        found = walk(desk)
    broken = found.first_bad
    words = f"{found.rows} rows, first bad: {broken}" if broken else f"{found.rows} rows, unbroken"
    told = {"rows": found.rows, "ok": broken is None, "first_bad": broken}
    show(told, as_json, lambda console: console.print(words, markup=False))
    if broken:
        raise typer.Exit(NEEDS_A_PERSON)


def _since(written: str | None) -> datetime | None:
    if written is None:
        return None
    moment = moment_of(written)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _metrics(row: dict[str, Any]) -> dict[str, int]:
    return row["metrics"] if isinstance(row["metrics"], dict) else {}


def _say_status(console: "Console", told: dict[str, Any]) -> None:
    beat = told["heartbeat_at"]
    lines = [f"daemon: last alive {plain(beat)}" if beat else "daemon: never ran"]
    lines.append(f"due now and not sent: {told['due']}")
    if told["late"]:
        lines.append(f"late, and going later or judged soon: {told['late']}")
    lines += [f"{name}: {told[name]}" for name in ("waiting", "published", "unclear", "held", "failed") if told[name]]
    if told["drafts"]:
        lines.append(f"posts that nobody approved yet: {told['drafts']}")
    for one in told["matters"]:
        lines.append(f"{'!' if one['needs_a_person'] else '-'} {one['happened']}")
        lines += [f"  {words}" for words in (one["then"], f"{one['asked']} {one['command']}".strip()) if words]
    lines.append(f"zone data: {told['tzdata']}")
    if told["zone_news"]:
        lines.append(f"  clocks have changed: {told['zone_news']}")
    console.print("\n".join(lines), markup=False)
