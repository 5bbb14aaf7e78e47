"""What every platform adapter is and promises: the only thing the scheduler knows of a platform."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import date, datetime, timedelta

    from posts.limits import Limits, Quota
    from posts.model import Media, Message


class Failure(Exception):
    """Base of the four ways in which a call can fail; nothing else may leave an adapter.

    `evidence` is what a person may need to judge: status, headers, the platform's own words, never a secret.
    """

    def __init__(self, message: str, *, http_status: int | None = None, evidence: Mapping[str, object] | None = None):
        super().__init__(message)
        self.http_status = http_status
        self.evidence: dict[str, object] = dict(evidence or {})


class Retryable(Failure):
    """Not published; trying again later is harmless. `after`: how long the platform asked us to wait, None: unsaid."""

    def __init__(
        self,
        message: str,
        *,
        after: timedelta | None = None,
        http_status: int | None = None,
        evidence: Mapping[str, object] | None = None,
    ):
        super().__init__(message, http_status=http_status, evidence=evidence)
        self.after = after


class Rejected(Failure):
    """Not published, and never will be as it is: somebody has to change the post."""


class AuthExpired(Failure):
    """Not published, and not the post's fault: the account's credentials do not work (any more)."""


class UsedUp(AuthExpired):
    """Not published, for what the account may spend is used up: it waits for whoever pays, not for new credentials."""


class NotSetUp(AuthExpired):
    """Not published, for this installation lacks what the account needs: it waits for whoever keeps config.toml."""


class Restricted(AuthExpired):
    """Not published, for the platform restricts the account: it waits until its keeper has cleared that up there."""


class Ambiguous(Failure):
    """Perhaps published: the posting call left us and no clear answer came back."""


class Duplicate(Ambiguous):
    """The platform says that it has this post already: looked up and adopted, and never sent again by itself."""


class Stopped(Exception):
    """Raised out of `Progress` when the next step must not be taken; adapters let it pass."""


class Lookup(StrEnum):
    """How surely an adapter's `find` recognises a post of ours."""

    NONE = "none"
    BY_TEXT = "by_text"
    EXACT = "exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One number of a platform's documentation: what it limits, its unit, where and when it was read.

    `sure` is False where sources contradict each other or nobody documents it; then it is configuration.
    """

    name: str
    value: str
    unit: str
    source: str
    read_on: date
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One key of an account's `options`, always text; `default` is what holds without it, "" for nothing."""

    name: str
    default: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A platform's limits and promises as data.

    `resend_after_looks`: whether "not found" after every look allows another call.
    `dedupe_for`: how long the platform remembers our key; None if it knows no key.
    `by_hand`: publishing is done by a person, the adapter only prepares it.
    `fetches_media`: the platform takes no bytes but fetches pictures itself; the adapter is built with `public_media`.
    `fetches_films`: so it does films alone; without a public address it takes the rest.
    `comment_follows`: the first comment is a call of its own, made once the post is out. It is then one part more, as
    those of a thread are: tried after the post, saved as a step, told by `broken_off`, its id the last in
    `Receipt.parts`; `find` looks for it too. False where post and comment go in one call.
    """

    platform: str
    limits: Limits
    lookup: Lookup
    resend_after_looks: bool = False
    dedupe_for: timedelta | None = None
    metrics: tuple[str, ...] = ()
    can_delete: bool = False
    by_hand: bool = False
    comment_follows: bool = False
    needs_secret: bool = True
    needs_base_url: bool = False
    fetches_media: bool = False
    fetches_films: bool = False
    facts: tuple[Fact, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose account the credentials open: `remote_id` is what the platform calls it, for ever."""

    remote_id: str
    handle: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The platform took the post.

    `parts` holds the remote id of every part of a thread, the first included, and of a first comment that was a call.
    """

    remote_id: str
    permalink: str
    parts: tuple[str, ...] = ()
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReady:
    """The platform is still working on what it was given: come back after `after`; no attempt is burned."""

    after: timedelta
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsHand:
    """Everything is prepared and a person must publish it; `reason` says what to do and where it lies."""

    reason: str
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One engagement count of one post. `metric` is one of likes, comments, shares, views, clicks, saves or its own."""

    remote_id: str
    metric: str
    value: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """The platform says, of this very post, that there is none: more than leaving it out. It may still be mistaken."""

    remote_id: str
    evidence: Mapping[str, object] = field(default_factory=dict)


class Progress(Protocol):
    """The durable memory of one delivery; a crash loses nothing that was saved."""

    @property
    def saved(self) -> Mapping[str, Mapping[str, object]]:
        """What earlier steps saved, by step, also before a crash."""

    @property
    def taken(self) -> Collection[str]:
        """Remote ids that other deliveries of this account hold: never ours."""

    def save(self, step: str, data: Mapping[str, object]) -> None:
        """`data` is committed under `step` when this returns. Raises Stopped if this sender has lost the delivery."""

    def posting(self) -> None:
        """It is committed that the next call makes the post public. Raises Stopped if it must not be made."""


class Secrets(Protocol):
    """One account's secret."""

    def load(self) -> str:
        """The secret as it is now. Raises AuthExpired if there is none to be read, Retryable if not just now."""

    def save(self, secret: str) -> None:
        """The rotated secret is durable when this returns. Raises AuthExpired where its place cannot be written."""

    def renewing(self) -> AbstractContextManager[None]:
        """Within it nobody else renews this secret, in any process of this machine: load, ask, save.

        It waits for whoever is at it. Raises Retryable where that does not end, AuthExpired as `save` does.
        """


class PublicMedia(Protocol):
    """The place from which platforms that fetch pictures themselves can fetch ours."""

    def address(self, media: Media) -> str:
        """A public address of exactly these bytes, good for a day at least; nobody can guess it.

        Raises Retryable where the place cannot take them just now, AuthExpired where it refuses us, Rejected where the
        file is not the approved one.
        """


@runtime_checkable
class Dated(Protocol):
    """An adapter whose server says what time it is there, so that a wrong clock of ours is noticed."""

    def listen(self, heard: Callable[[str, datetime], None]) -> None:
        """`heard` is given the server and its time (aware) with every answer from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """How long an account's credentials last.

    `ends_at`: until when a person must have connected the account again; None where nothing is known to end.
    `renews_from`: from when on `renew` makes that later; None where only a person can.
    """

    ends_at: datetime | None = None
    renews_from: datetime | None = None


@runtime_checkable
class Perishable(Protocol):
    """An adapter whose credentials end by themselves, on a day that is known beforehand."""

    def horizon(self) -> Horizon:
        """What the secret, or the platform, says of that day."""

    def renew(self) -> None:
        """The credentials last as long as they can from now on, and are durable; no other process did it meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How much of its quota an account has used by now, whoever used it."""

    quota: Quota
    used: int


@runtime_checkable
class Metered(Protocol):
    """An adapter whose platform tells how much of its quota the account has used."""

    def quota(self) -> Usage | None:
        """What it tells now; None where it does not say. Raises the adapter's failures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What a platform knows this installation by. `client_secret` is empty for an app that has none.

    `redirect`: where the platform sends people back to. `scopes`: asked for instead of the usual ones; none: those.
    """

    client_id: str
    redirect: str
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-in that was begun: a person opens `address`, and comes back with `state`.

    `kept` is what its end needs. It stays with whoever began, and is shown to nobody, the person neither.
    """

    address: str = field(repr=False)
    state: str = field(repr=False)
    kept: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One page or account that was opened; `secret` is what is stored for it once a person has confirmed it.

    `handle`: its name as `Identity` has it, where people know it by another; empty where that is `name`.
    """

    remote_id: str
    name: str
    handle: str = ""
    url: str = ""
    secret: str = field(repr=False)


class SignIn(Protocol):
    """How a person lets july30 into one account by signing in at its platform, in a browser."""

    @property
    def app(self) -> str:
        """The platform whose registered app is used; empty where july30 registers itself."""

    def begin(self, app: App) -> Begun:
        """The person can go and sign in. Raises the failures of a call where the platform is asked for that."""

    def finish(self, app: App, begun: Begun, came_back: str) -> Sequence[Choice]:
        """What the person opened. `came_back`: the whole address at which they came back; good once.

        Raises Rejected where that is no answer to this sign-in, AuthExpired where it was refused, or grants too little.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing that a person types to connect an account; `hidden`: it is not shown."""

    name: str
    words: str
    hidden: bool = False


class Typed(Protocol):
    """How an account is connected by what a person types."""

    @property
    def questions(self) -> Sequence[Question]:
        """What is asked, in this order."""

    def secret(self, answers: Mapping[str, str]) -> str:
        """What is stored for these answers, by the questions' names. Raises Rejected for what cannot be meant."""


@runtime_checkable
class Addressed(Protocol):
    """An adapter whose posts are not called by the last part of their address."""

    def remote_id_at(self, address: str) -> str | None:
        """What the platform calls the post at the address that a person gave; None for an address that is not its."""


class Adapter(Protocol):
    """How one account on one platform is spoken to.

    It never retries, sleeps, reads the clock, logs a secret or decides. Every method raises only the four failures.
    """

    @property
    def profile(self) -> Profile:
        """The platform's limits and promises."""

    def limits(self) -> Limits:
        """This account's limits: its server, quota or plan may differ from the profile."""

    def whoami(self) -> Identity:
        """The cheapest proof that the credentials work."""

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt | NotReady | NeedsHand:
        """The message is public (Receipt), or will be later. `key` is the same at every try of one delivery."""

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:
        """The receipt of our own earlier call, looked up at the platform; None if it is surely not there.

        What cannot be told for certain is a failure, never None: None may send the post again. Of a thread the receipt
        names in `parts` only what is there; fewer than the message has mean that it broke off. See
        `Profile.comment_follows` for what else is a part.
        """

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading | Gone]:
        """The counts of these posts now; a count that the platform does not give is left out, never 0.

        Gone for a post that the platform, asked for it alone, says is not there; a post merely left out of a list is
        left out here too.
        """

    def delete(self, remote_id: str) -> None:
        """The post is no longer public; true also if it was gone already."""
