"""The log: every delivery with its picture, its counts and where it is to be seen."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import Response

from scheduler.model import State, WrongUse
from scheduler.services import showing
from scheduler.services.showing import Shown
from scheduler.web.pages import Pages


def routes(pages: Pages) -> APIRouter:
    """`/log`, filtered by mission and state."""
    router = APIRouter()

    @router.get("/log", response_model=None)
    def log(mission: str = "", state: str = "", page: Annotated[int, Query(ge=1, le=1_000_000)] = 1) -> Response:
        _refuse_unknown(pages, mission, state)
        found = showing.log_page(pages.desk, mission=mission, state=state, page=page)
        return pages.draw(
            "log.html",
            here="/log",
            log=found,
            metrics=showing.METRICS,
            missions=pages.desk.settings.missions,
            states=tuple(State),
            chosen_mission=mission,
            chosen_state=state,
            address_of=address_of,
            page_address=lambda number: _address(mission, state, number),
        )

    return router


def address_of(one: Shown) -> str:
    """Where the post is to be seen: at its platform, or in the local feed; empty where a browser cannot go."""
    if one.permalink.startswith(("https://", "http://")):
        return one.permalink
    return f"/feed#p-{one.remote_id}" if one.permalink.startswith("file:") and one.state is State.PUBLISHED else ""


def _refuse_unknown(pages: Pages, mission: str, state: str) -> None:
    words, missions = pages.words, [one.code for one in pages.desk.settings.missions]
    if mission and mission not in missions:
        raise WrongUse(words("There is no mission “{given}”; there are {known}.", given=mission, known=_list(missions)))
    if state and state not in set(State):
        raise WrongUse(words("There is no state “{given}”; there are {known}.", given=state, known=_list(list(State))))


def _list(names: list[str] | list[State]) -> str:
    return ", ".join(names)


def _address(mission: str, state: str, number: int) -> str:
    asked = {"mission": mission, "state": state, "page": str(number)}
    return "/log?" + urlencode({name: value for name, value in asked.items() if value})
