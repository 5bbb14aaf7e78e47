"""The console over a desk, as an ASGI application; who binds it to an address is the caller's business."""

from pathlib import Path
from typing import cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles
from structlog import get_logger

from scheduler.model import Unavailable, WrongUse
from scheduler.services import showing
from scheduler.services.desk import Desk
from scheduler.web import calendar, feed, log, pictures, public, today
from scheduler.web.pages import Pages
from scheduler.web.security import Guard
from scheduler.web.words import Words

STATIC = Path(__file__).parent / "static"

told = get_logger()


def console(desk: Desk, words: Words | None = None) -> FastAPI:
    """The console's pages over this desk: read-only, but for the local feed. Nothing is bound or started.

    The desk's database stays the caller's to close.
    """
    pages = Pages(desk, words or Words())
    app = FastAPI(title="july30", docs_url=None, redoc_url=None, openapi_url=None)
    for part in (today, calendar, log, feed, pictures, public):
        app.include_router(part.routes(pages))
    app.add_api_route("/health", lambda: _health(desk), methods=["GET"], response_model=None)
    app.mount("/static", StaticFiles(directory=STATIC))
    _answer_errors(app, pages)
    app.add_middleware(Guard, listen=desk.settings.listen, public_url=desk.settings.public_url, refusal=pages.refusal)
    return app


def _health(desk: Desk) -> JSONResponse:
    try:
        pulse = showing.pulse(desk)
    except Unavailable:
        return JSONResponse({"database": "away", "sending": False, "heartbeat_at": None}, status_code=503)
    beat = pulse.heartbeat_at.isoformat().replace("+00:00", "Z") if pulse.heartbeat_at else None
    return JSONResponse({"database": "ok", "sending": pulse.sending, "heartbeat_at": beat})


def _answer_errors(app: FastAPI, pages: Pages) -> None:
    def plain(_request: Request, error: Exception) -> Response:
        return pages.refusal(cast("HTTPException", error).status_code)

    def misread(_request: Request, _error: Exception) -> Response:
        return pages.refusal(400)

    def wrong(_request: Request, error: Exception) -> Response:
        return pages.refusal(400, str(error))

    def away(_request: Request, error: Exception) -> Response:
        told.error("a page could not be shown", error=str(error))
        return pages.refusal(503)

    app.add_exception_handler(HTTPException, plain)
    app.add_exception_handler(RequestValidationError, misread)
    app.add_exception_handler(WrongUse, wrong)
    app.add_exception_handler(Unavailable, away)
