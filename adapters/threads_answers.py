"""What Threads' errors mean beyond those that the whole Graph API has.

Codes as read in Meta's documents on Threads (on 24 Nov 2026) and as others have met them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adapters import graph_answers
from adapters.contract import Restricted, Retryable
from adapters.graph_answers import NOT_FETCHED, Unfetched, error_of, told_of

if TYPE_CHECKING:
    from adapters.contract import Failure
    from adapters.http import Answer

NO_SUCH_THING = 4279009  # also of what was prepared a moment ago, and even of what is said to be finished
RESTRICTED = 4279013
SOON = timedelta(seconds=30)  # how long the documents advise to wait, on average, before publishing


class Lost(Retryable):
    """The platform does not know, just now, what it was asked to publish: it was not published."""


def is_not_there(answer: Answer) -> bool:
    """Whether it says that there is no such post, or nothing prepared under that id."""
    error = error_of(answer)
    return graph_answers.is_not_there(answer) or (error is not None and error.subcode == NO_SUCH_THING)


def refusal(answer: Answer, *, posting: bool) -> Failure:
    """The failure that an unwelcome answer means. What was prepared outlives it: its status tells what to do next."""
    error = error_of(answer)
    if error is None or answer.status >= 500:
        return graph_answers.refusal(answer, posting=posting)
    what, said, told = answer.what, f"{error.name}: {error.words}", told_of(answer, error)
    if error.subcode == NO_SUCH_THING and posting:
        return Lost(f"{what}: the platform does not know yet what was prepared ({said})", after=SOON, **told)
    if RESTRICTED in error.codes:
        return Restricted(f"{what}: the platform restricts the account ({said})", **told)
    if error.codes & NOT_FETCHED:
        return Unfetched(f"{what}: the platform could not fetch the picture ({said})", after=SOON, **told)
    return graph_answers.refusal(answer, posting=posting)
