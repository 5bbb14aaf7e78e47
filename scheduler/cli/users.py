"""`july30 users …`: who may do what."""

from collections.abc import Callable
from typing import Annotated

import typer

from scheduler.cli.common import As, Json, config_of, desk_of, show, table
from scheduler.model import Role, WrongUse

Email = Annotated[str, typer.Argument(help="The user's e-mail address.")]


def list_(context: typer.Context, as_json: Json = False) -> None:
    """List the users with their roles."""
    from scheduler.bootstrap import open_desk
    from scheduler.services.users import users

    with open_desk(config_of(context)) as desk:
        rows = users(desk)
    shown = [(one["email"], one["name"], _roles(one["roles"]), "" if one["active"] else "disabled") for one in rows]
    show({"users": rows}, as_json, lambda console: console.print(table(["e-mail", "name", "roles", ""], shown)))


def add(
    context: typer.Context,
    email: Email,
    name: Annotated[str, typer.Option(help="Their name, as people know them.")],
    role: Annotated[list[Role], typer.Option(help="What they may do; may be given several times.")],
    mission: Annotated[list[str] | None, typer.Option(help="For this mission; may be given several times.")] = None,
    all_missions: Annotated[bool, typer.Option("--all-missions", help="For every mission.")] = False,
    acting: As = None,
    as_json: Json = False,
) -> None:
    """Add a user, or give one more roles; the token of a new one is shown once."""
    from scheduler.services.users import add_user

    needs_missions = set(role) != {Role.ADMINISTRATOR}
    if needs_missions and bool(mission) == all_missions:
        raise WrongUse("say for which missions: --mission CODE (several times, if need be) or --all-missions")
    with desk_of(context, acting) as desk:
        token = add_user(desk, email, name=name, roles=role, missions=mission or ())
    words = f"{email} is added" if token else f"{email} was there already: the roles are added, the token stays"
    _say(email, token, words, as_json)


def disable(context: typer.Context, email: Email, acting: As = None, as_json: Json = False) -> None:
    """Let a user do nothing any more, at once; what they did stays in the log."""
    from scheduler.services import users

    with desk_of(context, acting) as desk:
        users.disable(desk, email)
    words = f"{email} may do nothing any more"
    show({"email": email, "message": words}, as_json, lambda console: console.print(words, markup=False))


def token(context: typer.Context, email: Email, acting: As = None, as_json: Json = False) -> None:
    """Make a new token for a user and show it once; the old one opens nothing any more."""
    from scheduler.services.users import new_token

    with desk_of(context, acting) as desk:
        made = new_token(desk, email)
    _say(email, made, f"{email} has a new token; the old one opens nothing any more", as_json)


def _say(email: str, made: str | None, words: str, as_json: bool) -> None:
    lines = [words, *([f"token, shown only now: {made}"] if made else [])]
    told = {"email": email, "token": made, "message": words}
    show(told, as_json, lambda console: console.print("\n".join(lines), markup=False))


def _roles(roles: object) -> str:
    pairs = roles if isinstance(roles, list) else []
    return ", ".join(f"{one['role']} {one['mission'] or 'everywhere'}" for one in pairs)


COMMANDS: dict[str, Callable[..., None]] = {"list": list_, "add": add, "disable": disable, "token": token}
