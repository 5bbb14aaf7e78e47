"""Pictures and films as files of a form: pictures whole, films in pieces from the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.http_calls import Stretch, Upload
from adapters.on_disk import approved, picture_name, read_picture

if TYPE_CHECKING:
    from posts.model import Media


def upload_of(media: Media, number: int, form_field: str) -> Upload:
    """The file as it goes into `form_field`, exactly the one that was approved; memory stays flat for films.

    `number`: the how many-th of its post it is, from 1. Raises Rejected or Retryable as `approved` does.
    """
    name = picture_name(number, media)
    content = whole(media) if media.film else read_picture(media)
    return Upload(form_field=form_field, name=name, mime=media.mime, content=content)


def cover_of(film: Media, form_field: str) -> tuple[Upload, ...]:
    """The still picture that stands for the film, as a file; nothing where it has none."""
    if film.cover is None:
        return ()
    name = picture_name(1, film.cover).replace("picture-1", "cover")
    return (Upload(form_field=form_field, name=name, mime=film.cover.mime, content=read_picture(film.cover)),)


def whole(film: Media) -> Stretch:
    """The whole film, to be read as it is sent."""
    path = approved(film)
    return Stretch(path=path, start=0, size_bytes=path.stat().st_size)
