"""Quotations become drafts: each with its card, for several missions in one go, all of them or none."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from posts.cards.caption import caption_of
from posts.cards.errors import CardError, TemplateError
from posts.cards.quotation import clean
from posts.cards.templates import DEFAULT, template_of
from posts.links import hashtags
from posts.model import Level, Post
from scheduler.content import content_hash
from scheduler.model import Review, WrongUse
from scheduler.plan import kind_for, wave
from scheduler.services.carding import draw_card
from scheduler.services.drafting import source_hash, when_of
from scheduler.services.permitting import Right, require
from scheduler.services.queueing import accounts_of, refuse_past, refuse_strangers
from scheduler.services.vetting import Vetting
from scheduler.store import cards, posts
from scheduler.store.ledger import Entry, write_down
from scheduler.store.posts import NewPost

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from posts.model import Mission, Quote
    from scheduler.plan import Resolved
    from scheduler.services.desk import Desk
    from scheduler.store.cards import NewCard
    from scheduler.store.posts import When


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawWish:
    """What a person asks to have drafted from quotations.

    `at` naive: each mission's local time; aware: one instant everywhere. Each further quotation comes `apart` later.
    `accounts` empty: every account of the missions. `hashtag` None: the campaign's first; empty: none. `only`: numbers
    of quotations, from 1; empty: all.
    """

    missions: Sequence[str]
    at: datetime
    apart: timedelta = timedelta(days=1)
    accounts: Sequence[str] = ()
    template: str = DEFAULT
    hashtag: str | None = None
    only: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """One draft that was made: of which quotation, for which mission, with which card, wished for when.

    `cards`: the card in every size; the first is the usual one.
    """

    quote: int
    mission: str
    post_id: int
    cards: tuple[NewCard, ...]
    when: When


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDrafted:
    """One quotation of which no draft was made for this mission; the reason says what a person has to change."""

    quote: int
    mission: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What came of a wish; `there_already` counts what had been drafted before, by words and mission."""

    drafts: tuple[Drafted, ...]
    not_drafted: tuple[NotDrafted, ...]
    there_already: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where one quotation shall go."""

    number: int
    quote: Quote
    mission: Mission
    accounts: tuple[str, ...]
    due: Resolved

    @property
    def external_id(self) -> str:
        """The draft's name: the same for the same words and mission, whenever and however they were wished for."""
        said = f"{self.mission.code}\0{clean(self.quote.words)}"
        return f"auto-{hashlib.sha256(said.encode()).hexdigest()[:16]}"

    @property
    def key(self) -> tuple[str, str]:
        """By what the store finds it."""
        return self.mission.code, self.external_id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    place: _Place
    cards: tuple[NewCard, ...]
    new: NewPost


def draft_quotes(desk: Desk, quotes: Sequence[Quote], wish: DrawWish) -> Drawn:
    """Every chosen quotation has a draft with its card for every mission, or a reason why not; none is approved.

    What was drafted before stays as it is. Raises WrongUse for a wish that makes no sense, and then nothing is made.
    """
    require(desk, Right.WRITE, wish.missions)
    tag = _hashtag(desk, wish)
    _refuse_template(wish.template)
    places = list(_places(desk, _chosen(quotes, wish.only), wish))
    there = _known(desk, places)
    fresh = [one for one in places if one.key not in there]
    for place in fresh:
        refuse_past(place.due, desk.now())
    vetting = Vetting(desk)
    judged = [_draft(desk, vetting, place, wish.template, tag) for place in fresh]
    drafts = _store(desk, [one for one in judged if isinstance(one, _Ready)])
    failed = tuple(one for one in judged if isinstance(one, NotDrafted))
    return Drawn(drafts=drafts, not_drafted=failed, there_already=len(places) - len(drafts) - len(failed))


def as_json(done: Drawn) -> dict[str, object]:
    """The shape that scripts rely on, to stand beside the quotations."""
    return {
        "drafts": [_told(one) for one in done.drafts],
        "not_drafted": [{"quote": one.quote, "mission": one.mission, "reason": one.reason} for one in done.not_drafted],
        "there_already": done.there_already,
    }


def _told(one: Drafted) -> dict[str, object]:
    return {
        "quote": one.quote,
        "mission": one.mission,
        "post_id": one.post_id,
        "card": _card(one.cards[0]),
        "cards": [_card(each) for each in one.cards],
        "local_due": one.when.local,
        "time_zone": one.when.zone,
    }


def _card(one: NewCard) -> dict[str, object]:
    return {"sha256": one.sha256, "size": one.size, "alt_text": one.alt_text}


def _hashtag(desk: Desk, wish: DrawWish) -> str:
    if wish.hashtag is None:
        return next(iter(desk.settings.campaign.hashtags), "")
    if wish.hashtag and hashtags(wish.hashtag) != [(0, len(wish.hashtag))]:
        raise WrongUse(f"'{wish.hashtag}' is no hashtag; write one word with its sign, like #Example")
    return wish.hashtag


def _refuse_template(name: str) -> None:
    try:
        template_of(name)
    except TemplateError as error:
        raise WrongUse(str(error)) from error


def _chosen(quotes: Sequence[Quote], only: Sequence[int]) -> list[tuple[int, Quote]]:
    numbered = list(enumerate(quotes, start=1))
    for number in only:
        if quotes and number not in range(1, len(quotes) + 1):
            raise WrongUse(f"there is no quotation {number}: the article has {len(quotes)}; nothing was drafted")
    return [one for one in numbered if one[0] in only or not only]


def _places(desk: Desk, chosen: Sequence[tuple[int, Quote]], wish: DrawWish) -> Iterator[_Place]:
    missions = [desk.settings.mission(code) for code in dict.fromkeys(wish.missions)]
    refuse_strangers(desk, wish.missions, wish.accounts)
    accounts = {mission.code: accounts_of(desk, mission, wish.accounts) for mission in missions}
    for position, (number, quote) in enumerate(chosen):
        for mission, due in wave(_later(wish, position), missions):
            yield _Place(number=number, quote=quote, mission=mission, accounts=accounts[mission.code], due=due)


def _later(wish: DrawWish, steps: int) -> datetime:
    try:
        return wish.at + steps * wish.apart
    except OverflowError:
        raise WrongUse(f"quotation after quotation, {wish.apart} apart, leave the calendar; write less") from None


def _known(desk: Desk, places: Sequence[_Place]) -> set[tuple[str, str]]:
    with desk.database.read() as tx:
        return set(posts.known(tx, desk.campaign_id, [one.key for one in places]))


def _draft(desk: Desk, vetting: Vetting, place: _Place, template: str, tag: str) -> _Ready | NotDrafted:
    """The draft, its picture kept already: a file without a row is harmless, a row without its file is not."""
    sizes = vetting.card_sizes(place.accounts)
    folder = desk.settings.media_folder
    try:
        drawn = draw_card(place.quote, sizes, place.mission, folder, template=template, hashtag=tag)
    except CardError as error:
        return _not_drafted(place, str(error))
    content = Post(
        mission=place.mission.code,
        text=caption_of(place.quote, tag),
        language=place.quote.language,
        media=(drawn.picture,),
    )
    problems = vetting.problems(content, place.accounts)
    if blocks := [one.message for one in problems if one.level is Level.BLOCK]:
        return _not_drafted(place, "; ".join(blocks))
    drawn.keep()
    return _Ready(place=place, cards=drawn.cards, new=_new(desk, place, content))


def _not_drafted(place: _Place, reason: str) -> NotDrafted:
    return NotDrafted(quote=place.number, mission=place.mission.code, reason=reason)


def _new(desk: Desk, place: _Place, content: Post) -> NewPost:
    kind = kind_for(None, place.due.local.date(), desk.settings.campaign)
    when = when_of(place.due)
    digest = content_hash(
        content, accounts=place.accounts, local_due=when.local, time_zone=when.zone, kind=kind, not_after=None
    )
    quote = replace(place.quote, consent="")  # having been quoted is no agreement to a card
    return NewPost(
        campaign_id=desk.campaign_id,
        external_id=place.external_id,
        source_hash=source_hash(digest, quote, ""),
        content_hash=digest,
        content=content,
        accounts=place.accounts,
        when=when,
        kind=kind,
        not_after=None,
        quote=quote,
        notes="",
        created_by=desk.actor,
    )


def _store(desk: Desk, ready: Sequence[_Ready]) -> tuple[Drafted, ...]:
    """The drafts are stored with their cards: all of them or, on failure, none.

    Of words that the article holds twice it is the first, and none of what somebody else has drafted meanwhile.
    """
    if not ready:
        return ()
    with desk.database.write() as tx:
        first = {one.place.key: one for one in reversed(ready)}
        there = posts.known(tx, desk.campaign_id, first)
        fresh = [one for one in ready if one is first[one.place.key] and one.place.key not in there]
        ids = posts.add_many(tx, [one.new for one in fresh], desk.now())
        cards.add_many(tx, {number: one.cards for number, one in zip(ids, fresh, strict=True)})
        write_down(tx, [_entry(desk, number, one.new) for number, one in zip(ids, fresh, strict=True)])
    return tuple(
        Drafted(
            quote=one.place.number,
            mission=one.place.mission.code,
            post_id=number,
            cards=one.cards,
            when=one.new.when,
        )
        for number, one in zip(ids, fresh, strict=True)
    )


def _entry(desk: Desk, number: int, new: NewPost) -> Entry:
    after = {"content_hash": new.content_hash, "due": new.when.local, "review": Review.DRAFT}
    return Entry(at=desk.now(), actor=desk.actor, verb="draft", subject=f"post:{number}", after=after)
