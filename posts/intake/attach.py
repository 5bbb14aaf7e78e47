"""The pictures and films of a row: beside the sheet, never somewhere else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from posts.intake.draft import ALT_TEXT_SEPARATOR
from posts.intake.opening import open_all, open_media
from posts.intake.pictures import MediaError
from posts.intake.targets import names_in
from posts.intake.wrong import Wrong

if TYPE_CHECKING:
    from posts.model import Media

_PICTURES_MAX = 20
_SHARE_PAGES = {
    "drive.google.com": "Google Drive",
    "docs.google.com": "Google Drive",
    "photos.app.goo.gl": "Google Photos",
    "trello.com": "Trello",
    "canva.com": "Canva",
    "dropbox.com": "Dropbox",
    "1drv.ms": "OneDrive",
    "sharepoint.com": "SharePoint",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The sheet's folder and the pictures opened in it so far; each file is decoded once, however many rows show it."""

    path: Path
    opened: dict[Path, Media] = field(default_factory=dict)

    def find(self, cell: str) -> tuple[Media, ...]:
        """The pictures and films that a cell names, without alt texts; a film with its captions and cover.

        Raises Wrong for what is none of them in this folder.
        """
        names = names_in(cell)
        if len(names) > _PICTURES_MAX:
            raise Wrong("too_many_pictures", f"{len(names)} pictures in one row: no more than {_PICTURES_MAX} can be.")
        paths = [self._inside(name) for name in names]
        try:
            return open_all(paths, self._open)
        except MediaError as error:
            raise Wrong("bad_picture", str(error)) from error

    def _open(self, path: Path) -> Media:
        if path not in self.opened:
            self.opened[path] = open_media(path)
        return self.opened[path]

    def _inside(self, name: str) -> Path:
        _refuse_address(name)
        if PureWindowsPath(name).drive or name.startswith(("/", "\\", "~")):
            raise Wrong(
                "outside", f"“{name}” is a place on one computer: put the picture beside the sheet, name it alone."
            )
        base = self.path.resolve()
        try:
            path = (base / name.replace("\\", "/")).resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise Wrong("bad_picture", f"“{name}” cannot be a file's name: correct it.") from error
        if not path.is_relative_to(base):
            raise Wrong("outside", f"“{name}” leaves the sheet's folder: put the picture beside the sheet.")
        return path


def with_alt_texts(media: tuple[Media, ...], cell: str) -> tuple[Media, ...]:
    """The pictures with their alt texts: the whole cell for one picture, else one text each, separated by " || ".

    Raises Wrong if there are not as many texts as pictures; an empty cell gives every picture an empty one.
    """
    if not cell.strip():
        return media
    texts = [cell] if len(media) == 1 else cell.split(ALT_TEXT_SEPARATOR)
    if len(texts) != len(media):
        raise Wrong(
            "alt_texts", f"{len(texts)} alt texts for {len(media)} pictures: write one each, separated by “ || ”."
        )
    return tuple(replace(one, alt_text=text) for one, text in zip(media, texts, strict=True))


def _refuse_address(name: str) -> None:
    if not name.casefold().startswith(("http:", "https:", "ftp:", "file:", "data:", "www.")):
        return
    try:
        host = urlsplit(name if "//" in name else f"//{name}").hostname or ""
    except ValueError:
        host = ""
    owner = next((owner for end, owner in _SHARE_PAGES.items() if host == end or host.endswith(f".{end}")), "")
    what = f"a share page of {owner}" if owner else "an address"
    raise Wrong(
        "address", f"“{name}” is {what}, not a picture: save the picture beside the sheet, write its file name."
    )
