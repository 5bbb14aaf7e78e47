"""The counts of posts on Threads, each read by a call of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.contract import Gone, Reading
from adapters.graph import rows
from adapters.threads_answers import is_not_there, refusal
from adapters.threads_profile import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.graph import Graph


def counts_of(graph: Graph, remote_id: str) -> Iterator[Reading | Gone]:
    """The counts that the platform gives of this post now; Gone where it says that there is none."""
    asked = {"metric": ",".join(METRICS.values())}
    answer = graph.answer("reading counts", "GET", f"/{remote_id}/insights", asked)
    if is_not_there(answer):
        yield Gone(remote_id=remote_id, evidence=answer.evidence())
        return
    if not answer.ok:
        raise refusal(answer, posting=False)
    told = {
        str(one.get("name")): [value.get("value") for value in rows(one, "values")] for one in rows(answer.fields())
    }
    for metric, name in METRICS.items():
        values = told.get(name) or [None]
        if type(value := values[-1]) is int and value >= 0:
            yield Reading(remote_id=remote_id, metric=metric, value=value, source="threads")
