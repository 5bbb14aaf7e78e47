"""The program `july30`: its commands, and one place that turns errors into words and an exit code."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli import accounts, alerts, cards, keeping, plan, queue, quotes, red_button, reports, setup, users
from scheduler.cli.common import UNAVAILABLE, WRONG_USE, say_aside

app = typer.Typer(
    name="july30",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # it prints local variables, and some hold secrets
    rich_markup_mode=None,
    help="Queues, publishes and logs World Day Against Trafficking in Persons posts: each at most once.",
)
queue_app = typer.Typer(no_args_is_help=True, help="The deliveries: look at them and decide about them.")
cards_app = typer.Typer(no_args_is_help=True, help="Quote cards.")
db_app = typer.Typer(no_args_is_help=True, help="The database.")
users_app = typer.Typer(no_args_is_help=True, help="Who may do what.")
accounts_app = typer.Typer(no_args_is_help=True, help="The missions' channels.")
alerts_app = typer.Typer(no_args_is_help=True, help="Who is told when something needs a person.")


@app.callback()
def root(
    config: Annotated[
        Path, typer.Option(envvar="JULY30_CONFIG", help="The configuration file.", show_default=True)
    ] = Path("config.toml"),
) -> None:
    """Queues, publishes and logs World Day Against Trafficking in Persons posts: each at most once."""


COMMANDS: dict[str, Callable[..., None]] = {
    "init": setup.init,
    "up": setup.up,
    "daemon": setup.daemon,
    "web": setup.web,
    "import": plan.import_,
    "export": plan.export,
    "preview": plan.preview,
    "quotes": quotes.quotes,
    "manual-kit": queue.manual_kit,
    "pause": red_button.pause,
    "resume": red_button.resume,
    "status": reports.status,
    "log": reports.log,
    "verify": reports.verify,
    "doctor": setup.doctor,
    "reconcile": keeping.reconcile,
    "backup": keeping.backup,
    "restore": keeping.restore,
}
ACCOUNTS: dict[str, Callable[..., None]] = {
    "list": accounts.list_,
    "check": accounts.check,
    "connect": accounts.connect,
}
ALERTS: dict[str, Callable[..., None]] = {"test": alerts.try_out}
CARDS: dict[str, Callable[..., None]] = {"render": cards.render, "templates": cards.templates}
DATABASE: dict[str, Callable[..., None]] = {"upgrade": setup.upgrade}
for owner, commands in (
    (app, COMMANDS),
    (queue_app, queue.COMMANDS),
    (cards_app, CARDS),
    (accounts_app, ACCOUNTS),
    (users_app, users.COMMANDS),
    (alerts_app, ALERTS),
    (db_app, DATABASE),
):
    for name, command in commands.items():
        owner.command(name)(command)
app.add_typer(queue_app, name="queue")
app.add_typer(cards_app, name="cards")
app.add_typer(accounts_app, name="accounts")
app.add_typer(users_app, name="users")
app.add_typer(alerts_app, name="alerts")
app.add_typer(db_app, name="db")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command has run, and the process ends with its exit code; an error is one message, never a traceback.

    `arguments` None: those of the process.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    given = list(sys.argv[1:] if arguments is None else arguments)
    if broken := next((one for one in given if not _is_text(one)), None):
        say_aside(f"july30: {broken!a} is not UTF-8; set the terminal to UTF-8 and type it again")
        sys.exit(WRONG_USE)
    try:
        app(given)
    except Exception as error:
        from posts.model import PostsError
        from scheduler.model import SchedulerError, Unavailable

        if not isinstance(error, SchedulerError | PostsError | OSError):
            raise
        say_aside(f"july30: {error}")
        sys.exit(UNAVAILABLE if isinstance(error, Unavailable) else WRONG_USE)


def _is_text(argument: str) -> bool:
    """Whether the bytes that the system gave us were UTF-8; Python hides those that were not in lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in argument)


if __name__ == "__main__":
    main()
