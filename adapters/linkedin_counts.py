"""The counts of a page's posts on LinkedIn, many in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adapters.contract import Reading
from adapters.http import Call
from adapters.linkedin_answers import is_post, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from adapters.linkedin_access import Access

METRICS = {
    "likes": "likeCount",
    "comments": "commentCount",
    "shares": "shareCount",
    "views": "impressionCount",
    "reach": "uniqueImpressionsCount",
    "clicks": "clickCount",
}
LISTS = {"share": "shares", "ugcPost": "ugcPosts"}  # the two kinds of posts are asked for, and answered, apart
BATCH = 50


def counts_of(access: Access, page: str, remote_ids: Sequence[str]) -> list[Reading]:
    """The counts of the page's posts; a post that the platform leaves out, and what is no post of its, is left out."""
    found: list[Reading] = []
    for kind, name in LISTS.items():
        those = [one for one in remote_ids if is_post(one) and one.startswith(f"urn:li:{kind}:")]
        for start in range(0, len(those), BATCH):
            found += _read(access, page, kind, name, those[start : start + BATCH])
    return found


def _read(access: Access, page: str, kind: str, name: str, those: Sequence[str]) -> Iterator[Reading]:
    listed = ",".join(quote(one, safe="") for one in those)
    asked = f"q=organizationalEntity&organizationalEntity={quote(page, safe='')}&{name}=List({listed})"
    # the brackets and commas of a list are signs of the protocol, and must not be encoded like a value's
    call = Call(what="reading counts", method="GET", path=f"/rest/organizationalEntityShareStatistics?{asked}")
    answer = access.send(call)
    elements = answer.fields().get("elements")
    if not answer.ok or not isinstance(elements, list):
        raise refusal(answer, posting=False)
    for one in elements:
        if isinstance(one, dict) and one.get(kind) in those:
            yield from _readings(str(one[kind]), one.get("totalShareStatistics"))


def _readings(remote_id: str, counts: Mapping[str, Any] | None) -> Iterator[Reading]:
    for metric, name in METRICS.items():
        value = counts.get(name) if isinstance(counts, dict) else None
        if type(value) is int and value >= 0:
            yield Reading(remote_id=remote_id, metric=metric, value=value, source="linkedin")
