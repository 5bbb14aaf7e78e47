"""An adapter that does as it is told: the platform of every test that is not about a platform."""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.contract import (
    Ambiguous,
    AuthExpired,
    Failure,
    Gone,
    Identity,
    Lookup,
    NeedsHand,
    NotReady,
    Profile,
    Reading,
    Receipt,
)
from posts.limits import FilmLimits, Limits, TextLimit, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from adapters.contract import Progress, Secrets
    from posts.model import Message

OBEDIENT = Profile(
    platform="obedient",
    limits=Limits(
        text=(TextLimit(unit=Unit.GRAPHEMES, max=500),), images_max=4, film=FilmLimits(captions_max=2, cover=True)
    ),
    lookup=Lookup.EXACT,
    resend_after_looks=True,
    dedupe_for=timedelta(hours=1),
    metrics=("likes", "comments", "shares"),
    can_delete=True,
)
HOLD_MAX_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One post that went public, ever; taking it down does not undo that."""

    key: str
    message: Message
    receipt: Receipt


class Gate:
    """Holds every posting call after the post is public and before the answer is given, until it is opened."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self._open = threading.Event()

    def wait_for_entry(self, timeout_s: float = 10) -> bool:
        """Whether one more call has come in, within the time."""
        return self.entered.acquire(timeout=timeout_s)

    def open(self) -> None:
        """Every call, held or to come, passes."""
        self._open.set()

    def hold(self) -> None:
        """Returns when the gate is open."""
        self.entered.release()
        if not self._open.wait(HOLD_MAX_S):
            raise AssertionError("nobody opened the gate")


@dataclass(frozen=True, slots=True)
class Lost:
    """In the script: the post becomes public and the answer is lost."""


Call = Callable[["Message", str, "Progress"], Receipt | NotReady | NeedsHand]
Told = Receipt | NotReady | NeedsHand | Failure | Lost | Call


@dataclass(slots=True, kw_only=True)
class ObedientAdapter:
    """Plays `script`, one entry a call of `publish`, then publishes whatever comes.

    A Receipt: published under it. NotReady, NeedsHand, Retryable, Rejected, AuthExpired: before anything is public.
    Ambiguous: after `posting`, and nothing is public. Lost: after `posting`, and it is public. A callable is called.
    `secrets`, where given, must load to `token`.
    """

    script: Iterable[Told] = ()
    profile: Profile = OBEDIENT
    gate: Gate | None = None
    secrets: Secrets | None = None
    token: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    finds_nothing: bool = False
    published: list[Published] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)
    looks: int = 0
    calls: list[str] = field(default_factory=list)
    _removed: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _rest: deque[Told] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._rest = deque(self.script)

    def limits(self) -> Limits:
        return self.profile.limits

    def whoami(self) -> Identity:
        self._authorise()
        return Identity(remote_id="obedient-1", handle="obedient", url="https://obedient.example/@obedient")

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt | NotReady | NeedsHand:
        self._authorise()
        with self._lock:
            self.calls.append(key)
            told = self._rest.popleft() if self._rest else None
        if isinstance(told, NotReady | NeedsHand):
            return told
        if isinstance(told, Failure) and not isinstance(told, Ambiguous):
            raise told
        if callable(told):
            return told(message, key, progress)
        self._upload(message, progress)
        progress.posting()
        if isinstance(told, Ambiguous):
            raise told
        receipt = self.put_out(message, key, told if isinstance(told, Receipt) else None)
        if self.gate:
            self.gate.hold()
        if isinstance(told, Lost):
            raise Ambiguous("the answer was lost")
        return receipt

    def put_out(self, message: Message, key: str, receipt: Receipt | None = None) -> Receipt:
        """The message is public under its key, once; what a callable in the script may use."""
        with self._lock:
            for one in self.published:
                if one.key == key:
                    return one.receipt
            remote_id = hashlib.sha256(key.encode()).hexdigest()[:12]
            receipt = receipt or Receipt(
                remote_id=remote_id, permalink=f"https://obedient.example/{remote_id}", parts=(remote_id,)
            )
            self.published.append(Published(key=key, message=message, receipt=receipt))
            return receipt

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:
        self._authorise()
        self.looks += 1
        return None if self.finds_nothing else next((one.receipt for one in self.live() if one.key == key), None)

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading | Gone]:
        self._authorise()
        live = {one.receipt.remote_id for one in self.live()}
        gone = [Gone(remote_id=one) for one in remote_ids if one in self._removed]
        return gone + [
            Reading(remote_id=one, metric=metric, value=value, source="obedient")
            for one in remote_ids
            if one in live
            for metric, value in self.counts.items()
        ]

    def delete(self, remote_id: str) -> None:
        self._authorise()
        self._removed.add(remote_id)

    def live(self) -> list[Published]:
        """What is public now."""
        return [one for one in self.published if one.receipt.remote_id not in self._removed]

    def _authorise(self) -> None:
        if self.secrets is not None and self.secrets.load() != self.token:
            raise AuthExpired("the token is not the right one; connect the account again", http_status=401)

    def _upload(self, message: Message, progress: Progress) -> None:
        for number, picture in enumerate(message.media, 1):
            if f"media-{number}" not in progress.saved:
                self.uploads.append(str(picture.path))
                progress.save(f"media-{number}", {"id": f"picture-{number}"})
