"""Posts with their deliveries: added, edited, found again, and read back as values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, literal, select, update

from posts.model import Kind, Media, Post, Quote
from scheduler.model import Review, State
from scheduler.plan import on_time_until
from scheduler.store import versions
from scheduler.store.columns import UtcDateTime
from scheduler.store.films import beside_row, film_row, read_back
from scheduler.store.schema import account, approval, delivery, media, person, post, post_variant, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from scheduler.store.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """One instant and how it was wished for; `local` is ISO without a zone."""

    instant: datetime
    local: str
    zone: str
    tzdata: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPost:
    """Everything the store keeps of a post that is about to be added or replaced.

    `source_hash` tells whether the row that it came from has changed since; `external_id` is the row's own id.
    """

    campaign_id: int
    external_id: str
    source_hash: str
    content_hash: str
    content: Post
    accounts: tuple[str, ...]
    when: When
    kind: Kind
    not_after: datetime | None
    quote: Quote | None
    notes: str
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a second import of the same row needs to know of the first."""

    post_id: int
    source_hash: str
    content_hash: str
    review: Review
    states: frozenset[State]


def add(tx: Transaction, new: NewPost, now: datetime) -> int:
    """The post is a draft with one waiting delivery per account; its id."""
    return add_many(tx, [new], now)[0]


def add_many(tx: Transaction, those: Sequence[NewPost], now: datetime) -> list[int]:
    """The posts are drafts with one waiting delivery per account each; their ids, in the order given."""
    if not those:
        return []
    rows = [{**_columns(new), "review": Review.DRAFT, "created_by": new.created_by, "created_at": now} for new in those]
    made = tx.execute(insert(post).returning(post.c.id, sort_by_parameter_order=True), rows)
    ids = [int(number) for number in made.scalars()]
    pairs = list(zip(ids, those, strict=True))
    for table, found in (
        (media, [row for number, new in pairs for row in _media_rows(number, new.content.media)]),
        (post_variant, [row for number, new in pairs for row in _variant_rows(number, new.content)]),
    ):
        if found:
            tx.execute(insert(table), found)
    _add_deliveries(tx, [(number, new, account_id) for number, new in pairs for account_id in new.accounts])
    versions.keep_first(tx, pairs, now)
    for number, new in pairs:
        if new.quote:
            write_quote(tx, number, new)
    return ids


def replace(tx: Transaction, post_id: int, new: NewPost, *, by: str, now: datetime) -> None:
    """The post says and wishes what `new` says and is a draft again; what was prepared for the old one is forgotten.

    That is one version more, written by `by`.
    Deliveries of accounts no longer wished for must have been cancelled by the caller; new accounts get theirs.
    """
    tx.execute(update(post).where(post.c.id == post_id).values(**_columns(new), review=Review.DRAFT))
    for table in (media, post_variant):
        tx.execute(delete(table).where(table.c.post_id == post_id))
    for table, rows in (
        (media, _media_rows(post_id, new.content.media)),
        (post_variant, _variant_rows(post_id, new.content)),
    ):
        if rows:
            tx.execute(insert(table), rows)
    write_quote(tx, post_id, new)
    versions.keep_next(tx, post_id, new, by=by, now=now)
    there = set(tx.scalars(select(delivery.c.account_id).where(delivery.c.post_id == post_id)))
    _add_deliveries(tx, [(post_id, new, one) for one in new.accounts if one not in there])
    still_open = (delivery.c.post_id == post_id, delivery.c.state.in_([State.WAITING, State.HELD, State.FAILED]))
    tx.execute(update(delivery).where(*still_open).values(**_wish(new), progress={}))


def known(tx: Transaction, campaign_id: int, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Known]:
    """What is there already under these (mission, external id) pairs."""
    wanted = set(pairs)
    rows = tx.execute(
        select(
            post.c.mission,
            post.c.external_id,
            post.c.id,
            post.c.source_hash,
            post.c.content_hash,
            post.c.review,
            delivery.c.state,
        )
        .join(delivery, delivery.c.post_id == post.c.id)
        .where(post.c.campaign_id == campaign_id)
    )
    states: dict[tuple[str, str], set[State]] = {}
    facts: dict[tuple[str, str], tuple[int, str, str, str]] = {}
    for mission, external_id, number, source, content, review, state in rows:
        pair = (mission, external_id)
        if pair in wanted:
            states.setdefault(pair, set()).add(State(state))
            facts[pair] = (number, source, content, review)
    return {
        pair: Known(
            post_id=number,
            source_hash=source,
            content_hash=content,
            review=Review(review),
            states=frozenset(states[pair]),
        )
        for pair, (number, source, content, review) in facts.items()
    }


def submit_many(tx: Transaction, post_ids: Sequence[int]) -> None:
    """The posts are submitted once more; approvals of an earlier submission no longer count."""
    row = {"review": Review.SUBMITTED, "submissions": post.c.submissions + 1}
    tx.execute(update(post).where(post.c.id.in_(post_ids)).values(row))


def set_review(tx: Transaction, post_ids: Sequence[int], review: Review) -> None:
    """The posts' review stands there."""
    tx.execute(update(post).where(post.c.id.in_(post_ids)).values(review=review))


def approve(tx: Transaction, post_id: int, *, by: str, now: datetime) -> None:
    """The post as it reads now may go out; the approval is bound to its content hash."""
    approve_many(tx, [post_id], by=by, now=now)


def approve_many(tx: Transaction, post_ids: Sequence[int], *, by: str, now: datetime) -> None:
    """As `approve`, for several posts in two statements."""
    if not post_ids:
        return
    add_approvals(tx, post_ids, by=by, now=now)
    set_review(tx, post_ids, Review.APPROVED)


def add_approvals(tx: Transaction, post_ids: Sequence[int], *, by: str, now: datetime) -> None:
    """It is on record that `by` approves the posts as they read now and were last submitted; no more than that."""
    as_they_read = select(
        post.c.id, post.c.content_hash, post.c.submissions, literal(by), literal(now, UtcDateTime())
    ).where(post.c.id.in_(post_ids))
    columns = ["post_id", "content_hash", "submission", "by", "at"]
    tx.execute(insert(approval).from_select(columns, as_they_read))


def approvers(tx: Transaction, post_ids: Sequence[int]) -> dict[int, set[str]]:
    """Who of those still active has approved each of the posts as it reads now, since it was last submitted."""
    query = (
        select(approval.c.post_id, approval.c.by)
        .join(post, post.c.id == approval.c.post_id)
        .join(person, person.c.email == approval.c.by)
        .where(post.c.id.in_(post_ids), person.c.disabled_at.is_(None))
        .where(approval.c.content_hash == post.c.content_hash, approval.c.submission == post.c.submissions)
    )
    found: dict[int, set[str]] = {number: set() for number in post_ids}
    for row in tx.execute(query):
        found[row.post_id].add(row.by)
    return found


def approvals(tx: Transaction, post_id: int) -> list[dict[str, object]]:
    """Every approval that the post was ever given, the first one first, also those that no longer count."""
    query = select(approval).where(approval.c.post_id == post_id).order_by(approval.c.id)
    return [dict(row) for row in tx.execute(query).mappings()]


def load(tx: Transaction, post_ids: Sequence[int]) -> dict[int, Post]:
    """The posts as values, by id; four queries however many they are."""
    rows = tx.execute(select(post).where(post.c.id.in_(post_ids))).mappings()
    pictures = _pictures(tx, post_ids)
    overrides = _overrides(tx, post_ids)
    return {
        row["id"]: Post(
            mission=row["mission"],
            text=row["text"],
            language=row["language"],
            link=row["link"],
            first_comment=row["first_comment"],
            media=tuple(pictures.get(row["id"], ())),
            overrides=overrides.get(row["id"], {}),
        )
        for row in rows
    }


def rows_of(tx: Transaction, post_ids: Sequence[int] | None = None) -> list[dict[str, object]]:
    """The posts' own columns with their quotation's, all of them or these, by id."""
    spoken = [quote.c[name].label(f"quote_{name}") for name in ("words", "speaker", "role", "organisation", "consent")]
    query = select(post, *spoken).outerjoin(quote, quote.c.id == post.c.quote_id).order_by(post.c.id)
    if post_ids is not None:
        query = query.where(post.c.id.in_(post_ids))
    return [dict(row) for row in tx.execute(query).mappings()]


def deliveries_of(tx: Transaction, post_id: int) -> list[dict[str, object]]:
    """The post's deliveries, by account."""
    query = select(delivery).where(delivery.c.post_id == post_id).order_by(delivery.c.account_id)
    return [dict(row) for row in tx.execute(query).mappings()]


def _columns(new: NewPost) -> dict[str, object]:
    return {
        "campaign_id": new.campaign_id,
        "mission": new.content.mission,
        "kind": new.kind,
        "not_after": new.not_after,
        "content_hash": new.content_hash,
        "text": new.content.text,
        "language": new.content.language,
        "link": new.content.link,
        "first_comment": new.content.first_comment,
        "external_id": new.external_id,
        "source_hash": new.source_hash,
        "notes": new.notes,
    }


def _wish(new: NewPost) -> dict[str, object]:
    when = new.when
    return {
        "due_at": when.instant,
        "next_at": when.instant,
        "local_due": when.local,
        "time_zone": when.zone,
        "tzdata": when.tzdata,
        "go_until": on_time_until(new.kind, when.instant, when.zone),
        "let_go": None,
    }


def write_quote(tx: Transaction, post_id: int, new: NewPost) -> None:
    """The post's quotation is the one that `new` brings, or none."""
    quote_id: int | None = None
    if words := new.quote:
        row = insert(quote).values(
            mission=new.content.mission,
            words=words.words,
            speaker=words.speaker,
            role=words.role,
            organisation=words.organisation,
            language=words.language or new.content.language,
            consent=words.consent,
        )
        quote_id = int(tx.execute(row.returning(quote.c.id)).scalar_one())
    tx.execute(update(post).where(post.c.id == post_id).values(quote_id=quote_id))


def _media_rows(post_id: int, pictures: Sequence[Media]) -> list[dict[str, object]]:
    return [
        {
            "post_id": post_id,
            "position": position,
            "sha256": one.sha256,
            "path": str(one.path),
            "mime": one.mime,
            "width_px": one.width_px,
            "height_px": one.height_px,
            "size_bytes": one.size_bytes,
            "alt_text": one.alt_text,
            "film": film_row(one),
            "beside": beside_row(one),
        }
        for position, one in enumerate(pictures, start=1)
    ]


def _variant_rows(post_id: int, content: Post) -> list[dict[str, object]]:
    return [
        {"post_id": post_id, "language": content.language, "platform": platform, "text": words}
        for platform, words in content.overrides.items()
    ]


def _add_deliveries(tx: Transaction, wanted: Sequence[tuple[int, NewPost, str]]) -> None:
    if not wanted:
        return
    platforms = _platforms(tx, sorted({account_id for _, _, account_id in wanted}))
    fresh = {"state": State.WAITING, "reason": "", "fence": 0, "tries": 0, "looks": 0, "progress": {}}
    rows = [
        {
            "post_id": post_id,
            "account_id": account_id,
            "mission": new.content.mission,
            "platform": platforms[account_id],
            **fresh,
            **_wish(new),
        }
        for post_id, new, account_id in wanted
    ]
    tx.execute(insert(delivery), rows)


def _platforms(tx: Transaction, accounts: Sequence[str]) -> Mapping[str, str]:
    rows = tx.execute(select(account.c.id, account.c.platform).where(account.c.id.in_(accounts)))
    return {row.id: row.platform for row in rows}


def _pictures(tx: Transaction, post_ids: Sequence[int]) -> dict[int, list[Media]]:
    found: dict[int, list[Media]] = {}
    for row in tx.execute(select(media).where(media.c.post_id.in_(post_ids)).order_by(media.c.position)).mappings():
        found.setdefault(row["post_id"], []).append(
            Media(
                path=Path(row["path"]),
                sha256=row["sha256"],
                mime=row["mime"],
                width_px=row["width_px"],
                height_px=row["height_px"],
                size_bytes=row["size_bytes"],
                alt_text=row["alt_text"],
                **read_back(row["film"], row["beside"]),
            )
        )
    return found


def _overrides(tx: Transaction, post_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for row in tx.execute(select(post_variant).where(post_variant.c.post_id.in_(post_ids))).mappings():
        if row["platform"]:
            found.setdefault(row["post_id"], {})[row["platform"]] = row["text"]
    return found


def failed_deliveries(tx: Transaction, post_ids: Sequence[int]) -> list[int]:
    """The posts' deliveries that have failed, by id."""
    if not post_ids:
        return []
    query = select(delivery.c.id).where(delivery.c.post_id.in_(post_ids), delivery.c.state == State.FAILED)
    return sorted(tx.scalars(query))
