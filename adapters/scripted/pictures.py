"""A public place for pictures: what platforms that fetch them themselves are given to fetch from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.scripted.server import Reply, Request, ScriptedServer

if TYPE_CHECKING:
    from posts.model import Media


class PictureServer(ScriptedServer):
    """Serves each picture whose address was asked for. `away`: it serves none."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self._pictures: dict[str, Media] = {}

    @property
    def fetched(self) -> int:
        """How often a picture was asked for."""
        return len(self.requests)

    def address(self, media: Media) -> str:
        """Where this picture can be fetched from now on."""
        path = f"/{media.sha256[:32]}.jpg"
        self._pictures[path] = media
        return self.url + path

    def carry_out(self, request: Request) -> Reply:
        """The picture's bytes; 404 for anything else."""
        picture = self._pictures.get(request.path)
        if request.method != "GET" or picture is None or self.away:
            return Reply(status=404)
        return Reply(body=picture.path.read_bytes(), headers={"Content-Type": picture.mime})
