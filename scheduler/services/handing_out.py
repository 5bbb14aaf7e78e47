"""Our pictures and films, handed out to the platforms that fetch them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.contract import Failure
from scheduler.object_storage import BucketMedia
from scheduler.public_media import ConsoleMedia
from scheduler.services.drafting import EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from adapters.contract import PublicMedia
    from scheduler.config import Settings
    from scheduler.services.desk import Desk

MIMES = {extension: mime for mime, extension in EXTENSIONS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOut:
    """One file as the outside may have it."""

    path: Path
    mime: str


def place_of(settings: Settings, environment: Mapping[str, str], now: Callable[[], datetime]) -> PublicMedia | None:
    """Where platforms fetch our files: the storage where one is configured, else the console at its public address.

    None where there is neither. Nothing is asked or read yet.
    """
    if settings.s3:
        return BucketMedia(settings.s3, settings.secret_at(settings.s3_secret, environment).load)
    return _console(settings, environment, now) if settings.public_url else None


def handed_out(desk: Desk, ends_on: str, signature: str, name: str) -> HandedOut | None:
    """The file at an address of ours; None where it is none, has ended, or where nothing is handed out here at all."""
    if not desk.settings.public_url:
        return None
    try:
        path = _console(desk.settings, desk.environment, desk.now).file_at(ends_on, signature, name)
    except Failure:
        return None  # the key cannot be read: nobody has an address then
    mime = MIMES.get(name.rpartition(".")[2])
    return HandedOut(path=path, mime=mime) if path and mime else None


def _console(settings: Settings, environment: Mapping[str, str], now: Callable[[], datetime]) -> ConsoleMedia:
    key = settings.secret_at(settings.secrets_key, environment).load
    return ConsoleMedia(public_url=settings.public_url, folder=settings.media_folder, now=now, key=key)
