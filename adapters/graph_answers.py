"""What the Graph API's errors mean, by code and subcode, brought down to the four failures.

Codes as read in Meta's documents on error handling and rate limits (on 24 Nov 2026). The status is 400 even where there
were too many calls, so that it says little.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.contract import Ambiguous, AuthExpired, Duplicate, Failure, Rejected, Restricted, Retryable
from adapters.http import WAIT_MAX, Answer, failure_for, wait_asked

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS_MAX = 500
USAGE_HEADERS = ("x-business-use-case-usage", "x-app-usage")
WINDOW_PASSES = timedelta(minutes=10)  # the windows are an hour long and roll; asked for where nobody says how long
TRANSIENT = frozenset({-2, -1, 1, 2})
THROTTLED = frozenset({4, 17, 32, 341, 613, 1390008, *range(80_000, 80_015)})
NO_TOKEN = frozenset({102, 190})
NO_PERMISSION = frozenset({3, 10, *range(200, 300)})
RESTRICTED = frozenset({368, 1404006, 2207050, 2207051})
AGAINST_RULES = frozenset({1346003, 1404102})
DUPLICATES = frozenset({506, 1366051})
NOT_FETCHED = frozenset({9004, 2207003, 2207052})
NOT_THERE = frozenset({(100, 33), (803, 0)})
PROOF, NO_SUCH_FIELD = "appsecret_proof", "nonexisting field"
WHY_NO_TOKEN = {
    458: "the app was removed from the account",
    459: "the platform wants its owner to log in there and pass a check",
    460: "its owner's password was changed",
    463: "the token has run out",
    464: "its owner's account is not confirmed",
    467: "the token was withdrawn",
}


class Unfinished(Retryable):
    """The platform is still working on what it was given."""


class Unfetched(Retryable):
    """The platform could not get a picture from the address that it was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphError:
    """One error as the platform tells it; 0 where a code is not given."""

    code: int
    subcode: int
    transient: bool
    words: str
    trace: str

    @property
    def codes(self) -> frozenset[int]:
        """Both, for the platform uses some numbers as either."""
        return frozenset({self.code, self.subcode})

    @property
    def name(self) -> str:
        """As a person can look it up."""
        return f"{self.code}/{self.subcode}" if self.subcode else f"{self.code}"


def error_of(answer: Answer) -> GraphError | None:
    """The error that the answer tells; None where it tells none."""
    told = answer.fields().get("error")
    if not isinstance(told, dict) or type(told.get("code")) is not int:
        return None
    said = [told.get(name) for name in ("message", "error_user_title", "error_user_msg")]
    words = "; ".join(dict.fromkeys(one for one in said if isinstance(one, str) and one))
    return GraphError(
        code=told["code"],
        subcode=told["error_subcode"] if type(told.get("error_subcode")) is int else 0,
        transient=told.get("is_transient") is True,
        words=" ".join(words.split())[:WORDS_MAX],
        trace=str(told.get("fbtrace_id") or ""),
    )


def is_not_there(answer: Answer) -> bool:
    """Whether it says that there is no such thing; it says the same where only a permission is missing."""
    error = error_of(answer)
    return error is not None and (error.code, error.subcode) in NOT_THERE


def is_no_page(refused: Rejected) -> bool:
    """Whether a question that only a Page can answer was put to something else, such as a person."""
    return NO_SUCH_FIELD in str(refused)


def no_page(what: str, refused: Rejected) -> AuthExpired:
    """What it means that the token opens something else than a Page."""
    return AuthExpired(
        f"{what}: the token is no Page's ({refused}); put in the Page access token, from /me/accounts",
        http_status=refused.http_status,
        evidence=refused.evidence,
    )


def refusal(answer: Answer, *, posting: bool) -> Failure:
    """The failure that an unwelcome answer means.

    A post is never repeated here, so a server's error is never 'not published'.
    """
    error = error_of(answer)
    if error is None or (posting and not 400 <= answer.status < 500):
        return _without_code(answer, posting=posting)
    what, said = answer.what, f"{error.name}: {error.words}"
    told = told_of(answer, error)
    if error.codes & THROTTLED and not error.codes & RESTRICTED:
        after = wait_of(answer.headers)
        return Retryable(f"{what}: too many calls, asked to come back later ({said})", after=after, **told)
    if fault := _of_the_account(error, what, told):
        return fault
    if posting and error.codes & DUPLICATES:
        return Duplicate(f"{what}: the platform says that it has this post already ({said})", **told)
    if error.codes & AGAINST_RULES:
        return Rejected(f"{what}: the platform holds it to be against its rules ({said})", **told)
    if error.transient or error.code in TRANSIENT:
        failure = Ambiguous if posting else Retryable
        return failure(f"{what}: the platform had a fault of its own ({said})", **told)
    return Rejected(f"{what}: refused ({said})", **told)


def told_of(answer: Answer, error: GraphError) -> dict[str, Any]:
    """What every failure keeps of the answer; the trace is what the platform's support asks for."""
    usage = {name: answer.headers[name][:WORDS_MAX] for name in USAGE_HEADERS if name in answer.headers}
    numbers = {"code": error.code, "subcode": error.subcode, "is_transient": error.transient}
    evidence = {**answer.evidence(), **numbers, "fbtrace_id": error.trace, "words": error.words, **usage}
    return {"http_status": answer.status, "evidence": evidence}


def wait_of(headers: Mapping[str, str]) -> timedelta:
    """How long to stay away where there were too many calls, at most an hour."""
    minutes = _minutes_to_regain(headers.get(USAGE_HEADERS[0], ""))
    if minutes > 0:
        return min(timedelta(minutes=minutes), WAIT_MAX)
    return wait_asked(headers) or WINDOW_PASSES


def _minutes_to_regain(header: str) -> int:
    """The longest `estimated_time_to_regain_access` of a usage header; 0 where it tells none."""
    try:
        usage = json.loads(header)
    except (ValueError, RecursionError):
        return 0
    rows = [one for row in usage.values() if isinstance(row, list) for one in row] if isinstance(usage, dict) else []
    found = [one.get("estimated_time_to_regain_access") for one in rows if isinstance(one, dict)]
    return min(max((one for one in found if type(one) is int), default=0), 10_000)


def _of_the_account(error: GraphError, what: str, told: Mapping[str, Any]) -> AuthExpired | None:
    """The failure of one that no other post of the account would fare better by; None for other errors."""
    said = f"{error.name}: {error.words}"
    if error.codes & RESTRICTED:
        return Restricted(f"{what}: the platform restricts the account ({said})", **told)
    if error.code in NO_TOKEN:
        why = WHY_NO_TOKEN.get(error.subcode, "it does not say why")
        return AuthExpired(f"{what}: the token was refused, {why} ({said}); connect the account again", **told)
    if error.code in NO_PERMISSION:
        return AuthExpired(f"{what}: a permission is missing ({said}); connect the account again with it", **told)
    if PROOF in error.words:
        return AuthExpired(f'{what}: the app wants proofs ({said}); write its "app_secret" into the secret', **told)
    return None


def _without_code(answer: Answer, *, posting: bool) -> Failure:
    if posting and answer.status >= 500:
        told: dict[str, Any] = {"http_status": answer.status, "evidence": answer.evidence()}
        return Ambiguous(f"{answer.what}: the answer does not say what became of it ({answer.words()})", **told)
    return failure_for(answer, posting)
