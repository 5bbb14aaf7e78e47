"""Today: who is needed, whether it is sending, what goes next and what just went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.model import Review, State
from scheduler.services import showing
from scheduler.services.showing import Pulse, Shown
from scheduler.web.dayline import day_line, is_today
from scheduler.web.log import address_of
from scheduler.web.pages import Pages
from scheduler.web.words import Words, clock

NEXT_HOURS = timedelta(hours=2)
ASKS_MAX = 20
NEXT_MAX = 40
JUST_OUT_MAX = 8
TALLIED = (State.PUBLISHED, State.WAITING, State.HELD, State.UNCLEAR, State.FAILED, State.SKIPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a person is needed for: what happened, what they do, and the command that does it (`or_else`: another)."""

    shown: Shown
    happened: str
    do: str
    command: str
    or_else: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What the page says."""

    asks: tuple[Ask, ...]
    more_asks: int
    today: tuple[Shown, ...]
    tally: tuple[tuple[State, int], ...]
    coming: tuple[Shown, ...]
    more_coming: int
    next_up: Shown | None
    just_out: tuple[Shown, ...]
    slowest: timedelta


def routes(pages: Pages) -> APIRouter:
    """`/`: the page that is open on somebody's screen all day."""
    router = APIRouter()

    @router.get("/", response_model=None)
    def today() -> Response:
        pulse = showing.pulse(pages.desk)
        told = today_of(pages, pulse, showing.deliveries(pages.desk))
        needed = told.more_asks + len(told.asks) + len(pulse.matters)
        return pages.draw(
            "today.html",
            here="/",
            pulse=pulse,
            today=told,
            needed=needed,
            line=day_line(pulse, told.today),
            address_of=address_of,
        )

    return router


def today_of(pages: Pages, pulse: Pulse, rows: Sequence[Shown]) -> Today:
    """Everything that the page says of these deliveries, by due instant."""
    needs = showing.needs_a_person(rows, pulse.now)
    ready = [one for one in rows if one.standing is State.WAITING]
    coming = [one for one in ready if one.due.instant - pulse.now <= NEXT_HOURS]
    later = [one for one in ready if one.due.instant > pulse.now]
    out = sorted((one for one in rows if one.state is State.PUBLISHED), key=_out_at, reverse=True)
    mine = tuple(one for one in rows if is_today(one, pulse))
    closer = showing.look_closer(pages.desk, needs[:ASKS_MAX])
    return Today(
        asks=tuple(ask(one, pages.words) for one in closer),
        more_asks=len(needs) - len(closer),
        today=mine,
        tally=tuple((state, sum(one.state is state for one in mine)) for state in TALLIED),
        coming=tuple(coming[:NEXT_MAX]),
        more_coming=max(0, len(coming) - NEXT_MAX),
        next_up=later[0] if later else None,
        just_out=tuple(out[:JUST_OUT_MAX]),
        slowest=timedelta(seconds=max((one.late_by_s or 0 for one in mine), default=0)),
    )


def ask(one: Shown, words: Words) -> Ask:
    """What happened with the delivery, in a sentence, and who does what about it."""
    at = clock(one.due.local)
    if one.state is State.UNCLEAR or one.may_be_out:
        return Ask(
            shown=one,
            happened=words("We do not know whether the {at} post is out on {account}.", at=at, account=one.account),
            do=words("Look at the channel, then say which. Nothing is sent again until then."),
            command=f"july30 queue resolve {one.id} --published",
            or_else=f"july30 queue resolve {one.id} --not-published",
        )
    if one.state is State.FAILED:
        return Ask(
            shown=one,
            happened=words("{account} did not take the {at} post.", at=at, account=one.account),
            do=words("Change the post and approve it again; or try it as it is."),
            command=f'july30 queue edit {one.post_id} --text "…"',
            or_else=f"july30 queue retry {one.id}",
        )
    if one.state is State.HELD:
        return Ask(
            shown=one,
            happened=words("The {at} post for {account} is held.", at=at, account=one.account),
            do=words("Release it to let it go at its time, at once where that has come; or skip it."),
            command=f"july30 queue release {one.id}",
            or_else=f'july30 queue skip {one.id} --why "…"',
        )
    if one.standing is State.WAITING:
        return Ask(
            shown=one,
            happened=words("The {at} post for {account} has not gone out yet.", at=at, account=one.account),
            do=words("Its time has passed. It may be stopped, or its account tried again later: look."),
            command=f"july30 queue show {one.id}",
        )
    return _approval(one, words)


def _approval(one: Shown, words: Words) -> Ask:
    sentences = {
        Review.SUBMITTED: "The {at} post for {account} waits to be approved.",
        Review.SENT_BACK: "The {at} post for {account} was sent back.",
    }
    return Ask(
        shown=one,
        happened=words(
            sentences.get(one.review, "Nobody has approved the {at} post for {account}."),
            at=clock(one.due.local),
            account=one.account,
        ),
        do=words("A reviewer reads and approves it. Unapproved, it never goes out."),
        command=f"july30 queue approve {one.post_id}",
    )


def _out_at(one: Shown) -> float:
    return one.published.instant.timestamp() if one.published else 0.0
