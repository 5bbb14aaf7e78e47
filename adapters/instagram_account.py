"""Whose Instagram account a token opens, by either log-in, and whether it may post one more today."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.contract import AuthExpired, Identity, Rejected, Retryable, Usage
from adapters.graph import id_in, rows
from adapters.graph_answers import is_no_page, no_page
from adapters.instagram_answers import LATER
from posts.limits import Counted, Quota

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.graph import Graph

QUOTA = Quota(most=50, within=timedelta(hours=24), counted=Counted.POSTS)  # where the platform does not say
ASKING = "asking how many posts are left"


def whose(graph: Graph, *, linked: bool) -> Identity:
    """The account that the token opens; `linked`: the token is that of the Page it is linked to."""
    what = "asking whose account it is"
    fields = "instagram_business_account{id,username}" if linked else "user_id,username"
    try:
        found: Mapping[str, Any] = graph.get(what, "/me", {"fields": fields})
    except Rejected as refused:
        raise no_page(what, refused) if linked and is_no_page(refused) else refused from None
    if linked:
        found = _linked(what, found)
    user, handle = id_in(found, "id" if linked else "user_id"), found.get("username")
    if not user or not isinstance(handle, str):
        raise Retryable(f"{what}: {graph.host} answered without an account")
    return Identity(remote_id=user, handle=handle, url=f"https://www.instagram.com/{handle}/")


def usage(graph: Graph, user: str) -> Usage | None:
    """How many posts the account has made in 24 hours, and how many it may; None where the platform does not say."""
    try:
        found = rows(graph.get(ASKING, f"/{user}/content_publishing_limit", {"fields": "quota_usage,config"}))
    except Rejected:
        return None
    told: dict[str, Any] = found[0] if found else {}
    config = told.get("config")
    used, most = told.get("quota_usage"), config.get("quota_total") if isinstance(config, dict) else None
    if type(used) is not int:
        return None
    return Usage(quota=replace(QUOTA, most=most) if type(most) is int else QUOTA, used=used)


def refuse_used_up(graph: Graph, user: str) -> None:
    """Nothing, where the account may post one more, or where the platform does not say. Raises Retryable."""
    told = usage(graph, user)
    if told and told.used >= told.quota.most:
        raise Retryable(f"{ASKING}: the account's {told.used} posts of 24 hours are used up", after=LATER)


def _linked(what: str, found: Mapping[str, Any]) -> Mapping[str, Any]:
    linked = found.get("instagram_business_account")
    if isinstance(linked, dict):
        return linked
    raise AuthExpired(
        f"{what}: the token's Page has no Instagram account; link one to it, or put in the token of the right Page"
    )
