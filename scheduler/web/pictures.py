"""The pictures of posts, by what is in them: an address that can only ever show one picture."""

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.services import feeding, showing
from scheduler.services.showing import PictureFile
from scheduler.web.pages import Pages


def routes(pages: Pages) -> APIRouter:
    """`/media/…` and the pictures of the local feed."""
    router = APIRouter()

    @router.get("/media/{sha256}", response_model=None)
    def media(sha256: str) -> Response:
        return _served(showing.picture_file(pages.desk, sha256), "private, max-age=31536000, immutable")

    @router.get("/feed/{account}/{remote_id}/{file}", response_model=None)
    def feed_picture(account: str, remote_id: str, file: str) -> Response:
        return _served(feeding.feed_picture(pages.desk, account, remote_id, file), "private, no-cache")

    return router


def _served(file: PictureFile | None, cache: str) -> Response:
    if file is None:
        raise HTTPException(404)
    return Response(file.content, media_type=file.mime, headers={"Cache-Control": cache})
