"""`july30 accounts connect`, step by step: what is said and asked goes to stderr, and a question only to a terminal."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

from scheduler.cli.common import say_aside
from scheduler.cli.loopback import Loopback, is_here
from scheduler.model import WrongUse
from scheduler.services import signing_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.contract import Choice
    from scheduler.services.desk import Desk

CHARACTERS_MAX = 65_536


def by_browser(desk: Desk, account: str, page: str | None, *, paste: bool) -> dict[str, object]:
    """Somebody has signed in at the platform, has confirmed which page or account it is, and it is stored."""
    redirect = signing_in.redirect_of(desk, account)
    if paste or (redirect and not is_here(redirect)):
        opened = signing_in.begin(desk, account)
        _say_where(opened.address, "Then paste the whole address that the browser shows at the end, even if no page is")
        came_back = _read("The address (it is not shown): ", hidden=True)
    else:
        with Loopback(redirect) as here:
            opened = signing_in.begin(desk, account, here.address)
            _say_where(opened.address, "Waiting for the browser to come back to this machine")
            came_back = here.wait_for(opened.state)
    return _chosen(desk, account, signing_in.finish(opened, came_back), page)


def by_secret(desk: Desk, account: str, page: str | None) -> dict[str, object]:
    """The secret was typed, or given whole on stdin; whose account it opens was confirmed, and it is stored."""
    if sys.stdin.isatty():
        asked = signing_in.questions(desk, account)
        secret = signing_in.typed(
            desk, account, {one.name: _read(f"{one.words}: ", hidden=one.hidden) for one in asked}
        )
    else:
        secret = sys.stdin.read(CHARACTERS_MAX)
    return _chosen(desk, account, [signing_in.offered(desk, account, secret)], page)


def _chosen(desk: Desk, account: str, choices: Sequence[Choice], page: str | None) -> dict[str, object]:
    if page is not None:
        return signing_in.choose(desk, account, signing_in.among(choices, page))
    if not sys.stdin.isatty():
        raise WrongUse(
            f"'{account}' could be {signing_in.named(choices)}; nothing is stored. Say which one it is: --page ID"
        )
    choice = choices[0] if len(choices) == 1 else _picked(choices)
    signing_in.refuse_another(desk, account, choice)
    say_aside(f"{account} is going to be: {signing_in.named([choice])} {choice.url}".rstrip())
    if _read("Is that right? Only yes stores it: ", hidden=False).casefold() not in {"y", "yes"}:
        raise WrongUse("nothing is stored")
    return signing_in.choose(desk, account, choice)


def _picked(choices: Sequence[Choice]) -> Choice:
    for number, one in enumerate(choices, 1):
        say_aside(f"{number:>3}  {one.name}  id {one.remote_id}")
    answer = _read("The number of the right one: ", hidden=False)
    if not answer.isdecimal() or not 1 <= int(answer) <= len(choices):
        raise WrongUse("that is none of them; nothing is stored")
    return choices[int(answer) - 1]


def _say_where(address: str, then: str) -> None:
    say_aside(
        f"Open this address in a browser, and sign in as whoever may post for this account:\n\n{address}\n\n{then}."
    )


def _read(words: str, *, hidden: bool) -> str:
    """One line of what was typed; without a terminal the next line of standard input, unasked."""
    if not sys.stdin.isatty():
        return sys.stdin.readline(CHARACTERS_MAX).strip()
    if hidden:
        return getpass.getpass(words).strip()
    sys.stderr.write(words)
    sys.stderr.flush()
    return sys.stdin.readline(CHARACTERS_MAX).strip()
