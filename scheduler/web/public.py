"""Files for the platforms that fetch them: the only part of the console that strangers may reach."""

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse

from scheduler.services.handing_out import handed_out
from scheduler.web.pages import Pages


def routes(pages: Pages) -> APIRouter:
    """`/public/…`: one file at an address that was signed for it, until the address ends."""
    router = APIRouter()

    @router.api_route("/public/{ends_on}/{signature}/{name}", methods=["GET", "HEAD"], response_model=None)
    def public(ends_on: str, signature: str, name: str) -> FileResponse:
        found = handed_out(pages.desk, ends_on, signature, name)
        if found is None:
            raise HTTPException(404)
        return FileResponse(found.path, media_type=found.mime, headers={"Cache-Control": "private, max-age=3600"})

    return router
