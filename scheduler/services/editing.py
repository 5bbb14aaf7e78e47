"""Changing a post that is not out yet: its old version can never go, and the new one has to be approved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from posts.model import Kind, Quote
from scheduler.content import content_hash
from scheduler.model import MOVES, Review, State, WrongUse, where_is_out
from scheduler.plan import wave
from scheduler.services.drafting import source_hash, when_of
from scheduler.services.permitting import Right, require
from scheduler.services.preflight import refuse_blocked
from scheduler.services.queueing import refuse_nowhere
from scheduler.services.vetting import Vetting
from scheduler.store import moves, posts
from scheduler.store.ledger import Entry, write_down
from scheduler.store.moves import Move
from scheduler.store.posts import NewPost, When

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from scheduler.services.desk import Desk
    from scheduler.store.database import Transaction

OPEN = frozenset({State.WAITING, State.HELD, State.FAILED})
NO_LONGER_NAMED = "its post no longer names this account"
OUT = frozenset({State.SENDING, State.PUBLISHED, State.UNCLEAR, State.REMOVED})


def can_be_edited(states: Collection[State]) -> bool:
    """Whether a post whose deliveries stand like this may still be changed: something is open, nothing is out."""
    return bool(OPEN & set(states)) and not OUT & set(states)


def edit(
    desk: Desk,
    post_id: int,
    *,
    text: str | None,
    link: str | None,
    language: str | None,
    overrides: Mapping[str, str] | None = None,
    on_warning: Callable[[str], None] = lambda _: None,
) -> None:
    """The post reads like that and is a draft again. None leaves a part as it is.

    `overrides`: by platform, the words that replace the text there from now on; empty ones end that. What speaks
    against it without blocking it is told to `on_warning`. Raises WrongUse where the post is out, on its way or
    unclear, or where a platform would refuse it.
    """
    refuse_nowhere(desk, overrides or {})
    old = _read(desk, post_id)
    own = {**old.content.overrides, **(overrides or {})}
    content = replace(
        old.content,
        text=old.content.text if text is None else text,
        link=old.content.link if link is None else link,
        language=old.content.language if language is None else language,
        overrides={name: words for name, words in own.items() if words.strip()},
    )
    _change(desk, post_id, old, replace(old, content=content), on_warning)


def move(desk: Desk, post_id: int, to: datetime, *, on_warning: Callable[[str], None] = lambda _: None) -> When:
    """The post is wished for then (naive: its mission's local time; aware: that instant) and is a draft again.

    Raises WrongUse for a past or impossible time, and as `edit` does.
    """
    old = _read(desk, post_id)
    mission = desk.settings.mission(old.content.mission)
    when = when_of(wave(to, [mission])[0][1])
    if when.instant <= desk.now():
        raise WrongUse(f"{when.local} in {when.zone} is already past; nothing past is ever sent")
    _change(desk, post_id, old, replace(old, when=when), on_warning)
    return when


def replace_post(tx: Transaction, desk: Desk, post_id: int, new: NewPost) -> None:
    """The stored post is replaced by `new`; deliveries of accounts it no longer names are cancelled.

    Raises WrongUse where it is out, on its way, or where nobody knows.
    """
    rows = posts.deliveries_of(tx, post_id)
    if not can_be_edited([State(str(row["state"])) for row in rows]):
        raise WrongUse(f"post {post_id} is out, on its way or ended; take it down or add a new post instead")
    for row in rows:
        number = cast("int", row["id"])
        if moves.may_be_out(tx, number):
            raise WrongUse(
                f"post {post_id} may be out (delivery {number}): settle it first with queue resolve {number}"
            )
        if where := where_is_out(cast("dict[str, object]", row["progress"])):
            raise WrongUse(
                f"a part of post {post_id} is out already, at {where} (delivery {number}): cancel it, delete that part"
                " there, and queue the post anew"
            )
        if row["account_id"] not in new.accounts and State.CANCELLED in MOVES[State(str(row["state"]))]:
            gone = Move(verb="edit", to=State.CANCELLED, actor=desk.actor, reason=NO_LONGER_NAMED)
            moves.make(tx, number, gone, desk.now())
    posts.replace(tx, post_id, new, by=desk.actor, now=desk.now())


def dropped(tx: Transaction, post_id: int) -> frozenset[str]:
    """The accounts that the post once named and no longer does; their deliveries have ended."""
    rows = posts.deliveries_of(tx, post_id)
    return frozenset(str(row["account_id"]) for row in rows if left_out(row))


def left_out(row: Mapping[str, object]) -> bool:
    """Whether the delivery ended because its post no longer names the account, not because a person ended it."""
    return row["state"] == State.CANCELLED and row["reason"] == NO_LONGER_NAMED


def stored(tx: Transaction, post_id: int) -> NewPost:
    """The post as it is stored, ready to be changed. Raises WrongUse if there is none of that number."""
    found = posts.rows_of(tx, [post_id])
    if not found:
        raise WrongUse(f"there is no post {post_id}; `july30 queue list` shows those there are")
    row = cast("dict[str, Any]", found[0])
    deliveries = cast("list[dict[str, Any]]", posts.deliveries_of(tx, post_id))
    first = deliveries[0]
    quote = None
    if row["quote_words"] is not None:
        quote = Quote(
            words=row["quote_words"],
            speaker=row["quote_speaker"],
            role=row["quote_role"],
            organisation=row["quote_organisation"],
            consent=row["quote_consent"],
        )
    return NewPost(
        campaign_id=row["campaign_id"],
        external_id=row["external_id"],
        source_hash=row["source_hash"],
        content_hash=row["content_hash"],
        content=posts.load(tx, [post_id])[post_id],
        accounts=tuple(one["account_id"] for one in deliveries if not left_out(one)),
        when=When(instant=first["due_at"], local=first["local_due"], zone=first["time_zone"], tzdata=first["tzdata"]),
        kind=Kind(row["kind"]),
        not_after=row["not_after"],
        quote=quote,
        notes=row["notes"],
        created_by=row["created_by"],
    )


def _read(desk: Desk, post_id: int) -> NewPost:
    with desk.database.read() as tx:
        return stored(tx, post_id)


def _change(desk: Desk, post_id: int, old: NewPost, new: NewPost, on_warning: Callable[[str], None]) -> None:
    """The post is `new`, if it still is `old`: platforms are asked first, while no transaction is open."""
    require(desk, Right.WRITE, [new.content.mission])
    with desk.database.read() as tx:
        rows = posts.deliveries_of(tx, post_id)
    ended = {row["account_id"] for row in rows if State(str(row["state"])) not in OPEN}
    accounts = [one for one in new.accounts if one not in ended]
    refuse_blocked(Vetting(desk).stored_problems(new.content, accounts, new.when.instant, post_id), on_warning)
    with desk.database.write() as tx:
        if stored(tx, post_id) != old:
            raise WrongUse(f"post {post_id} was changed by somebody else meanwhile: read it, then try again")
        _write(tx, desk, post_id, new)


def _write(tx: Transaction, desk: Desk, post_id: int, new: NewPost) -> None:
    digest = content_hash(
        new.content,
        accounts=new.accounts,
        local_due=new.when.local,
        time_zone=new.when.zone,
        kind=new.kind,
        not_after=new.not_after,
    )
    changed = replace(new, content_hash=digest, source_hash=source_hash(digest, new.quote, new.notes))
    replace_post(tx, desk, post_id, changed)
    entry = Entry(
        at=desk.now(),
        actor=desk.actor,
        verb="edit",
        subject=f"post:{post_id}",
        after={"content_hash": digest, "due": new.when.local, "review": Review.DRAFT},
    )
    write_down(tx, [entry])
