"""The local feed: what lies in the outboxes, and the only forms of these pages."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scheduler.services import feeding
from scheduler.web.pages import Pages


def routes(pages: Pages) -> APIRouter:
    """`/feed`, and one address for each thing that people do with a post."""
    router = APIRouter()

    @router.get("/feed", response_model=None)
    def feed(request: Request) -> Response:
        entries = feeding.feed(pages.desk)
        return pages.draw_form(
            request,
            "feed.html",
            here="/feed",
            entries=entries,
            shown_max=feeding.SHOWN_MAX,
            comment_max=feeding.COMMENT_MAX,
        )

    @router.post("/feed/{account}/{remote_id}/{kind}", response_model=None)
    def react(
        request: Request,
        account: str,
        remote_id: str,
        kind: str,
        token: Annotated[str, Form()] = "",
        text: Annotated[str, Form()] = "",
    ) -> Response:
        if not pages.tokens.fits(request, token):
            return pages.refusal(403)
        feeding.react(pages.desk, account, remote_id, kind, text)
        return RedirectResponse(f"/feed#p-{remote_id}", status_code=303)

    return router
