"""What X's answers mean: its problems, by type, code and words, brought down to the four failures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.contract import Ambiguous, Duplicate, Failure, Rejected, Retryable, UsedUp
from adapters.http import Answer, failure_for, wait_asked
from adapters.http_calls import instant

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS_MAX = 500
DUPLICATE_CODE = 187
LIMITED_CODES = frozenset({88, 185})
ACCOUNT_CODES = frozenset({32, 64, 89, 99, 135, 215, 261, 326})
PAID_OUT = frozenset({"usage-capped", "credits"})
ACCOUNT_TYPES = frozenset(
    {"client-forbidden", "unsupported-authentication", "oauth1-permissions", "not-authorized-for-resource"}
)
DAY_LIMITS = ("x-user-limit-24hour", "x-app-limit-24hour")  # beside those of a quarter of an hour; seen in its answers
ACCOUNT_WORDS = ("suspended", "account is temporarily locked", "to protect our users from spam")


def data(answer: Answer) -> dict[str, Any]:
    """The object under `data`; empty where there is none."""
    found = answer.fields().get("data")
    return found if isinstance(found, dict) else {}


def errors(answer: Answer) -> list[dict[str, Any]]:
    """The objects under `errors`; an answer of success may hold some too."""
    found = answer.fields().get("errors")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def words(answer: Answer) -> str:
    """What the platform says, at most 500 characters: the detail of the problem, then each error's own words."""
    problem = answer.fields()
    told = [problem.get("detail") or problem.get("title"), *(one.get("message") for one in errors(answer))]
    found = "; ".join(dict.fromkeys(one for one in told if isinstance(one, str) and one))
    return " ".join(found.split())[:WORDS_MAX] or answer.words()


def refusal(answer: Answer, *, posting: bool) -> Failure:
    """The failure that an unwelcome answer means.

    A post is never repeated here, so a server's error is never 'not published', whatever it says of coming back later.
    """
    what, status, spoken = answer.what, answer.status, words(answer)
    told: dict[str, Any] = {"http_status": status, "evidence": answer.evidence()}
    kind, codes = _kind(answer.fields()), _codes(answer)
    if status == 402 or kind in PAID_OUT:
        return UsedUp(
            f"{what}: what was paid for is used up ({spoken}); buy credits or raise the cap at the platform", **told
        )
    if status in {400, 403} and posting and (DUPLICATE_CODE in codes or "duplicate content" in spoken.lower()):
        return Duplicate(f"{what}: the platform says that it has this post already ({spoken})", **told)
    if status == 429 and (reset := _day_ends(answer)):
        after = wait_asked({"date": answer.headers.get("date", ""), "x-rate-limit-reset": reset})
        return Retryable(f"{what}: the limit of 24 hours is used up ({spoken}){_at(reset)}", after=after, **told)
    if status == 403 and codes & LIMITED_CODES:
        after = wait_asked(answer.headers)
        return Retryable(f"{what}: asked to come back later ({spoken})", after=after, **told)
    if status == 403 and posting and not _is_the_accounts(kind, codes, spoken):
        return Rejected(f"{what}: refused ({status}: {spoken})", **told)
    if status >= 500 and posting:
        return Ambiguous(f"{what}: the answer does not say what became of it ({status}: {spoken})", **told)
    return failure_for(answer, posting)


def _day_ends(answer: Answer) -> str:
    """When the limit of 24 hours that nothing is left of begins anew, as the platform writes it; empty: some is."""
    spent = [one for one in DAY_LIMITS if answer.headers.get(f"{one}-remaining", "").strip() == "0"]
    return max((answer.headers.get(f"{one}-reset", "").strip() for one in spent), default="")


def _at(reset: str) -> str:
    until = instant(reset)
    return f"; it begins anew at {until:%Y-%m-%d %H:%M} UTC" if until else ""


def _kind(problem: Mapping[str, Any]) -> str:
    """The last piece of the problem's type, which is an address."""
    found = problem.get("type")
    return found.rstrip("/").rpartition("/")[2] if isinstance(found, str) else ""


def _codes(answer: Answer) -> set[int]:
    return {code for one in errors(answer) if type(code := one.get("code")) is int}


def _is_the_accounts(kind: str, codes: set[int], spoken: str) -> bool:
    """Whether a 403 speaks of the account or of our program, and not of the post."""
    said_so = any(one in spoken.lower() for one in ACCOUNT_WORDS)
    return kind in ACCOUNT_TYPES or bool(codes & ACCOUNT_CODES) or said_so
