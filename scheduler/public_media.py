"""The addresses at which platforms that fetch pictures themselves find ours: unguessable, and good for a while."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from adapters.contract import Rejected
from adapters.on_disk import approved

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from posts.model import Media

PREFIX = "/public/"
GOOD_FOR_DAYS = 2
_DAY_ONE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleMedia:
    """Our media folder as the console serves it below `public_url`; `key` gives the secret that signs the addresses.

    Whoever has an address can fetch that one file until the address ends; nobody can make one without the key.
    """

    public_url: str
    folder: Path
    now: Callable[[], datetime]
    key: Callable[[], str] = field(repr=False)

    def address(self, media: Media) -> str:
        """The file's address, the same for a whole day, good for a day at least and two at most.

        Raises Rejected for a file that is not the approved one or is not in our folder, Retryable and AuthExpired as
        `approved` and the key's place do.
        """
        if approved(media).parent != self.folder:
            raise Rejected(f"the file {media.path} is not in the media folder {self.folder}; attach it again")
        ends_on, name = self._today() + GOOD_FOR_DAYS, media.path.name
        return f"{self.public_url.rstrip('/')}{PREFIX}{ends_on}/{self._signature(ends_on, name)}/{name}"

    def file_at(self, ends_on: str, signature: str, name: str) -> Path | None:
        """The file at an address of ours; None where the address is not ours or has ended, or the file is gone."""
        if not ends_on.isascii() or not ends_on.isdigit() or len(ends_on) > 6 or int(ends_on) <= self._today():
            return None
        if not hmac.compare_digest(self._signature(int(ends_on), name).encode(), signature.encode("utf-8", "replace")):
            return None
        path = self.folder / name
        return path if path.is_file() else None

    def _today(self) -> int:
        """The days since 1970, by UTC."""
        return (self.now() - _DAY_ONE) // timedelta(days=1)

    def _signature(self, ends_on: int, name: str) -> str:
        told = f"public media|{ends_on}|{name}".encode("utf-8", "surrogatepass")
        return hmac.new(self.key().encode(), told, hashlib.sha256).hexdigest()
