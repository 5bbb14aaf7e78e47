"""Messages, pictures and secrets to try adapters with; every text is invented."""

from __future__ import annotations

import hashlib
import io
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PIL import Image

from adapters.contract import Reading
from adapters.scripted.x_auth import OAuth1
from posts.model import Account, Media, Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from adapters.contract import Gone

TEXT = (
    "ადამიანი არ იყიდება & “სიტყვა” <ahead>\n\n"
    "Инсон фурӯшӣ нест, oʻylab koʻring.\n"
    "https://iom.example/ge?a=1&b=2 #EndHumanTrafficking"
)
TOKEN = "a-token-nobody-else-may-see"
MESSAGE = Message(account="ge-test", platform="test", parts=(TEXT,), language="ka")


@dataclass(frozen=True, slots=True)
class KnownSecret:
    """A secret that is simply there."""

    value: str = TOKEN

    def load(self) -> str:
        return self.value

    def save(self, secret: str) -> None:
        raise AssertionError("nothing here rotates")

    def renewing(self) -> AbstractContextManager[None]:
        raise AssertionError("nothing here rotates")


@dataclass(slots=True)
class KeptSecret:
    """A secret that may be replaced; `saved` holds every replacement in its order."""

    value: str
    saved: list[str] = field(default_factory=list)

    def load(self) -> str:
        return self.value

    def save(self, secret: str) -> None:
        self.saved.append(secret)
        self.value = secret

    def renewing(self) -> AbstractContextManager[None]:
        return nullcontext()


def keys_of(token_secret: str) -> OAuth1:
    """Four values that sign calls, the last of them known to nobody else."""
    return OAuth1(
        consumer_key="a-consumer-key-of-july30",
        consumer_secret="a-consumer-secret-of-july30",
        access_token="2244994945-an-access-token",
        access_token_secret=token_secret,
    )


def now() -> datetime:
    """This moment, as the servers under test see it."""
    return datetime.now(UTC)


def account(**given: object) -> Account:
    """An account of a mission, with what the test is about."""
    return replace(Account(id="ge-test", mission="GE", platform="test"), **given)  # type: ignore[arg-type]


def readings(answers: Sequence[Reading | Gone]) -> list[Reading]:
    """The counts among a platform's answers."""
    return [one for one in answers if isinstance(one, Reading)]


def picture(folder: Path, name: str = "card.jpg", *, shade: int = 40, alt_text: str = "A plain card, “ҷ”") -> Media:
    """A small real picture on the disk."""
    made = io.BytesIO()
    mime = "image/png" if name.endswith(".png") else "image/jpeg"
    Image.new("RGB", (8, 10), (10, shade, 90)).save(made, format=mime.removeprefix("image/"))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(made.getvalue())
    return Media(
        path=path,
        sha256=hashlib.sha256(made.getvalue()).hexdigest(),
        mime=mime,
        width_px=8,
        height_px=10,
        size_bytes=len(made.getvalue()),
        alt_text=alt_text,
    )
