"""What a failure means where the earlier parts of a thread are out already."""

from __future__ import annotations

from typing import Any

from adapters.contract import Ambiguous, AuthExpired, Failure, Retryable


def broken_off(failure: Failure, part: str, permalink: str) -> Failure:
    """What may be tried again stays so, and goes on after the last part; the rest is Ambiguous, and looked up.

    `permalink`: where the first part is; empty where none is out, and the failure is then as it was.
    """
    if not permalink:
        return failure
    words = f"{part} is not out, those before it are, at {permalink}: {failure}"
    told: dict[str, Any] = {"http_status": failure.http_status, "evidence": {**failure.evidence, "out": permalink}}
    match failure:
        case Retryable():
            return Retryable(words, after=failure.after, **told)
        case AuthExpired():
            return type(failure)(words, **told)
        case _:
            return Ambiguous(words, **told)
