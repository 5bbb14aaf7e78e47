"""A process that dies at any step of a delivery: whoever goes on with what was kept makes one post of it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Protocol
from uuid import uuid4

import pytest

from adapters.contract import Adapter, Ambiguous, Lookup, NotReady, Receipt
from adapters.parts import parts_out
from tests.adapters.contract import knows_keys
from tests.adapters.parts import MESSAGE
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from posts.model import Media, Message
    from tests.fakes.clock import Clock

READY_AFTER = 5
STEPS_MOST = 40


class Place(Protocol):
    """One adapter and the platform behind it, which alone knows what is public and what it was asked to do."""

    @property
    def public(self) -> Callable[[], int]: ...
    @property
    def album(self) -> Sequence[Media]: ...
    @property
    def clock(self) -> Clock: ...
    def reached(self) -> AbstractContextManager[Adapter]: ...
    def message(self, *, parts: int, media: int) -> Message: ...
    def made(self) -> int:
        """How many calls have come that leave something behind, such as a picture or a post."""

    def shown(self) -> int:
        """How many of them have made something public."""


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A place without a net: its posts are files, `public()` counts them."""

    build: Callable[[], Adapter]
    public: Callable[[], int]
    clock: Clock
    album: Sequence[Media] = ()

    @contextmanager
    def reached(self) -> Iterator[Adapter]:
        yield self.build()

    def message(self, *, parts: int, media: int) -> Message:
        texts = tuple(f"{MESSAGE.text} {uuid4().hex}" for _ in range(parts))
        return replace(MESSAGE, parts=texts, media=tuple(self.album[:media]))

    def made(self) -> int:
        return 0

    def shown(self) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class Shape:
    """What a message is made of, as far as the platform takes it."""

    parts: int
    media: int
    comment: bool = False

    def cut_for(self, place: Place, adapter: Adapter) -> Shape | None:
        """The same without what the platform does not take; None where too little is left of it."""
        limits = adapter.limits()
        media = min(self.media, limits.images_max, len(place.album))
        threads = limits.parts_max > 1 or limits.long_text_follows
        refused = (self.parts > 1 and not threads) or (self.comment and not limits.first_comment)
        return None if refused or (self.media > 1 and self.parts == 1 and media < 2) else replace(self, media=media)


SHAPES = {
    "one picture": Shape(1, 1),
    "four pictures": Shape(1, 4),
    "a thread with pictures": Shape(3, 2),
    "with a first comment": Shape(1, 1, comment=True),
}


class Died(BaseException):
    """The process is gone; no adapter may catch this."""


class When(StrEnum):
    BEFORE = "just before"
    AFTER = "just after"


class MortalProgress(MemoryProgress):
    """Keeps as JSON what a store would; with step `dies_at`, the first being 0, the process dies before or after it.

    `known`: what `look` saw when the last step was kept. `unkept`: how many calls, at most, made something public
    between two steps.
    """

    def __init__(self, look: Callable[[], Tally], *, dies_at: int | None, when: When):
        super().__init__()
        self._look, self._dies_at, self._when = look, dies_at, when
        self.known, self.unkept = look(), 0

    @property
    def is_posting(self) -> bool:
        return "posting" in self.steps

    def save(self, step: str, data: Mapping[str, object]) -> None:
        with self._kept():
            super().save(step, json.loads(json.dumps(data)))

    def posting(self) -> None:
        with self._kept():
            super().posting()

    @contextmanager
    def _kept(self) -> Iterator[None]:
        dies = len(self.steps) == self._dies_at
        if dies and self._when is When.BEFORE:
            raise Died
        yield
        seen = self._look()
        self.unkept = max(self.unkept, seen.since(self.known).shown)
        self.known = seen
        if dies:
            raise Died


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a platform has: how much is public, how many calls left something behind, how many made something public."""

    out: int
    made: int
    shown: int

    @classmethod
    def of(cls, place: Place) -> Tally:
        return cls(out=place.public(), made=place.made(), shown=place.shown())

    def since(self, before: Tally) -> Tally:
        return Tally(out=self.out - before.out, made=self.made - before.made, shown=self.shown - before.shown)


@dataclass(kw_only=True)
class Delivery:
    """One message on its way, in a process that may die."""

    place: Place
    shape: Shape
    dies_at: int | None = None
    when: When = When.BEFORE
    key: str = field(default_factory=lambda: uuid4().hex)

    def __post_init__(self) -> None:
        self.place.clock.tick(hours=1)  # who looks since then does not read all that others have posted
        self.since = self.place.clock()
        self._before = Tally.of(self.place)
        message = self.place.message(parts=self.shape.parts, media=self.shape.media)
        self.message = replace(message, first_comment=f"What you can do: {uuid4().hex}" if self.shape.comment else "")
        self.progress: MemoryProgress = MortalProgress(self.tally, dies_at=self.dies_at, when=self.when)

    def tally(self) -> Tally:
        return Tally.of(self.place).since(self._before)

    def begun(self) -> MortalProgress:
        """What is known of the process that began, once it has died or is done; from now on others go on with it."""
        first = self.progress
        assert isinstance(first, MortalProgress)
        self.progress = MemoryProgress(first.saved)
        return first

    def published(self) -> Receipt:
        """What a new process is told, however often the platform says that it is not ready yet."""
        with self.place.reached() as adapter:
            for _ in range(READY_AFTER):
                made = adapter.publish(self.message, self.key, self.progress)
                if isinstance(made, Receipt):
                    return made
                assert isinstance(made, NotReady)
        raise AssertionError("the platform is never ready")

    def found(self) -> Receipt | None:
        """What a new process finds. Raises the adapter's failures."""
        with self.place.reached() as adapter:
            return adapter.find(self.message, self.key, self.since, MemoryProgress(self.progress.saved))


@dataclass(frozen=True, kw_only=True)
class Whole:
    """How it is where nobody dies; `begun_anew`: how many calls an upload that was cut off may cost once more."""

    adapter: Adapter
    receipt: Receipt
    tally: Tally
    delivery: Delivery
    begun_anew: int

    @property
    def looks(self) -> bool:
        return self.adapter.profile.lookup is not Lookup.NONE


class StepsContract:
    """Inherit it, and give it a fixture `stand` of the scope of a class.

    `begun_anew`: the calls of an upload that has to begin anew where it was cut off, for the platform does not say how
    to go on with it.
    """

    begun_anew: ClassVar[int] = 0

    @pytest.mark.parametrize("name", SHAPES)
    def test_who_goes_on_after_a_crash_makes_one_post_of_it(self, stand: Place, name: str) -> None:
        """Servers lose their power at any moment, also between the platform's yes and our writing it down.

        Nothing public is doubled or lost sight of, and of what was kept nothing is made again.
        """
        with stand.reached() as adapter:
            shape = SHAPES[name].cut_for(stand, adapter)
            if shape is None:
                return
            wrong = list(_crashes(stand, shape, _whole(stand, shape, adapter, self.begun_anew)))
        assert not wrong, "\n".join(["", *wrong])


def _whole(place: Place, shape: Shape, adapter: Adapter, begun_anew: int) -> Whole:
    delivery = Delivery(place=place, shape=shape)
    receipt = delivery.published()
    return Whole(adapter=adapter, receipt=receipt, tally=delivery.tally(), delivery=delivery, begun_anew=begun_anew)


def _crashes(place: Place, shape: Shape, whole: Whole) -> Iterator[str]:
    """What is wrong, by step; the last crash is that after the platform's last yes."""
    steps = list(whole.delivery.progress.steps)
    if said := after_all(whole):
        yield f"when all was out, and nobody had heard of it: {said}"
    for number in range(STEPS_MOST):
        for when in When:
            delivery = Delivery(place=place, shape=shape, dies_at=number, when=when)
            try:
                delivery.published()
            except Died:
                if said := after_crash(delivery, whole):
                    yield f"{when} step {number + 1} of {steps}: {said}"
            else:
                return
    raise AssertionError(f"more than {STEPS_MOST} steps")


def after_all(whole: Whole) -> str:
    """What is wrong where all is out and its receipt lost."""
    begun = whole.delivery.begun()
    if not begun.is_posting:
        return "it was never committed that anything would be public"
    unkept = max(begun.unkept, whole.tally.since(begun.known).shown)
    if unkept > 1:
        return f"{unkept} calls made something public, and nothing was kept between them"
    return _looked(whole.delivery, whole, whole.tally.out) or _sent_again(whole.delivery, whole, whole.receipt)


def after_crash(delivery: Delivery, whole: Whole) -> str:
    """What is wrong once others have gone on with what was kept, as july30 does."""
    died, left = delivery.begun(), delivery.tally()
    if left.out and not died.is_posting:
        return f"{left.out} is public, and it was not even committed that anything would be"
    if died.is_posting and (said := _looked(delivery, whole, left.out)):
        return said
    if left.out == died.known.out:
        return _gone_on(delivery, whole, cut=left.made - died.known.made)
    return _sent_again(delivery, whole, None)


def _looked(delivery: Delivery, whole: Whole, out: int) -> str:
    """What is wrong with what is seen by looking, where so much is out."""
    try:
        found = delivery.found()
    except Ambiguous as failure:
        return f"it cannot be looked up: {failure}" if whole.looks else ""
    if not whole.looks:
        return f"nobody can look there, and it found {found}"
    parts = () if found is None else named(found)
    wanted = len(named(whole.receipt)) if out == whole.tally.out else out
    return "" if len(parts) == wanted else f"it found {parts}, and {out} is out"


def _gone_on(delivery: Delivery, whole: Whole, *, cut: int) -> str:
    """What is wrong with going on where all that is out is known; `cut` calls had been made that nobody knows of."""
    receipt, done = delivery.published(), delivery.tally()
    if done.out != whole.tally.out:
        return f"gone on, and {done.out} instead of {whole.tally.out} is out"
    if done.made > whole.tally.made + cut + whole.begun_anew:
        return f"{done.made} calls instead of {whole.tally.made} and the {cut} that were cut: something was made twice"
    if len(named(receipt)) != len(named(whole.receipt)) or not names_all(receipt, delivery):
        return f"the receipt names {named(receipt)}, and {delivery.progress.saved} was kept"
    return _looked(delivery, whole, done.out) or _sent_again(delivery, whole, receipt)


def _sent_again(delivery: Delivery, whole: Whole, before: Receipt | None) -> str:
    """What is wrong with sending again, where the platform knows keys; `before` is what was said the last time."""
    if not knows_keys(whole.adapter):
        return ""
    receipt, out = delivery.published(), delivery.tally().out
    if out != whole.tally.out:
        return f"sent again, and {out} instead of {whole.tally.out} is out"
    return (
        ""
        if before is None or named(receipt) == named(before)
        else f"sent again, it is called {receipt} and not {before}"
    )


def named(receipt: Receipt) -> tuple[str, ...]:
    """The ids of all parts."""
    return receipt.parts or (receipt.remote_id,)


def names_all(receipt: Receipt, delivery: Delivery) -> bool:
    """Whether the receipt begins with the parts that are known to be out, as far as they were kept by their ids."""
    known = [one.get("id") or one.get("uri") for one in parts_out(delivery.progress)]
    return all(one in {None, named(receipt)[number]} for number, one in enumerate(known))
