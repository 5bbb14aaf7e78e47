"""Reading counts: many statuses in one call where the server can, one by one where it cannot.

Batches since Mastodon 4.3: documentation of 2 Jul 2026, methods statuses (read on 24 Nov 2026); how many fit is not
said, so as many as a page of a list holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.contract import Gone
from adapters.http import failure_for
from adapters.mastodon_session import NO_SUCH_CALL, NOT_THERE, id_of, objects, status_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.mastodon_session import Session

BATCH_POSTS = 40


class Counter:
    """Reads one account's statuses as they are now."""

    def __init__(self, session: Session):
        self._session = session
        self._batches = True

    def statuses(self, remote_ids: Sequence[str]) -> Iterator[dict[str, Any] | Gone]:
        """These statuses, together where the server can; what it leaves out of a batch is asked for alone."""
        for start in range(0, len(remote_ids), BATCH_POSTS):
            some = remote_ids[start : start + BATCH_POSTS]
            batch = (self._batch(some) if self._batches else None) or []
            there = {id_of(one) for one in batch}
            yield from batch
            yield from self._one_by_one([one for one in some if one not in there])

    def _batch(self, remote_ids: Sequence[str]) -> list[dict[str, Any]] | None:
        """These statuses in one call; None where the server knows no such call."""
        query = [("id[]", one) for one in remote_ids]
        answer = self._session.http.prepare(
            self._session.call("reading counts", "GET", "/api/v1/statuses", query=query)
        )
        if answer.status in NO_SUCH_CALL:
            self._batches = False
            return None
        return objects(answer)

    def _one_by_one(self, remote_ids: Sequence[str]) -> Iterator[dict[str, Any] | Gone]:
        for one in remote_ids:
            answer = self._session.http.prepare(self._session.call("reading counts", "GET", status_path(one)))
            if answer.status in NOT_THERE and "error" in answer.fields():  # the server's own words, not a proxy's page
                yield Gone(remote_id=one, evidence=answer.evidence())
            elif answer.ok:
                yield answer.fields()
            elif answer.status not in NOT_THERE:
                raise failure_for(answer, posting=False)
