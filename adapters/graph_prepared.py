"""What Instagram and Threads prepare before a post: containers that nobody sees until one of them is published.

As read in Meta's documents on content publishing and on Threads (on 24 Nov 2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from adapters.contract import NotSetUp, Rejected, Retryable
from adapters.graph import id_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from adapters.contract import Failure, Progress
    from adapters.graph import Graph
    from adapters.graph_answers import Unfetched
    from adapters.http import Answer

STATUSES = frozenset({"FINISHED", "PUBLISHED", "IN_PROGRESS", "EXPIRED", "ERROR"})
STEPS = ("picture-", "container")


def status_in(
    graph: Graph,
    container: str,
    fields: tuple[str, str],
    *,
    gone: Callable[[Answer], bool],
    refused: Callable[..., Failure],
) -> tuple[str, str]:
    """One of STATUSES and the platform's words to it; empty where it knows no such container.

    `fields`: where status and words stand. `gone` tells an answer that says so; `refused` makes the failure of others.
    """
    answer = graph.answer("looking at what was prepared", "GET", f"/{container}", {"fields": ",".join(fields)})
    found = answer.fields() if answer.ok else {}
    status, words = (found.get(name) for name in fields)
    if isinstance(status, str) and status in STATUSES:
        return status, str(words or "")
    if gone(answer):
        return "", ""
    raise refused(answer, posting=False)


def saved(progress: Progress, step: str) -> str:
    """The id that was saved in that step; empty where there is none."""
    return id_in(progress.saved.get(step) or {})


def forget(progress: Progress) -> None:
    """Every container is made anew at the next try."""
    for step in [one for one in progress.saved if one.startswith(STEPS)]:
        progress.save(step, {})


def given_up(words: str, progress: Progress, *, at_fault: bool, soon: timedelta) -> Rejected | Retryable:
    """What it means that the platform gave up: once is chance, unless what it was given is at fault."""
    if at_fault or progress.saved.get("broken"):
        return Rejected(f"the platform could not use what it was given ({words}); replace the picture or film")
    progress.save("broken", {"words": words})
    return Retryable(f"the platform could not use what it was given ({words}); it is prepared anew", after=soon)


def not_fetched(failure: Unfetched, address: str, progress: Progress) -> Unfetched | NotSetUp:
    """Once is chance and is tried again; twice is a place that cannot be reached, and no post fares better.

    `address`: what the platform was to fetch; empty where it does not say of which that is.
    """
    before = progress.saved.get("unfetched")
    progress.save("unfetched", {} if before else {"once": True})
    if not before:
        return failure
    parts = urlsplit(address)
    where = f"what lies at {parts.scheme}://{parts.netloc}" if address else "what lies at [console] public_url"
    return NotSetUp(
        f"{failure}; see that {where} can be reached from the internet, then resume the account",
        http_status=failure.http_status,
        evidence=failure.evidence,
    )
