"""What Instagram's errors mean beyond those that the whole Graph API has.

Codes as read in Meta's page of error codes of 2 Jun 2026 (on 24 Nov 2026).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adapters import graph_answers
from adapters.contract import Retryable
from adapters.graph_answers import NOT_FETCHED, Unfetched, Unfinished, error_of, told_of

if TYPE_CHECKING:
    from adapters.contract import Failure
    from adapters.http import Answer

NOT_READY = 2207027
DAY_IS_USED_UP = 2207042
ONLY_THIS_TIME = frozenset({2207006, 2207008, 2207020})  # the container: not found, not published just now, expired
SOON = timedelta(minutes=1)
LATER = timedelta(hours=1)


def refusal(answer: Answer, *, posting: bool) -> Failure:
    """The failure that an unwelcome answer means. A container outlives a refusal: its status tells what to do next."""
    error = error_of(answer)
    if error is None or answer.status >= 500:
        return graph_answers.refusal(answer, posting=posting)
    what, said, told = answer.what, f"{error.name}: {error.words}", told_of(answer, error)
    if NOT_READY in error.codes:
        return Unfinished(f"{what}: not ready to be published ({said})", **told)
    if error.codes & NOT_FETCHED:
        return Unfetched(f"{what}: the platform could not fetch the picture ({said})", after=SOON, **told)
    if DAY_IS_USED_UP in error.codes:
        return Retryable(f"{what}: the account's posts of the day are used up ({said})", after=LATER, **told)
    if error.codes & ONLY_THIS_TIME:
        return Retryable(f"{what}: not this time ({said})", after=SOON, **told)
    return graph_answers.refusal(answer, posting=posting)
