"""How many posts an account of Instagram or Threads has made in a day, as the platform itself tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.contract import Rejected, Retryable, Usage
from adapters.graph import rows

if TYPE_CHECKING:
    from adapters.graph import Graph
    from posts.limits import Quota

ASKING = "asking how many posts are left"
LATER = timedelta(hours=1)


def usage(graph: Graph, path: str, quota: Quota) -> Usage | None:
    """How many posts the account has made, and how many it may; None where the platform does not say.

    `quota`: what holds where it tells only the first.
    """
    try:
        found = rows(graph.get(ASKING, path, {"fields": "quota_usage,config"}))
    except Rejected:
        return None
    told: dict[str, Any] = found[0] if found else {}
    config = told.get("config")
    used, most = told.get("quota_usage"), config.get("quota_total") if isinstance(config, dict) else None
    if type(used) is not int:
        return None
    return Usage(quota=replace(quota, most=most) if type(most) is int else quota, used=used)


def refuse_used_up(graph: Graph, path: str, quota: Quota) -> None:
    """Nothing, where the account may post one more, or where the platform does not say. Raises Retryable."""
    told = usage(graph, path, quota)
    if told and told.used >= told.quota.most:
        raise Retryable(f"{ASKING}: the account's {told.used} posts of 24 hours are used up", after=LATER)
