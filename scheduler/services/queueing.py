"""One post queued by hand: for one mission, or the same for several at one local hour or at one instant."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from posts.intake.opening import open_all
from posts.intake.pictures import MediaError
from posts.intake.targets import places_of
from posts.model import Kind, Post
from scheduler.content import content_hash
from scheduler.model import WrongUse
from scheduler.plan import kind_for, wave
from scheduler.services.drafting import keep_pictures, source_hash, when_of
from scheduler.services.permitting import Right, require
from scheduler.services.preflight import refuse_blocked
from scheduler.services.vetting import Vetting
from scheduler.store import posts
from scheduler.store.ledger import Entry, write_down
from scheduler.store.posts import NewPost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from posts.model import Media, Mission
    from scheduler.plan import Resolved
    from scheduler.services.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asks to have posted. `at` naive: each mission's local time; aware: one instant everywhere.

    `accounts` empty: every account of the missions. `pictures` and `alt_texts` belong together in order.
    `overrides`: by platform, the words that replace the text there.
    """

    missions: Sequence[str]
    at: datetime
    text: str
    accounts: Sequence[str] = ()
    language: str = ""
    link: str = ""
    kind: Kind | None = None
    pictures: Sequence[Path] = ()
    alt_texts: Sequence[str] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)


def queue_post(desk: Desk, wish: Wish, *, on_warning: Callable[[str], None] = lambda _: None) -> list[int]:
    """One draft per mission is queued; their post ids. Raises WrongUse with what is wrong, and then nothing is.

    What speaks against one without blocking it is told to `on_warning`.
    """
    missions = [desk.settings.mission(code) for code in dict.fromkeys(wish.missions)]
    require(desk, Right.WRITE, wish.missions)
    refuse_strangers(desk, wish.missions, wish.accounts)
    refuse_nowhere(desk, wish.overrides)
    media = _open(wish)
    planned = [_plan(desk, wish, mission, due, media, on_warning) for mission, due in wave(wish.at, missions)]
    with desk.database.write() as tx:
        known = posts.known(tx, desk.campaign_id, [(one.content.mission, one.external_id) for one in planned])
        if known:
            raise WrongUse("the same words for the same mission and minute are queued already; nothing was added")
        ids = posts.add_many(tx, planned, desk.now())
        write_down(
            tx,
            [
                Entry(
                    at=desk.now(),
                    actor=desk.actor,
                    verb="add",
                    subject=f"post:{number}",
                    after={"content_hash": one.content_hash, "due": one.when.local, "review": "draft"},
                )
                for number, one in zip(ids, planned, strict=True)
            ],
        )
    return ids


def _plan(
    desk: Desk,
    wish: Wish,
    mission: Mission,
    due: Resolved,
    media: tuple[Media, ...],
    on_warning: Callable[[str], None],
) -> NewPost:
    refuse_past(due, desk.now())
    accounts = accounts_of(desk, mission, wish.accounts)
    content = Post(
        mission=mission.code,
        text=wish.text,
        language=wish.language,
        link=wish.link,
        media=media,
        overrides={name: words for name, words in wish.overrides.items() if words.strip()},
    )
    refuse_blocked(Vetting(desk).stored_problems(content, accounts, due.instant, "new"), on_warning)
    content = keep_pictures(content, desk.settings.media_folder)
    kind = kind_for(wish.kind, due.local.date(), desk.settings.campaign)
    when = when_of(due)
    digest = content_hash(
        content, accounts=accounts, local_due=when.local, time_zone=when.zone, kind=kind, not_after=None
    )
    return NewPost(
        campaign_id=desk.campaign_id,
        external_id=f"auto-{hashlib.sha256(digest.encode()).hexdigest()[:16]}",
        source_hash=source_hash(digest, None, ""),
        content_hash=digest,
        content=content,
        accounts=accounts,
        when=when,
        kind=kind,
        not_after=None,
        quote=None,
        notes="",
        created_by=desk.actor,
    )


def accounts_of(desk: Desk, mission: Mission, named: Sequence[str]) -> tuple[str, ...]:
    """Those of the mission's accounts that were named; all of them where none was. Raises WrongUse if that is none."""
    own = [one.id for one in desk.settings.accounts if one.mission == mission.code]
    chosen = tuple(one for one in own if one in named or not named)
    if not chosen:
        raise WrongUse(f"mission {mission.code} has none of these accounts; it has {', '.join(own) or 'none'}")
    return chosen


def refuse_strangers(desk: Desk, missions: Sequence[str], named: Sequence[str]) -> None:
    """Nothing, where every account belongs to one of the missions. Raises WrongUse where one would be left out."""
    for account in map(desk.settings.account, named):
        if account.mission not in missions:
            raise WrongUse(f"{account.id} belongs to {account.mission}, which was not named; nothing was added")


def refuse_nowhere(desk: Desk, platforms: Iterable[str]) -> None:
    """Nothing, where somebody is on each of the platforms. Raises WrongUse where a text would be meant for nobody."""
    there = places_of(desk.settings.accounts)
    if nowhere := sorted(set(platforms) - there):
        raise WrongUse(f"no account is on {', '.join(nowhere)}; the platforms here are {', '.join(sorted(there))}")


def refuse_past(due: Resolved, now: datetime) -> None:
    """Nothing, where the time is still to come. Raises WrongUse where it has come."""
    if due.instant <= now:
        raise WrongUse(f"{due.local:%Y-%m-%d %H:%M} in {due.zone} is already past; nothing past is ever sent")


def _open(wish: Wish) -> tuple[Media, ...]:
    try:
        media = open_all(wish.pictures)
    except MediaError as error:
        raise WrongUse(str(error)) from error
    if len(wish.alt_texts) > len(media):
        raise WrongUse("there are more alternative texts than pictures and films")
    alts = [*wish.alt_texts, *[""] * (len(media) - len(wish.alt_texts))]
    return tuple(replace(one, alt_text=alt) for one, alt in zip(media, alts, strict=True))
