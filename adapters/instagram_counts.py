"""The counts of Instagram's posts; a metric that is no longer given is found out once and left out from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.contract import Gone, Reading
from adapters.graph import rows
from adapters.graph_answers import error_of, is_not_there
from adapters.instagram_answers import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.graph import Graph
    from adapters.http import Answer

OF_POST = {"likes": "like_count", "comments": "comments_count"}
INSIGHTS = {"views": "views", "reach": "reach", "shares": "shares", "saves": "saved"}
METRICS = (*OF_POST, *INSIGHTS)
NO_SUCH_METRIC, TOO_FEW_VIEWERS = 100, 10  # the second is also that of a missing permission
NOT_GIVEN = frozenset({NO_SUCH_METRIC, TOO_FEW_VIEWERS})


class Counts:
    """What one account's posts are counted by; knows for its life which metrics are no longer given."""

    def __init__(self, graph: Graph):
        self._graph = graph
        self._dead: set[str] = set()

    def of(self, user: str, remote_ids: Sequence[str]) -> Iterator[Reading | Gone]:
        """What the platform gives of these posts, post by post. Raises what concerns the account as a whole."""
        for one in remote_ids:
            fields = ",".join(("id", *OF_POST.values()))
            post = self._graph.answer("reading counts", "GET", f"/{one}", {"fields": fields})
            if is_not_there(post):
                if self._may_read(user):
                    yield Gone(remote_id=one, evidence=post.evidence())
                continue
            counted = _counted(post)
            yield from _readings(one, {metric: counted.get(name) for metric, name in OF_POST.items()})
            yield from _readings(one, self._insights(one))

    def _may_read(self, user: str) -> bool:
        """A missing permission reads like a missing post: only whoever may read the list knows which it is."""
        return self._graph.answer("looking whether we may read", "GET", f"/{user}/media", {"limit": "1"}).ok

    def _insights(self, remote_id: str) -> dict[str, object]:
        """All in one call; where the platform refuses one of them and so all, each by itself."""
        alive = {metric: name for metric, name in INSIGHTS.items() if name not in self._dead}
        if not alive:
            return {}
        answer = self._asked(remote_id, *alive.values())
        if answer.ok or len(alive) == 1:
            return _values(_counted(answer), alive)
        _counted(answer)
        found: dict[str, object] = {}
        for metric, name in alive.items():
            found |= self._alone(remote_id, metric, name)
        return found

    def _alone(self, remote_id: str, metric: str, name: str) -> dict[str, object]:
        answer = self._asked(remote_id, name)
        error = error_of(answer)
        if error and error.code == NO_SUCH_METRIC:
            self._dead.add(name)
        return _values(_counted(answer), {metric: name})

    def _asked(self, remote_id: str, *names: str) -> Answer:
        return self._graph.answer("reading counts", "GET", f"/{remote_id}/insights", {"metric": ",".join(names)})


def _counted(answer: Answer) -> dict[str, Any]:
    """What it says; nothing where the platform does not give it of this post. Raises all other failures."""
    error = error_of(answer)
    if not answer.ok and not (error and error.code in NOT_GIVEN):
        raise refusal(answer, posting=False)
    return answer.fields() if answer.ok else {}


def _values(found: dict[str, Any], wanted: dict[str, str]) -> dict[str, object]:
    told = {str(one.get("name")): [value.get("value") for value in rows(one, "values")] for one in rows(found)}
    return {metric: values[-1] for metric, name in wanted.items() if (values := told.get(name))}


def _readings(remote_id: str, counts: dict[str, object]) -> Iterator[Reading]:
    for metric, value in counts.items():
        if type(value) is int and value >= 0:
            yield Reading(remote_id=remote_id, metric=metric, value=value, source="instagram")
