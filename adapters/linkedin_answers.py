"""What LinkedIn's answers mean, brought down to the four failures."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from adapters.contract import Ambiguous, AuthExpired, Duplicate, Failure, NotSetUp, Rejected, Retryable
from adapters.http import WAIT_MAX, Answer, failure_for, wait_asked
from adapters.http_calls import instant

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS_MAX = 500
POST = re.compile(r"urn:li:(?:share|ugcPost):[0-9]{1,20}", re.ASCII)
DUPLICATE = "DUPLICATE_POST"
STILL_WORKING = re.compile(r"WAITING_UPLOAD|PROCESSING(?!_FAILED)")
UNCLEAR = frozenset({408, 425})
PICTURES_TAKE = timedelta(seconds=20)


def is_post(found: object) -> bool:
    """Whether that is how the platform calls a post."""
    return isinstance(found, str) and bool(POST.fullmatch(found))


def address(remote_id: str) -> str:
    """Where people see the post."""
    return f"https://www.linkedin.com/feed/update/{remote_id}"


def duplicate_of(answer: Answer) -> str:
    """The post that the platform says it has already; empty where it names none."""
    named = POST.search(words(answer))
    return named[0] if named else ""


def words(answer: Answer) -> str:
    """What the platform says, at most 500 characters: its message, then each error of the input."""
    problem = answer.fields()
    told = [problem.get("message"), problem.get("code"), *_input_errors(problem)]
    found = "; ".join(dict.fromkeys(one for one in told if isinstance(one, str) and one))
    return " ".join(found.split())[:WORDS_MAX] or answer.words()


def refusal(answer: Answer, *, posting: bool) -> Failure:
    """The failure that an unwelcome answer means.

    A post is never repeated here, so a server's error is never 'not published', whatever it says of coming back later.
    """
    what, status, spoken = answer.what, answer.status, words(answer)
    told: dict[str, Any] = {"http_status": status, "evidence": answer.evidence()}
    if posting and status in {400, 409, 422} and _is_duplicate(spoken):
        return _duplicate(answer, spoken)
    if status in {400, 422} and STILL_WORKING.search(spoken):
        return Retryable(f"{what}: the platform still works on the pictures ({spoken})", after=PICTURES_TAKE, **told)
    if status == 426:
        return NotSetUp(
            f"{what}: the platform has no such version of its interface any more ({spoken}); set the account's option"
            " version in config.toml to a month of the last year, such as 202609",
            **told,
        )
    if status in {401, 403}:
        return AuthExpired(f"{what}: {_of_access(status)} ({spoken})", **told)
    if status == 409:
        return Retryable(f"{what}: the platform was busy with the same thing ({spoken})", **told)
    if status == 429:
        after = wait_asked(answer.headers) or _until_midnight(answer)
        return Retryable(f"{what}: the calls of this day are used up ({spoken})", after=after, **told)
    if status >= 500 and posting:
        return Ambiguous(f"{what}: the answer does not say what became of it ({status}: {spoken})", **told)
    if 400 <= status < 500 and status not in UNCLEAR:
        return Rejected(f"{what}: refused ({status}: {spoken})", **told)
    return failure_for(answer, posting)


def _input_errors(problem: Mapping[str, Any]) -> list[object]:
    details = problem.get("errorDetails")
    found = details.get("inputErrors") if isinstance(details, dict) else None
    errors = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [one.get(name) for one in errors for name in ("code", "description")]


def _is_duplicate(spoken: str) -> bool:
    return DUPLICATE in spoken or "duplicate of urn:li:" in spoken.lower()


def _duplicate(answer: Answer, spoken: str) -> Duplicate:
    """The post that is named may be one that somebody deleted: it is evidence, and `find` looks at it."""
    named = duplicate_of(answer)
    evidence = {**answer.evidence(), **({"duplicate_of": named, "permalink": address(named)} if named else {})}
    where = f", at {address(named)}" if named else ""
    return Duplicate(
        f"{answer.what}: the platform says that it has this post already{where} ({spoken})",
        http_status=answer.status,
        evidence=evidence,
    )


def _of_access(status: int) -> str:
    if status == 401:
        return "the access token is not valid (any more), it lives 60 days; connect the account again"
    return "the token may not do that; connect the account again with the scopes and the role that it needs"


def _until_midnight(answer: Answer) -> timedelta | None:
    """Limits are reset at midnight UTC, and no header says so: by the answer's own Date, at most an hour."""
    sent = instant(answer.headers.get("date", ""))
    if sent is None:
        return None
    sent = sent.astimezone(UTC)
    midnight = (sent + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return min(midnight - sent, WAIT_MAX)
