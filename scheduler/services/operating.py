"""The verbs for deliveries that wait for a person, and the red button."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from adapters.contract import Addressed, Failure
from posts.compose import compose
from scheduler.looking import Memory
from scheduler.model import Scope, State, WrongUse, parts_out_at
from scheduler.plan import next_reading, window_end
from scheduler.services.confirming import Resumed, is_confirmed
from scheduler.services.foreseeing import Forecast, foresee, ready
from scheduler.services.permitting import Right, require_for_deliveries, require_for_scope
from scheduler.store import claims, late, moves, outcomes, pauses, posts
from scheduler.store.moves import Move

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from adapters.contract import Receipt
    from scheduler.services.desk import Desk
    from scheduler.store.database import Transaction


PARTLY_OUT = "out in part, {where}"
STAYS_OUT = f"{PARTLY_OUT}: that stays there until somebody deletes it there"


def hold(desk: Desk, numbers: Sequence[int], *, why: str) -> list[str]:
    """The deliveries wait for a person, with that reason; what is out of them in part, in words.

    Raises WrongUse for one that does not wait; then none is held.
    """
    waiting = frozenset({State.WAITING})  # one that is being sent must end as what it becomes
    return _each(desk, numbers, Move(verb="hold", to=State.HELD, actor=desk.actor, reason=why, only_from=waiting))


def release(desk: Desk, numbers: Sequence[int]) -> None:
    """The deliveries wait for their time again, or go at once where it has come.

    Raises WrongUse for one that may be out already: only `resolve` answers that.
    """
    with desk.database.write() as tx:
        require_for_deliveries(tx, desk, Right.LET_GO, numbers)
        for number in numbers:
            if moves.get(tx, number)["state"] != State.SENDING and moves.may_be_out(tx, number):
                raise WrongUse(f"delivery {number} may be out already: look, then use `july30 queue resolve {number}`")
            _to_waiting(tx, desk, number, "release", State.HELD)


def retry(desk: Desk, numbers: Sequence[int]) -> None:
    """The failed deliveries are tried again at once, as they are."""
    with desk.database.write() as tx:
        require_for_deliveries(tx, desk, Right.LET_GO, numbers)
        for number in numbers:
            _to_waiting(tx, desk, number, "retry", State.FAILED)


def skip(desk: Desk, numbers: Sequence[int], *, why: str) -> list[str]:
    """The held deliveries end as skipped, with that reason; what is out of them in part, in words."""
    return _each(desk, numbers, Move(verb="skip", to=State.SKIPPED, actor=desk.actor, reason=why))


def cancel(desk: Desk, numbers: Sequence[int], *, why: str) -> list[str]:
    """The deliveries end as cancelled, with that reason: nothing more of them will go out; what is out, in words."""
    return _each(desk, numbers, Move(verb="cancel", to=State.CANCELLED, actor=desk.actor, reason=why))


def resolve_published(desk: Desk, number: int, address: str | None) -> str:
    """The delivery is published at that address; without one it is looked up at the platform. The address.

    Raises WrongUse where the look-up does not find it: then a person must give the address.
    """
    if address is not None and not _is_address(address):
        raise WrongUse(f"'{address}' is no address; give it as the browser shows it, starting with https://")
    with desk.database.read() as tx:
        require_for_deliveries(tx, desk, Right.LET_GO, [number])
    receipt = None if address else _look_up(desk, number)
    permalink = receipt.permalink if receipt else str(address)
    remote_id = receipt.remote_id if receipt else _remote_id_at(desk, number, permalink)
    with desk.database.write() as tx:
        row = moves.get(tx, number)
        if remote_id in claims.taken_remote_ids(tx, str(row["account_id"]), but=number):
            raise WrongUse(f"another delivery of {row['account_id']} is published at {permalink} already")
        now = desk.now()
        until = window_end(desk.settings.campaign, str(row["time_zone"])) + desk.settings.measure_until
        changes = {
            "permalink": permalink,
            "remote_id": remote_id,
            "published_at": now,
            "late_by_s": max(0, int((now - cast("datetime", row["due_at"])).total_seconds())),
            "measure_at": next_reading(now, now, desk.settings.cadence, until),
        }
        open_to_a_person = frozenset({State.UNCLEAR, State.HELD})
        resolved = Move(verb="resolve", to=State.PUBLISHED, actor=desk.actor, only_from=open_to_a_person)
        moves.make(tx, number, resolved, now, changes)
        moves.settle_attempt(tx, number, "resolved_published", now)
    return permalink


def resolve_not_published(desk: Desk, number: int) -> None:
    """A person has looked and it is not there: the delivery waits for its time again, or goes at once."""
    with desk.database.write() as tx:
        require_for_deliveries(tx, desk, Right.LET_GO, [number])
        before = State(str(moves.get(tx, number)["state"]))
        if before not in {State.UNCLEAR, State.HELD}:
            raise WrongUse(f"delivery {number} is {before}: only an unclear or held one can be resolved")
        moves.settle_attempt(tx, number, "resolved_not_published", desk.now())
        _to_waiting(tx, desk, number, "resolve", before)


def pause(desk: Desk, scope: Scope, subject: str, *, why: str) -> bool:
    """Nothing in the scope is sent from now on; False if it was paused already."""
    refuse_no_reason(why)
    _must_exist(desk, scope, subject)
    with desk.database.write() as tx:
        return pauses.press(tx, scope, _subject(desk, scope, subject), why=why, by=desk.actor, now=desk.now())


def resume(desk: Desk, scope: Scope, subject: str, *, why: str) -> Resumed:
    """The scope is sent again, was not paused, or will be once somebody else confirms; which of these."""
    return resume_and_foresee(desk, scope, subject, why=why)[0]


def resume_and_foresee(desk: Desk, scope: Scope, subject: str, *, why: str) -> tuple[Resumed, Forecast]:
    """As `resume`; and what will become of the deliveries that nothing keeps from going any more."""
    require_for_scope(desk, Right.RESUME, scope, subject)
    stored = _subject(desk, scope, subject)
    with desk.database.write() as tx:
        if not is_confirmed(tx, desk, scope, stored):
            return Resumed.ASKED, Forecast()
        before = ready(tx)
        ended = pauses.release(tx, scope, stored, why=why, by=desk.actor, now=desk.now())
        will = foresee(tx, desk.now(), but=before)
    return (Resumed.ENDED if ended else Resumed.NOT_PAUSED), will


def _remote_id_at(desk: Desk, number: int, address: str) -> str:
    """What the platform calls the post there: the adapter knows where that is no part of the address."""
    with desk.database.read() as tx:
        account_id = str(moves.look(tx, number)["account_id"])
    reader: object = desk.reader_of(account_id)
    if isinstance(reader, Addressed) and (named := reader.remote_id_at(address)):
        return named
    return remote_id_of(address)


def remote_id_of(address: str) -> str:
    """What most platforms call a post: the last part of its address's path.

    The whole address where that part holds no digit or a query follows: it is a page that many posts share.
    """
    path = urlsplit(address).path.removesuffix("/index.html").rstrip("/")
    last = path.rpartition("/")[2]
    return last if any(map(str.isdigit, last)) and not urlsplit(address).query else address


def refuse_no_reason(why: str) -> None:
    """Nothing, where a reason is given. Raises WrongUse where there is none: the next on duty has only that."""
    if not why.strip():
        raise WrongUse("say why: the reason is kept, and the next person on duty has nothing else to go by")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        names_a_place = bool(parts.hostname) if parts.scheme in {"http", "https"} else parts.scheme == "file"
    except ValueError:
        return False
    return names_a_place and not any(map(str.isspace, text))


def _each(desk: Desk, numbers: Sequence[int], move: Move) -> list[str]:
    """All have made the move or none has; of a thread that is out in part the reason says so, and where."""
    refuse_no_reason(move.reason)
    told = []
    with desk.database.write() as tx:
        require_for_deliveries(tx, desk, Right.STOP, numbers)
        for number in numbers:
            mine = move
            if out := _partly_out(tx, number, move):
                mine = replace(move, reason=f"{move.reason} ({out})")
                told.append(f"delivery {number}: {out}")
            moves.make(tx, number, mine, desk.now())
    return told


def _partly_out(tx: Transaction, number: int, move: Move) -> str:
    words = PARTLY_OUT if move.to is State.HELD else STAYS_OUT
    where = parts_out_at(cast("dict[str, object]", moves.get(tx, number)["progress"]))
    return words.format(where="; ".join(where)) if where else ""


def _to_waiting(tx: Transaction, desk: Desk, number: int, verb: str, only_from: State) -> None:
    due_at, now = cast("datetime", moves.get(tx, number)["due_at"]), desk.now()
    changes: dict[str, object] = {"next_at": max(now, due_at), "tries": 0}
    if now > due_at:  # the rules are asked in any case, and where it is late they hear that a person lets it go
        changes |= {"go_until": due_at, "let_go": late.BY_PERSON}
    move = Move(verb=verb, to=State.WAITING, actor=desk.actor, only_from=frozenset({only_from}))
    moves.make(tx, number, move, now, changes)


def _look_up(desk: Desk, number: int) -> Receipt:
    with desk.database.read() as tx:
        row = cast("dict[str, Any]", moves.look(tx, number))
        post = posts.load(tx, [row["post_id"]])[row["post_id"]]
        taken = claims.taken_remote_ids(tx, row["account_id"], but=number)
        since = outcomes.first_intent(tx, number) or row["due_at"]
    account = desk.settings.account(row["account_id"])
    adapter = desk.adapter_of(account.id)
    try:
        message = compose(post, account, adapter.limits())
        receipt = adapter.find(message, row["key"] or "", since, Memory(saved=row["progress"], taken=taken))
    except Failure as failure:
        raise WrongUse(f"{account.id} could not be asked ({failure}); give the address yourself") from failure
    if receipt is None:
        raise WrongUse(f"{account.id} has no such post that we can find; give its address, or say --not-published")
    return receipt


def _must_exist(desk: Desk, scope: Scope, subject: str) -> None:
    if scope is Scope.MISSION:
        desk.settings.mission(subject)
    if scope is Scope.ACCOUNT:
        desk.settings.account(subject)


def _subject(desk: Desk, scope: Scope, subject: str) -> str:
    return str(desk.campaign_id) if scope is Scope.CAMPAIGN else subject
