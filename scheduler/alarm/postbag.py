"""What one address is still owed. The clock is handed in."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler.alarm.events import BACKOFF_CAP, backoff
from scheduler.alarm.notice import together

if TYPE_CHECKING:
    from datetime import datetime

    from scheduler.alarm.notice import Notice

OWED_MAX = 30


@dataclass(slots=True)
class Postbag:
    """Messages for one address, the oldest first; after a failure they are kept, and tried again later.

    `failing_since` and `why` are set while the address does not take them.
    """

    failing_since: datetime | None = None
    why: str = ""
    _owed: deque[Notice] = field(default_factory=deque)
    _left_out: int = 0
    _tries: int = 0
    _retry_at: datetime | None = None

    def put(self, message: Notice) -> None:
        """The message is owed; beyond `OWED_MAX` the oldest is only counted."""
        self._owed.append(message)
        if len(self._owed) > OWED_MAX:
            self._owed.popleft()
            self._left_out += 1

    def due(self, now: datetime) -> Notice | None:
        """What is to be sent now, all in one message; None where nothing is owed, or the address is left alone."""
        alone = self._retry_at is not None and timedelta(0) < self._retry_at - now <= BACKOFF_CAP
        if not self._owed or alone:
            return None
        return together(self._owed, self._left_out)

    def taken(self) -> None:
        """The address has taken everything that was owed."""
        self._owed.clear()
        self._left_out = self._tries = 0
        self._retry_at = self.failing_since = None
        self.why = ""

    def failed(self, now: datetime, why: str) -> None:
        """The address did not take it; what is owed stays owed."""
        self._tries += 1
        self._retry_at = now + backoff(self._tries)
        self.failing_since = self.failing_since or now
        self.why = why
