"""Whose Instagram account a token opens, by either log-in, and how much that may post in a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.contract import AuthExpired, Identity, Rejected, Retryable
from adapters.graph import id_in
from adapters.graph_answers import is_no_page, no_page
from posts.limits import Counted, Quota

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.graph import Graph

QUOTA = Quota(most=50, within=timedelta(hours=24), counted=Counted.POSTS)  # where the platform does not say


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


def _linked(what: str, found: Mapping[str, Any]) -> Mapping[str, Any]:
    linked = found.get("instagram_business_account")
    if isinstance(linked, dict):
        return linked
    raise AuthExpired(
        f"{what}: the token's Page has no Instagram account; link one to it, or put in the token of the right Page"
    )
