"""The pictures and films of posts, by what is in them: an address that can only ever show one file."""

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from scheduler.services import feeding
from scheduler.services.gallery import FileShown, Gallery
from scheduler.web.pages import Pages

FOR_GOOD = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"


def routes(pages: Pages) -> APIRouter:
    """`/media/…` and the files of the local feed; browsers ask for films in stretches, and get them from the disk."""
    router = APIRouter()
    gallery = Gallery(pages.desk.settings.media_folder)

    @router.get("/media/{sha256}", response_model=None)
    def media(sha256: str) -> Response:
        return _served(gallery.find(sha256), FOR_GOOD, {"ETag": f'"{sha256}"'})

    @router.get("/media/{sha256}/captions", response_model=None)
    def captions(sha256: str) -> Response:
        return _read_out(gallery.captions(sha256), FOR_GOOD)

    @router.get("/feed/{account}/{remote_id}/{file}", response_model=None)
    def feed_file(account: str, remote_id: str, file: str) -> Response:
        return _served(feeding.feed_file(pages.desk, account, remote_id, file), ASK_AGAIN)

    @router.get("/feed/{account}/{remote_id}/{file}/captions", response_model=None)
    def feed_captions(account: str, remote_id: str, file: str) -> Response:
        return _read_out(feeding.feed_captions(pages.desk, account, remote_id, file), ASK_AGAIN)

    return router


def _served(file: FileShown | None, cache: str, more: dict[str, str] | None = None) -> Response:
    if file is None:
        raise HTTPException(404)
    return FileResponse(file.path, media_type=file.mime, headers={"Cache-Control": cache, **(more or {})})


def _read_out(words: bytes | None, cache: str) -> Response:
    if words is None:
        raise HTTPException(404)
    return Response(words, media_type="text/vtt", headers={"Cache-Control": cache})
