"""Accounts: which there are, and whether their credentials open what they should."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.contract import AuthExpired, Failure
from scheduler.budgets import made_this_month, used_up
from scheduler.model import DAEMON, Scope, WrongUse
from scheduler.secrets import WRITABLE
from scheduler.services.lasting import lasting
from scheduler.services.permitting import Right, require
from scheduler.store import catalogue, pauses
from scheduler.store.ledger import Entry, write_down

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from adapters.contract import Identity
    from posts.model import Account
    from scheduler.services.desk import Desk
    from scheduler.store.database import Transaction


def accounts(desk: Desk) -> list[dict[str, object]]:
    """The accounts with what their platform promises."""
    return [_described(desk, one) for one in desk.settings.accounts]


def check_accounts(desk: Desk, which: Sequence[str]) -> list[dict[str, object]]:
    """Each account (all where none is named) has been asked who it is; `ok` and in plain words what was found.

    The pause that the daemon had put on an account for its credentials ends where they work again.
    """
    chosen = [desk.settings.account(one) for one in which] or list(desk.settings.accounts)
    return [_checked(desk, one) for one in chosen]


def connect_account(desk: Desk, which: str, given: Callable[[], str]) -> dict[str, object]:
    """The account's secret is what `given` says, in the place that config.toml names; the account was asked who it is.

    `given` is asked only where there is such a place. Raises WrongUse where there is none, or it takes nothing.
    """
    account = connectable(desk, which)
    secret = given().strip()
    if not secret:
        raise WrongUse("there was no secret on standard input; give it there, never as an argument")
    return stored(desk, account, secret)


def connectable(desk: Desk, which: str) -> Account:
    """The account, which whoever acts may connect. Raises WrongUse where its secret's place cannot be written."""
    account = desk.settings.account(which)
    require(desk, Right.CONNECT, [account.mission])
    kind = account.secret.partition(":")[0]
    if kind not in WRITABLE:
        raise WrongUse(
            f"'{which}' keeps its secret at '{account.secret}', where july30 cannot write; write"
            f' secret = "vault:{which}" in {desk.settings.path.name}, and type this again'
        )
    return account


def stored(desk: Desk, account: Account, secret: str, opens: Identity | None = None) -> dict[str, object]:
    """The secret is in its place, and the account was asked who it is; `opens`: whom a person confirmed before.

    Raises WrongUse where the place takes nothing.
    """
    try:
        place = desk.settings.secret_at(account.secret, desk.environment)
        with place.renewing():  # or a daemon that is just renewing the old one would write over the new one
            place.save(secret)
    except Failure as failure:
        raise WrongUse(str(failure)) from None
    told = {"kept": account.secret, **({"remote_id": opens.remote_id, "handle": opens.handle} if opens else {})}
    entry = Entry(at=desk.now(), actor=desk.actor, verb="connect", subject=f"account:{account.id}", after=told)
    with desk.database.write() as tx:
        if opens and catalogue.confirmed_identity(tx, account.id) is None:
            catalogue.confirm_identity(tx, account.id, opens, desk.now(), by=desk.actor)
        write_down(tx, [entry])
    return _checked(desk, account)


def _described(desk: Desk, account: Account) -> dict[str, object]:
    profile = desk.profile(account)
    return {
        "id": account.id,
        "mission": account.mission,
        "platform": account.platform,
        "handle": account.handle,
        "lookup": str(profile.lookup),
        "can_delete": profile.can_delete,
        "metrics": list(profile.metrics),
        "secret": account.secret.partition(":")[0],
    }


def _checked(desk: Desk, account: Account) -> dict[str, object]:
    told: dict[str, object] = {"id": account.id, "platform": account.platform, "ok": False}
    try:
        who = desk.adapter_of(account.id).whoami()
    except AuthExpired as failure:
        return {**told, "message": str(failure), **_until_when(desk, account, str(failure))}
    except Failure as failure:
        return {**told, "message": str(failure)}
    with desk.database.write() as tx:
        before = catalogue.confirmed_identity(tx, account.id)
        handle_differs = bool(account.handle) and not catalogue.same_handle(account.handle, who.handle)
        if handle_differs or (before is not None and before != who.remote_id):
            words = f"opens {who.handle or who.remote_id}, which is not the account it was confirmed for"
            return {**told, "message": words}
        if before is None:
            catalogue.confirm_identity(tx, account.id, who, desk.now())
        opens = {"message": f"opens {who.handle or who.remote_id}", "url": who.url}
        if most := account.posts_per_month:
            made = made_this_month(tx, account.id, desk.now())
            left = max(0, most - made)
            opens |= {"message": f"{opens['message']}; {made} of {most} posts made this month, {left} left"}
            if not left:
                words = used_up(account.id, most, desk.now(), made=made)
                return {**told, **opens, "message": f"{opens['message']}: {words}"}
        _end_our_pause(tx, desk, account.id)
    return {**told, "ok": True, **opens, **_until_when(desk, account, opens["message"])}


def _until_when(desk: Desk, account: Account, before: str) -> dict[str, object]:
    """How long its credentials last, after what was said `before`; nothing where nobody knows of an end.

    `renew`: whether a person has to see to it, from 30 days before on, and whenever posts come after the end.
    """
    try:
        found = lasting(desk, account)
    except Failure as failure:
        return {"message": f"{before}; how long its credentials last could not be asked ({failure})"}
    if found is None:
        return {}
    zone = desk.settings.mission(account.mission).time_zone
    return {
        "message": f"{before}; {found.words(account, zone, desk.now())}",
        "expires_at": found.ends_at.isoformat(),
        "posts_after": found.posts_after,
        "renew": found.wants_a_person(desk.now()),
    }


def _end_our_pause(tx: Transaction, desk: Desk, account: str) -> None:
    """Only the daemon's own pause: one that a person pressed is theirs to end."""
    mine = {"scope": Scope.ACCOUNT, "subject": account, "by": DAEMON}
    if any(all(one[name] == value for name, value in mine.items()) for one in pauses.active(tx)):
        pauses.release(tx, Scope.ACCOUNT, account, why="its credentials work again", by=desk.actor, now=desk.now())
