"""`july30 alerts test`."""

import typer

from scheduler.cli.common import NEEDS_A_PERSON, As, Json, desk_of, show


def try_out(context: typer.Context, acting: As = None, as_json: Json = False) -> None:
    """Send a test message to every address of `[alerts] urls`, and say of each, by its number, whether it went."""
    from scheduler.services import alerting

    with desk_of(context, acting) as desk:
        told = alerting.try_out(desk)
    words = [f"address {one.number}: {'it went' if one.ok else f'NOT sent: {one.why}'}" for one in told]
    words = words or ["nobody is told anything: write addresses under [alerts] urls in config.toml"]
    rows = [{"address": one.number, "ok": one.ok, "why": one.why} for one in told]
    show({"addresses": rows}, as_json, lambda console: console.print("\n".join(words), markup=False))
    if not told or not all(one.ok for one in told):
        raise typer.Exit(NEEDS_A_PERSON)
