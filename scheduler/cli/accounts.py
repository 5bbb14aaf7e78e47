"""`july30 accounts …`."""

import sys
from typing import Annotated

import typer

from scheduler.cli.common import NEEDS_A_PERSON, As, Json, config_of, desk_of, show, table

SECRET_CHARACTERS_MAX = 65_536


def list_(context: typer.Context, as_json: Json = False) -> None:
    """List the accounts and what their platforms promise."""
    from scheduler.bootstrap import open_desk
    from scheduler.services.connecting import accounts

    with open_desk(config_of(context)) as desk:
        rows = accounts(desk)
    shown = [(one["id"], one["mission"], one["platform"], one["lookup"]) for one in rows]
    columns = ["id", "mission", "platform", "look-up"]
    show({"accounts": rows}, as_json, lambda console: console.print(table(columns, shown)))


def check(
    context: typer.Context,
    account: Annotated[list[str] | None, typer.Argument(help="Accounts; all if none is named.")] = None,
    acting: As = None,
    as_json: Json = False,
) -> None:
    """Ask each account's platform whether the credentials work, and whose account they open."""
    from scheduler.services.connecting import check_accounts

    with desk_of(context, acting) as desk:
        rows = check_accounts(desk, account or [])
    _show_checked(rows, as_json)


def connect(
    context: typer.Context,
    account: Annotated[str, typer.Argument(help="The account.")],
    browser: Annotated[bool, typer.Option("--browser", help="By signing in at the platform, in a browser.")] = False,
    paste: Annotated[
        bool, typer.Option("--paste", help="With --browser on another machine: its last address is read from stdin.")
    ] = False,
    page: Annotated[
        str | None,
        typer.Option("--page", metavar="ID", help="The page or account of this id, and no other; not asked."),
    ] = None,
    acting: As = None,
    as_json: Json = False,
) -> None:
    """Connect an account: whose it is is shown and confirmed, and its secret is stored."""
    from scheduler.cli import signing_in
    from scheduler.services.connecting import connect_account

    with desk_of(context, acting) as desk:
        if browser or paste:
            row = signing_in.by_browser(desk, account, page, paste=paste)
        elif sys.stdin.isatty() or page is not None:
            row = signing_in.by_secret(desk, account, page)
        else:
            row = connect_account(desk, account, lambda: sys.stdin.read(SECRET_CHARACTERS_MAX))
    _show_checked([row], as_json)


def _show_checked(rows: list[dict[str, object]], as_json: bool) -> None:
    shown = [(one["id"], one["platform"], _mark(one), one["message"]) for one in rows]
    show({"accounts": rows}, as_json, lambda console: console.print(table(["id", "platform", "", "what"], shown)))
    if any(_mark(one) != "ok" for one in rows):
        raise typer.Exit(NEEDS_A_PERSON)


def _mark(one: dict[str, object]) -> str:
    if not one["ok"]:
        return "MEND"
    return "RENEW" if one.get("renew") else "ok"
