"""The calendar: the campaign's days, a week at a time, one lane for each mission."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from posts.model import Campaign, Mission
from scheduler.model import Review, State, WrongUse
from scheduler.services import showing
from scheduler.services.showing import Moment, Pulse, Shown
from scheduler.web.pages import Pages

WEEK = timedelta(days=7)
LOUDEST: tuple[State | Review, ...] = (
    State.UNCLEAR, State.FAILED, State.HELD, State.SENDING, Review.SENT_BACK, Review.DRAFT, Review.SUBMITTED,
    State.WAITING, State.PUBLISHED, State.REMOVED, State.SKIPPED, State.CANCELLED,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One post of a mission at its time; `standing` is what of its deliveries a person should know first."""

    post_id: int
    due: Moment
    text: str
    language: str
    accounts: tuple[str, ...]
    standing: State | Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A mission's week: for each day its posts by local time."""

    mission: Mission
    clock: Moment
    days: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Monday to Sunday; `before` and `after` are the Mondays beside it, None where nothing of the campaign is."""

    days: tuple[date, ...]
    lanes: tuple[Lane, ...]
    posts: int
    before: date | None
    after: date | None


def routes(pages: Pages) -> APIRouter:
    """`/calendar`: the week of the day asked for, else of today, else of the campaign's day."""
    router = APIRouter()

    @router.get("/calendar", response_model=None)
    def calendar(week: Annotated[str, Query(max_length=10)] = "") -> Response:
        desk = pages.desk
        pulse, rows, campaign = showing.pulse(desk), showing.deliveries(desk), desk.settings.campaign
        first, last = days_of(campaign, rows)
        day = _day(week, pages) if week else _usual_day(pulse, campaign, first, last)
        shown = week_of(day, pulse, rows, first, last)
        return pages.draw("calendar.html", here="/calendar", pulse=pulse, week=shown, today=pulse.now.date())

    return router


def days_of(campaign: Campaign, rows: Sequence[Shown]) -> tuple[date, date]:
    """The first and the last day to show: the campaign's window and every day outside it on which a post is due."""
    days = {one.due.local.date() for one in rows}
    days.add(campaign.day - timedelta(days=campaign.window_before_days))
    days.add(campaign.day + timedelta(days=campaign.window_after_days))
    return min(days), max(days)


def week_of(day: date, pulse: Pulse, rows: Sequence[Shown], first: date, last: date) -> Week:
    """The week that `day` is in, with every mission's posts on the days of its own clock."""
    monday = day - timedelta(days=day.weekday())
    days = tuple(monday + timedelta(days=number) for number in range(7))
    lanes = tuple(_lane(mission, clock, days, rows) for mission, clock in pulse.clocks)
    return Week(
        days=days,
        lanes=lanes,
        posts=sum(len(lines) for lane in lanes for lines in lane.days),
        before=monday - WEEK if first < monday else None,
        after=monday + WEEK if last >= monday + WEEK else None,
    )


def _lane(mission: Mission, clock: Moment, days: Sequence[date], rows: Sequence[Shown]) -> Lane:
    mine = [one for one in rows if one.mission == mission.code]
    return Lane(
        mission=mission,
        clock=clock,
        days=tuple(_lines([one for one in mine if one.due.local.date() == day]) for day in days),
    )


def _lines(rows: Sequence[Shown]) -> tuple[Line, ...]:
    ordered = sorted(rows, key=lambda one: (one.due.local, one.post_id, one.account))
    return tuple(_line(tuple(those)) for _, those in groupby(ordered, key=lambda one: (one.due.local, one.post_id)))


def _line(those: Sequence[Shown]) -> Line:
    one = those[0]
    return Line(
        post_id=one.post_id,
        due=one.due,
        text=one.text,
        language=one.language,
        accounts=tuple(it.account for it in those),
        standing=min((it.standing for it in those), key=LOUDEST.index),
    )


def _day(written: str, pages: Pages) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        day = date.min
    if not 2000 <= day.year < 3000:
        raise WrongUse(pages.words("“{given}” is no day; write one like 2027-07-30.", given=written))
    return day


def _usual_day(pulse: Pulse, campaign: Campaign, first: date, last: date) -> date:
    today = pulse.now.date()
    return today if first <= today <= last else campaign.day
