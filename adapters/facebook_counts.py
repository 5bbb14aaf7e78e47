"""The counts of a Page's posts: each asked for by itself, so that one that is no longer given costs no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from adapters.contract import Gone, Reading
from adapters.graph import BATCH_MAX, rows
from adapters.graph_answers import NO_TOKEN, THROTTLED, error_of, is_not_there, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from adapters.graph import Graph
    from adapters.http import Answer

OBJECT_FIELDS = "id,shares,comments.summary(true).limit(0),reactions.summary(true).limit(0)"
INSIGHTS = {"views": "post_media_view", "reach": "post_total_media_view_unique", "clicks": "post_clicks"}
METRICS = ("likes", "comments", "shares", *INSIGHTS)
READINGS_PER_POST = 1 + len(INSIGHTS)
POSTS_PER_CALL = (BATCH_MAX - 1) // READINGS_PER_POST


def counts_of(graph: Graph, page: str, remote_ids: Sequence[str]) -> list[Reading | Gone]:
    """What the platform gives of these posts. Raises the failure of a call that read nothing."""
    found: list[Reading | Gone] = []
    for start in range(0, len(remote_ids), POSTS_PER_CALL):
        found += _of_some(graph, page, remote_ids[start : start + POSTS_PER_CALL])
    return found


def _of_some(graph: Graph, page: str, remote_ids: Sequence[str]) -> Iterator[Reading | Gone]:
    """One call for several posts, and for the Page's list, which tells a missing post from a missing right to read."""
    reads = [_read(f"{page}/published_posts", limit="1", fields="id")]
    for one in remote_ids:
        reads += [_read(one, fields=OBJECT_FIELDS), *(_read(f"{one}/insights/{name}") for name in INSIGHTS.values())]
    may_read, *answers = graph.batch("reading counts", reads)
    for number, one in enumerate(remote_ids):
        post, *insights = answers[number * READINGS_PER_POST : (number + 1) * READINGS_PER_POST]
        if may_read.ok and is_not_there(post):
            yield Gone(remote_id=one, evidence=post.evidence())
            continue
        yield from _readings(one, _of_object(_counted(post)))
        for metric, answer in zip(INSIGHTS, insights, strict=True):
            yield from _readings(one, {metric: _of_insight(_counted(answer))})


def _read(path: str, **asked: str) -> str:
    return f"{path}?{urlencode(asked)}" if asked else path


def _counted(answer: Answer) -> dict[str, Any]:
    """What it says; nothing where that one is not given. Raises what concerns the account as a whole."""
    error = error_of(answer)
    if error and (error.code in NO_TOKEN or error.codes & THROTTLED):
        raise refusal(answer, posting=False)
    return answer.fields() if answer.ok else {}


def _of_object(post: Mapping[str, Any]) -> dict[str, object]:
    shares = post.get("shares")
    return {
        "likes": _total(post.get("reactions")),
        "comments": _total(post.get("comments")),
        "shares": shares.get("count") if isinstance(shares, dict) else None,
    }


def _total(edge: object) -> object:
    summary = edge.get("summary") if isinstance(edge, dict) else None
    return summary.get("total_count") if isinstance(summary, dict) else None


def _of_insight(found: Mapping[str, Any]) -> object:
    values = [value for one in rows(found) for value in rows(one, "values")]
    return values[-1].get("value") if values else None


def _readings(remote_id: str, counts: Mapping[str, object]) -> Iterator[Reading]:
    for metric, value in counts.items():
        if type(value) is int and value >= 0:
            yield Reading(remote_id=remote_id, metric=metric, value=value, source="facebook")
