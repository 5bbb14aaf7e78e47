"""Folders that exist whole or not at all, for the adapters that publish or prepare on our own disk."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from typing import TYPE_CHECKING
from uuid import uuid4

from adapters.contract import Ambiguous, Rejected, Retryable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from posts.model import Captions, Media

SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
}
UNFINISHED = ".unfinished"
SHORTAGES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.EINTR, errno.EIO, errno.ESTALE})


def passes(error: OSError) -> bool:
    """Whether the machine is short of something, which says nothing about the file."""
    return error.errno in SHORTAGES


def name_for(key: str) -> str:
    """The folder's name for a delivery's key: 16 hexadecimal digits, the same for ever, safe in any path."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def picture_name(number: int, media: Media) -> str:
    """`picture-1.jpg`, `film-1.mp4` for the first one, and so on: no name of ours leaves the house."""
    what = "film" if media.mime.startswith("video/") else "picture"
    return f"{what}-{number}{SUFFIXES.get(media.mime, media.path.suffix)}"


def read_picture(media: Media) -> bytes:
    """The picture's bytes, exactly those that were approved.

    Raises Rejected where the file is gone or was changed, Retryable where only the machine is short of something.
    """
    try:
        content = media.path.read_bytes()
    except OSError as error:
        if passes(error):
            raise Retryable(f"the picture {media.path} cannot be read just now ({error.strerror})") from error
        raise Rejected(f"the picture {media.path} cannot be read ({error.strerror}); put it back and retry") from error
    if media.sha256 and hashlib.sha256(content).hexdigest() != media.sha256:
        raise Rejected(f"the picture {media.path} is not the one that was approved; attach it again")
    return content


def approved(one: Media | Captions) -> Path:
    """Where a file lies that may be large: exactly the one that was approved, read once in pieces to prove it.

    Raises as `read_picture` does.
    """
    try:
        with one.path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        if passes(error):
            raise Retryable(f"the file {one.path} cannot be read just now ({error.strerror})") from error
        raise Rejected(f"the file {one.path} cannot be read ({error.strerror}); put it back and retry") from error
    if found != one.sha256:
        raise Rejected(f"the file {one.path} is not the one that was approved; attach it again")
    return one.path


def files_of(media: Sequence[Media]) -> dict[str, bytes | Path]:
    """The files of a message by the names that they have with us: pictures whole, films by where they lie.

    `film-1.mp4` has its captions beside it as `film-1.ka.srt`, its cover as `film-1.cover.jpg`. Raises as `approved`
    and `read_picture` do.
    """
    found: dict[str, bytes | Path] = {}
    for number, one in enumerate(media, 1):
        name = picture_name(number, one)
        found[name] = approved(one) if one.film else read_picture(one)
        stem = name.rpartition(".")[0]
        for words in one.captions:
            found[f"{stem}.{words.language or number}{words.path.suffix.casefold()}"] = approved(words)
        if one.cover:
            found[f"{stem}.cover{SUFFIXES.get(one.cover.mime, one.cover.path.suffix)}"] = read_picture(one.cover)
    return found


def prepare_folder(parent: Path, contents: Mapping[str, bytes | Path]) -> Path:
    """A hidden folder under `parent` with these files is durable; a path's file is copied in pieces.

    Raises Retryable where the disk refuses.
    """
    folder = parent / UNFINISHED / uuid4().hex
    try:
        folder.mkdir(parents=True)
        for name, content in contents.items():
            _write(folder / name, content)
        sync_folder(folder)
    except OSError as error:
        discard(folder)
        raise Retryable(f"{parent} cannot be written ({error.strerror}); make room or rights there") from error
    return folder


def reveal(prepared: Path, folder: Path) -> None:
    """The prepared folder is now `folder`, in one move; where that existed already it is kept, the other dropped.

    Raises Retryable where the move failed: nothing is there then. Raises Ambiguous where a power cut could undo it.
    """
    try:
        prepared.rename(folder)
    except OSError as error:
        discard(prepared)
        if not folder.is_dir():
            raise Retryable(f"{folder} cannot be made ({error.strerror}); make room or rights there") from error
    try:
        sync_folder(folder.parent)
    except OSError as error:
        raise Ambiguous(f"the folder {folder} was made, but the disk does not confirm it ({error.strerror})") from error


def discard(prepared: Path) -> None:
    """Nothing is left of a prepared folder, as far as the disk allows."""
    shutil.rmtree(prepared, ignore_errors=True)


def replace_file(path: Path, content: bytes) -> None:
    """The file holds `content`; a reader sees the old or the new one, never a mixture. Raises OSError."""
    beside = path.with_name(f".{path.name}.{uuid4().hex}")
    _write(beside, content)
    beside.replace(path)


def sync_folder(folder: Path) -> None:
    """The folder's names have reached the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, content: bytes | Path) -> None:
    with path.open("wb") as file:
        if isinstance(content, bytes):
            file.write(content)
        else:
            with content.open("rb") as source:
                shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(file.fileno())
