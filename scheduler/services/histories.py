"""A post's history: its versions and what each changed, who approved which, and what reviewers said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from scheduler.store import ledger, posts, versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scheduler.store.database import Transaction


def history_of(tx: Transaction, post_id: int) -> dict[str, object]:
    """`versions`, `approvals` and `notes` of the post, each the first one first.

    A version's `changed` names what is not as in the one before. An approval `counts` as long as the post reads as it
    did then and was not submitted anew.
    """
    row = posts.rows_of(tx, [post_id])[0]
    now = (row["content_hash"], row["submissions"])
    return {
        "versions": _versions(cast("list[dict[str, Any]]", versions.of_post(tx, post_id))),
        "approvals": [
            {**one, "counts": (one["content_hash"], one["submission"]) == now} for one in posts.approvals(tx, post_id)
        ],
        "notes": _notes(ledger.history(tx, [f"post:{post_id}"])),
    }


def _versions(rows: Sequence[dict[str, Any]]) -> list[dict[str, object]]:
    before: Mapping[str, object] | None = None
    told = []
    for row in rows:
        content = row["content"]
        changed = [] if before is None else [name for name in content if content[name] != before.get(name)]
        told.append({name: row[name] for name in ("version", "by", "at", "content_hash", "content")})
        told[-1]["changed"] = changed
        before = content
    return told


def _notes(rows: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    return [
        {"by": row["actor"], "at": row["at"], "why": json.loads(str(row["after"])).get("why", "")}
        for row in rows
        if row["verb"] == "send-back"
    ]
