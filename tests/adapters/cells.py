"""One adapter, one call, one thing that goes wrong: what comes of it, and whether the platform agrees."""

from __future__ import annotations

import base64
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import uuid4

from adapters.contract import (
    Ambiguous,
    AuthExpired,
    Duplicate,
    Failure,
    Gone,
    Lookup,
    NotReady,
    Reading,
    Receipt,
    Rejected,
    Retryable,
)
from tests.adapters.causes import Where
from tests.adapters.front import Front, Impatient
from tests.adapters.leaks import leaks, shown
from tests.adapters.parts import MESSAGE
from tests.fakes.clock import Clock
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import datetime

    from adapters.contract import Adapter, Profile
    from adapters.http import Http
    from adapters.scripted.server import Reply, Request, ScriptedServer
    from posts.model import Media, Message
    from tests.adapters.causes import Cause, Words

READY_AFTER = 5


@dataclass(frozen=True, kw_only=True)
class Stand:
    """One adapter and the platform behind it, to be tried with everything that goes wrong.

    `build(http)` makes a new adapter, as a new process would, that reaches the platform by `http`. `public()` counts
    what is out now, comments too. `secrets()` are those that nobody may see, also those that the platform has given out
    meanwhile. `making`: how much was public after each call of an undisturbed adapter that left something behind.
    `fronts`: where it is reached just now, if it is. `album`: pictures to publish with. `wording`: what stands in every
    text besides.
    """

    platform: ScriptedServer
    build: Callable[[Http], Adapter]
    public: Callable[[], int]
    secrets: Callable[[], Collection[str]]
    words: Words
    album: Sequence[Media]
    wording: str = ""
    clock: Clock = field(default_factory=Clock)
    making: list[int] = field(default_factory=list)
    fronts: list[Front] = field(default_factory=list)

    @cached_property
    def causes(self) -> dict[str, Cause]:
        return self.words.causes()

    @cached_property
    def profile(self) -> Profile:
        with self.reached() as adapter:
            return adapter.profile

    @cached_property
    def journeys(self) -> list[Journey]:
        """All that the adapter is asked to do, with what comes of it where nothing goes wrong."""
        whole = [Journey(stand=self, name=name, media=0, parts=1) for name in ("limits", "whoami")]
        with self.reached() as adapter:
            limits = adapter.limits()
        threads = limits.parts_max > 1 or limits.long_text_follows
        shapes = [
            (min(1, limits.images_max), 2) if threads else (int(limits.media_required), 1),
            (min(2, limits.images_max), 1),
        ]
        able = {"find": self.profile.lookup is not Lookup.NONE, "measure": True, "delete": self.profile.can_delete}
        named = [("publish", one) for one in shapes] + [(name, shapes[0]) for name, can in able.items() if can]
        return whole + [Journey(stand=self, name=name, media=media, parts=parts) for name, (media, parts) in named]

    @contextmanager
    def reached(self) -> Iterator[Adapter]:
        """A new adapter that nothing disturbs; while one is reached, others reach the platform at the same address."""
        if self.fronts:
            yield self.build(Impatient(self.fronts[-1]))
            return
        with Front(self.platform, self._watch) as front:
            self.fronts.append(front)
            try:
                yield self.build(Impatient(front))
            finally:
                self.fronts.remove(front)

    def made(self) -> int:
        """How many calls have come that leave something behind; those that only open the account are none."""
        return len(self.making)

    def shown(self) -> int:
        """How many of them have made something public."""
        return sum(now > before for before, now in pairwise([0, *self.making]))

    def _watch(self, request: Request, reply: Reply) -> None:
        opening = (*self.words.logins, *self.words.dispensable)
        if request.method in {"POST", "PUT"} and reply.status < 400 and not request.path.endswith(opening):
            self.making.append(self.public())

    def message(self, *, parts: int, media: int) -> Message:
        """A message whose words nobody else has."""
        texts = tuple(f"{MESSAGE.text} {self.wording} {uuid4().hex}" for _ in range(parts))
        return replace(MESSAGE, parts=texts, media=tuple(self.album[:media]))


@dataclass(kw_only=True)
class Errand:
    """One message on its way; `out` is how much more is public than before it began."""

    stand: Stand
    message: Message
    key: str = field(default_factory=lambda: uuid4().hex)
    progress: MemoryProgress = field(default_factory=MemoryProgress)
    receipt: Receipt | None = None
    before: int = field(init=False)
    since: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.stand.clock.tick(hours=1)  # who looks since then does not read all that others have posted
        self.before, self.since = self.stand.public(), self.stand.clock()

    @property
    def out(self) -> int:
        return self.stand.public() - self.before

    def publish(self, adapter: Adapter) -> Receipt:
        """The receipt, however often the platform says that it is not ready yet."""
        for _ in range(READY_AFTER):
            made = adapter.publish(self.message, self.key, self.progress)
            if isinstance(made, Receipt):
                self.receipt = made
                return made
            assert isinstance(made, NotReady)
            self.begin_again()
        raise AssertionError("the platform is never ready")

    def find(self, adapter: Adapter) -> Receipt | None:
        return adapter.find(self.message, self.key, self.since, self.progress)

    def begin_again(self) -> None:
        """As a new process does: what was saved is all that is known."""
        self.progress = MemoryProgress(self.progress.saved)

    def publish_anew(self) -> Receipt:
        self.begin_again()
        with self.stand.reached() as adapter:
            return self.publish(adapter)

    def find_anew(self) -> Receipt | None:
        with self.stand.reached() as adapter:
            return self.find(adapter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a journey: what was asked, whether it makes something public, and how much was out before it.

    `refused`: the answer is no, and that is as it has to be.
    """

    request: Request
    refused: bool
    posting: bool
    out: int

    def carries(self, media: Media) -> bool:
        return carries(self.request, media)

    def ends_in(self, ends: tuple[str, ...]) -> bool:
        """Whether the path, or the query where it has one, ends in one of these."""
        query = "".join(f"?{name}={values[0]}" for name, values in self.request.query.items())
        return self.request.path.endswith(ends) or query.endswith(ends)

    def asks_for(self, fields: tuple[str, ...]) -> bool:
        """Whether one of these is among the fields that the query asks for."""
        return bool({name for one in self.request.query.get("fields", ()) for name in one.split(",")} & set(fields))


@dataclass(frozen=True, kw_only=True)
class Journey:
    """One thing that an adapter does, in one call or several."""

    stand: Stand
    name: str
    parts: int
    media: int

    def __str__(self) -> str:
        return f"{self.name} ({self.parts} parts, {self.media} pictures)" if self.media + self.parts > 1 else self.name

    @property
    def publishes(self) -> bool:
        return self.name == "publish"

    def errand(self) -> Errand:
        """A new one; its message is out already where the journey needs that."""
        errand = Errand(stand=self.stand, message=self.stand.message(parts=self.parts, media=self.media))
        if self.name in {"find", "measure", "delete"}:
            errand.publish_anew()
            errand.begin_again()
        return errand

    @cached_property
    def shared(self) -> Errand:
        """One for all that change nothing."""
        return self.errand()

    def go(self, errand: Errand, adapter: Adapter) -> object:
        """What the adapter says when it is asked."""
        match self.name:
            case "limits":
                return adapter.limits()
            case "whoami":
                return adapter.whoami()
            case "publish":
                return errand.publish(adapter)
            case "find":
                return errand.find(adapter)
            case "measure":
                return _counts(adapter.measure([_id_of(errand)]))
            case _:
                adapter.delete(_id_of(errand))
                return None

    @cached_property
    def undisturbed(self) -> tuple[list[Call], object, int]:
        """The calls that it takes where nothing goes wrong, what is said then, and how much is out."""
        calls: list[Call] = []
        errand = self.errand()
        out = [errand.out]

        def watch(request: Request, reply: Reply) -> None:
            posting, refused = "posting" in errand.progress.steps, reply.status >= 400
            calls.append(Call(request=request, refused=refused, posting=posting, out=out[-1]))
            out.append(errand.out)

        with Front(self.stand.platform, watch) as front:
            adapter = self.stand.build(Impatient(front))
            calls.clear()
            said = self.go(errand, adapter)
        return calls, said, errand.out

    def places(self, cause: Cause) -> list[int]:
        """The calls that the cause is tried at."""
        calls, _, _ = self.undisturbed
        match cause.where:
            case Where.POSTING:
                return [number for number, call in enumerate(calls) if call.posting]
            case Where.PICTURES:
                carrying = enumerate(any(call.carries(one) for one in self.stand.album) for call in calls)
                return [number for number, carried in carrying if carried]
            case _:
                return list(range(len(calls)))

    def tried(self, cause: Cause, at: int) -> str:
        """What is wrong with what came of it when call `at` ended so; empty where all is as it has to be."""
        errand = self.errand() if self.name in {"publish", "delete"} else self.shared
        said: object = None
        with Front(self.stand.platform) as front:
            adapter = self.stand.build(Impatient(front))
            front.arm(cause.strike, at, sticks=cause.sticks)
            try:
                said = self.go(errand, adapter)
            except Failure as failure:
                said = failure
            except Exception as error:  # noqa: BLE001 - nothing but the four may leave
                return f"{type(error).__name__} left the adapter: {error}"
        if isinstance(said, Failure):
            return self._wrong_class(cause, at, said) or self._told(said) or self._judged(errand, at, said)
        if not cause.harmless and not self._dispensable(at):
            return f"it went on as if nothing were, and said {said}"
        return self._false(errand, said)

    def _dispensable(self, at: int) -> bool:
        return self.name == "limits" or self.undisturbed[0][at].ends_in(self.stand.words.dispensable)

    def _wrong_class(self, cause: Cause, at: int, failure: Failure) -> str:
        call = self.undisturbed[0][at]
        wanted = cause.posting if call.posting and not call.ends_in(self.stand.words.hidden) else cause.preparing
        asks_whether_out = call.posting and call.asks_for(self.stand.words.telling)
        if asks_whether_out or (call.posting and call.out and wanted in {Rejected, Duplicate}):
            wanted = Ambiguous  # "not published" is no longer true
        if wanted is Rejected and call.request.path.endswith(self.stand.words.logins):
            wanted = AuthExpired
        if call.refused and cause.harmless:
            return ""  # a no in words that nobody understands is a no
        if cause.may_not_have_left and call.posting and isinstance(failure, Retryable):
            return ""
        if type(failure) is not wanted:
            return f"{type(failure).__name__} instead of {wanted.__name__}: {failure}"
        if isinstance(failure, Retryable) and failure.after != cause.after:
            return f"to wait {failure.after} instead of {cause.after}: {failure}"
        return ""

    def _told(self, failure: Failure) -> str:
        return "it tells a secret" if leaks(shown(failure), self.stand.secrets()) else ""

    def _judged(self, errand: Errand, at: int, failure: Failure) -> str:
        """What the platform has to say against the failure, and against going on as the failure allows."""
        calls, _, whole = self.undisturbed
        if self.name == "delete":
            with self.stand.reached() as adapter:
                self.go(errand, adapter)
            return f"{errand.out} is still out" if errand.out else ""
        if not self.publishes:
            return ""
        if not isinstance(failure, Ambiguous) and errand.out != calls[at].out:
            return f"{type(failure).__name__}, and {errand.out - calls[at].out} more is out"
        return settled(errand, failure, whole) if calls[at].posting else ""

    def _false(self, errand: Errand, said: object) -> str:
        """What is wrong with an answer that was given although something went wrong."""
        _, clean, whole = self.undisturbed
        match self.name:
            case "publish":
                return "" if errand.out == whole else f"published, it says, and {errand.out} of {whole} is out"
            case "delete":
                return f"deleted, it says, and {errand.out} is out" if errand.out else ""
            case "find":
                return "" if said == errand.receipt else f"found {said} instead of {errand.receipt}"
            case "measure":
                return "" if set(said) <= set(clean) else f"counted {said} instead of {clean}"  # type: ignore[call-overload]
            case "limits":
                return "" if said else "no limits at all"
            case _:
                return "" if said == clean else f"it is {said} instead of {clean}"


def settled(errand: Errand, failure: Failure, whole: int) -> str:
    """What is wrong once july30 has done what the failure allows: send again, or look and do as the look says."""
    profile = errand.stand.profile
    if isinstance(failure, Retryable | AuthExpired):
        errand.publish_anew()
        return "" if errand.out == whole else f"sent again, and {errand.out} instead of {whole} is out"
    if not isinstance(failure, Ambiguous) or profile.lookup is Lookup.NONE:
        return ""
    return _looked_up(errand, whole, resend=profile.resend_after_looks)


def _looked_up(errand: Errand, whole: int, *, resend: bool) -> str:
    found = errand.find_anew()
    if found is None:
        if errand.out:
            return f"nothing was found, and {errand.out} is out"
        if resend:
            errand.publish_anew()
            return "" if errand.out == whole else f"sent again, and {errand.out} instead of {whole} is out"
        return ""
    all_found = len(found.parts or (found.remote_id,)) == len(errand.message.parts)
    if all_found != (errand.out == whole):
        return f"{len(found.parts)} parts were found, and {errand.out} of {whole} is out"
    return ""


def carries(request: Request, media: Media) -> bool:
    """Whether the picture is in the request, as it is or in base64."""
    content = media.path.read_bytes()
    return content in request.body or base64.b64encode(content) in request.body


def _id_of(errand: Errand) -> str:
    assert errand.receipt is not None
    return errand.receipt.remote_id


def _counts(answers: Sequence[Reading | Gone]) -> list[tuple[str, int]]:
    return [(one.metric, one.value) if isinstance(one, Reading) else ("gone", 1) for one in answers]
