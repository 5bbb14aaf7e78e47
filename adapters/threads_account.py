"""Whose Threads account a token opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.contract import Identity, Retryable
from adapters.graph import id_in

if TYPE_CHECKING:
    from adapters.graph import Graph


def whose(graph: Graph) -> Identity:
    """The account that the token opens. Raises AuthExpired where it opens none."""
    what = "asking whose account it is"
    found = graph.get(what, "/me", {"fields": "id,username"})
    user, handle = id_in(found), found.get("username")
    if not user or not isinstance(handle, str):
        raise Retryable(f"{what}: {graph.host} answered without an account")
    return Identity(remote_id=user, handle=handle, url=f"https://www.threads.com/@{handle}")
