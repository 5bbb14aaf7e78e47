"""The parts of a thread: which there are, which are known to be out, and what a failure means where some are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.contract import Ambiguous, AuthExpired, Failure, Retryable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.contract import Progress
    from posts.model import Message


def parts_of(message: Message, *, comment_follows: bool) -> tuple[str, ...]:
    """The texts that go out one after the other, each by a call of its own; see `Profile.comment_follows`."""
    comment = message.first_comment.strip() if comment_follows else ""
    return (*message.parts, comment) if comment else message.parts


def parts_out(progress: Progress) -> list[Mapping[str, object]]:
    """What was saved of each part that is known to be out, in their order: the steps part-1, part-2 and so on."""
    known: list[Mapping[str, object]] = []
    while saved := progress.saved.get(f"part-{len(known) + 1}"):
        known.append(saved)
    return known


def broken_off(failure: Failure, what: str, permalink: str) -> Failure:
    """What may be tried again stays so, and goes on after the last part; the rest is Ambiguous, and looked up.

    `what` says which part is not out. `permalink`: where the first part is; empty where none is out, and the failure
    is then as it was.
    """
    if not permalink:
        return failure
    words = f"{what}, those before it are, at {permalink}: {failure}"
    told: dict[str, Any] = {"http_status": failure.http_status, "evidence": {**failure.evidence, "out": permalink}}
    match failure:
        case Retryable():
            return Retryable(words, after=failure.after, **told)
        case AuthExpired():
            return type(failure)(words, **told)
        case _:
            return Ambiguous(words, **told)
