"""Connecting an account step by step: whoever connects it sees which page or account it is before anything is stored.

In a browser: `begin`, `finish`, `choose`. By what is typed: `questions`, `typed`, `offered`, `choose`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adapters import registry
from adapters.contract import App, Begun, Choice, Failure, Identity, Question, SignIn
from adapters.signing_in import Held
from scheduler.apps import LOOPBACK
from scheduler.model import WrongUse
from scheduler.secrets import reveal
from scheduler.services.connecting import connectable, stored
from scheduler.services.handing_out import place_of
from scheduler.store import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from posts.model import Account
    from scheduler.services.desk import Desk

PLAIN = Question(name="secret", words="The secret, on one line", hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A sign-in that waits for a person. It holds secrets: whoever began it keeps it to themselves.

    `address`: what the person opens; `redirect`: where they come back to, with `state`.
    """

    account: Account
    address: str = field(repr=False)
    redirect: str
    state: str = field(repr=False)
    way: SignIn = field(repr=False)
    app: App = field(repr=False)
    begun: Begun = field(repr=False)


def in_browser(desk: Desk, which: str) -> bool:
    """Whether this account is connected by signing in at its platform."""
    return registry.sign_in(desk.settings.account(which)) is not None


def redirect_of(desk: Desk, which: str) -> str:
    """Where the account's platform sends people back to, as it is registered there; empty where any place will do."""
    account = desk.settings.account(which)
    way = registry.sign_in(account)
    return _app(desk, account, way).redirect if way and way.app else ""


def begin(desk: Desk, which: str, redirect: str = "") -> Open:
    """A person can open the address, and sign in. `redirect`: where they come back to, where any place will do.

    Raises WrongUse where this account is connected in another way, or cannot be.
    """
    account = connectable(desk, which)
    way = registry.sign_in(account)
    if way is None:
        raise WrongUse(f"'{which}': nobody signs in to {account.platform} in a browser; leave out --browser")
    app = _app(desk, account, way) if way.app else App(client_id="", redirect=redirect or LOOPBACK)
    try:
        begun = way.begin(app)
    except Failure as failure:
        raise WrongUse(f"'{which}': {failure}") from None
    return Open(
        account=account,
        address=begun.address,
        redirect=app.redirect,
        state=begun.state,
        way=way,
        app=app,
        begun=begun,
    )


def finish(opened: Open, came_back: str) -> Sequence[Choice]:
    """The pages or accounts that the person opened; nothing is stored yet. Raises WrongUse where it was refused."""
    try:
        return opened.way.finish(opened.app, opened.begun, came_back)
    except Failure as failure:
        raise WrongUse(f"'{opened.account.id}': {failure}") from None


def questions(desk: Desk, which: str) -> Sequence[Question]:
    """What a person is asked who connects this account by typing."""
    account = connectable(desk, which)
    asked = registry.typed(account)
    return asked.questions if asked else (PLAIN,)


def typed(desk: Desk, which: str, answers: Mapping[str, str]) -> str:
    """The secret that the answers make, by the questions' names. Raises WrongUse for what cannot be meant."""
    asked = registry.typed(desk.settings.account(which))
    given = {name: value.strip() for name, value in answers.items()}
    try:
        return asked.secret(given) if asked else given[PLAIN.name]
    except Failure as failure:
        raise WrongUse(f"'{which}': {failure}") from None


def offered(desk: Desk, which: str, secret: str) -> Choice:
    """The account that this secret opens; nothing is stored yet. Raises WrongUse where it opens none."""
    account = connectable(desk, which)
    if not secret.strip():
        raise WrongUse("nothing was given; nothing is stored")
    held = Held(secret.strip())
    try:
        who = registry.build(account, held, place_of(desk.settings, desk.environment, desk.now)).whoami()
    except Failure as failure:
        raise WrongUse(f"'{which}': {failure}") from None
    kept = held.load()  # what renews itself may have done so just now, and the old one is spent
    return Choice(remote_id=who.remote_id, name=who.handle, url=who.url, secret=kept)


def among(choices: Sequence[Choice], remote_id: str) -> Choice:
    """The one of that id. Raises WrongUse, naming those there are."""
    for one in choices:
        if one.remote_id == remote_id:
            return one
    raise WrongUse(f"there is no '{remote_id}' among what was opened: {named(choices)}")


def named(choices: Sequence[Choice]) -> str:
    """The choices as a person reads them."""
    return ", ".join(f"{one.name} (id {one.remote_id})" for one in choices)


def refuse_another(desk: Desk, which: str, choice: Choice) -> None:
    """Nothing, where the account may open that one. Raises WrongUse where it was confirmed for another."""
    account = desk.settings.account(which)
    with desk.database.read() as tx:
        before = catalogue.confirmed_identity(tx, which)
    if before is not None and before != choice.remote_id:
        raise WrongUse(
            f"'{which}' was confirmed for the account with the id {before}, and this is {named([choice])}; nothing is"
            " stored. Its posts are bound to that one: give the other an id of its own in config.toml"
        )
    if account.handle and not catalogue.same_handle(account.handle, choice.handle or choice.name):
        raise WrongUse(
            f"'{which}' is {account.handle} in config.toml, and this is {named([choice])}; nothing is stored."
            " Sign in as the right one, or correct handle"
        )


def choose(desk: Desk, which: str, choice: Choice) -> dict[str, object]:
    """What was chosen is stored, and is what this account opens from now on. Raises WrongUse as `refuse_another`."""
    account = connectable(desk, which)
    refuse_another(desk, which, choice)
    who = Identity(remote_id=choice.remote_id, handle=choice.handle or choice.name, url=choice.url)
    return stored(desk, account, choice.secret, opens=who)


def _app(desk: Desk, account: Account, way: SignIn) -> App:
    for one in desk.settings.apps:
        if one.platform == way.app:
            found = App(client_id=one.client_id, redirect=one.redirect, scopes=one.scopes)
            return replace(found, client_secret=_secret(desk, one.secret)) if one.secret else found
    raise WrongUse(
        f"'{account.id}': july30 is not known to {way.app} yet; register it there once, and write [[app]] with"
        f' platform = "{way.app}", client_id, secret and redirect into {desk.settings.path.name}'
    )


def _secret(desk: Desk, reference: str) -> str:
    try:
        return reveal(reference, desk.settings.path.parent, desk.environment)
    except Failure as failure:
        raise WrongUse(f"the app's secret: {failure}") from None
