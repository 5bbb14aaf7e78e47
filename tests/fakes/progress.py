"""A delivery's memory that lasts as long as the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.contract import Stopped

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class MemoryProgress:
    """Keeps what is saved, and `steps` in their order: `save:media-1`, `posting`.

    `stop_at`: the step at which Stopped is raised instead, as for a sender that has lost its delivery.
    `steps_most`: the same for every step beyond so many, whatever it is called.
    """

    def __init__(
        self,
        saved: Mapping[str, Mapping[str, object]] | None = None,
        taken: Collection[str] = (),
        stop_at: str = "",
        steps_most: int | None = None,
    ):
        self._saved = {step: dict(data) for step, data in (saved or {}).items()}
        self._taken = frozenset(taken)
        self._stop_at = stop_at
        self._steps_most = steps_most
        self.steps: list[str] = []

    @property
    def saved(self) -> Mapping[str, Mapping[str, object]]:
        return dict(self._saved)

    @property
    def taken(self) -> Collection[str]:
        return self._taken

    def save(self, step: str, data: Mapping[str, object]) -> None:
        self._take(f"save:{step}")
        self._saved[step] = dict(data)

    def posting(self) -> None:
        self._take("posting")

    def _take(self, step: str) -> None:
        if step == self._stop_at or len(self.steps) == self._steps_most:
            raise Stopped(step)
        self.steps.append(step)
