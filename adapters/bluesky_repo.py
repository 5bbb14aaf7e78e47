"""An account's repository at its Bluesky server: records are looked at, created once, and deleted.

A record is only ever created, never replaced: the server is asked to put it where nothing is yet (swapRecord: null). So
a post that is sent twice is one post, whichever of the two calls comes first. Behaviour as read in the server's source
of 20 Aug 2026, and as seen at the real server on 24 Nov 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.bluesky_record import COLLECTION, Place, Ref, Said, says
from adapters.bluesky_session import XRPC, refusal, text_in
from adapters.contract import Ambiguous, Duplicate, Failure, Rejected, Retryable
from adapters.http import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.bluesky_session import Session
    from adapters.http import Answer


class PictureGone(Retryable):
    """The record was refused: the server has thrown away a picture that nothing showed yet."""


class Repo:
    """The posts of one account, at the server called `host`."""

    def __init__(self, session: Session, host: str):
        self._session = session
        self._host = host

    def look(self, place: Place) -> tuple[dict[str, Any] | None, str]:
        """The record with its cid and value, None where the server says there is none; and when the server says so."""
        query = [("repo", place.did), ("collection", COLLECTION), ("rkey", place.rkey)]
        call = Call(what="looking for our own post", method="GET", path=f"{XRPC}repo.getRecord", query=query)
        answer = self._session.prepare(call)
        found, told_at = answer.fields(), answer.headers.get("date", "")
        if answer.status in {400, 404} and found.get("error") == "RecordNotFound":
            return None, told_at
        if not answer.ok:
            raise refusal(answer, posting=False)
        if found.get("uri") != place.uri or not text_in(found, "cid") or not isinstance(found.get("value"), dict):
            raise Retryable(f"{call.what}: {self._host} answered without the record", http_status=answer.status)
        return found, told_at

    def put_once(self, place: Place, record: Mapping[str, Any]) -> Ref:
        """The record is there, made now or by an earlier call of ours; its strong reference.

        Raises Rejected where another version of it stands there, PictureGone, and what else the answer means.
        """
        body = {**_named(place), "record": record, "swapRecord": None}  # null: only if there is none yet
        call = Call(what="publishing", method="POST", path=f"{XRPC}repo.putRecord", json=body)
        answer = self._session.post_once(call)
        if answer.ok:
            return self._ref(answer, place)
        match answer.fields().get("error"):
            case "InvalidSwap":
                return self._adopted(answer, place, record)
            case "BlobNotFound":
                raise PictureGone(
                    f"publishing: an uploaded picture is gone ({answer.words()})", http_status=answer.status
                )
            case _:
                raise refusal(answer, posting=True)

    def remove(self, place: Place) -> None:
        """Nothing is there; true also if nothing was."""
        call = Call(what="deleting", method="POST", path=f"{XRPC}repo.deleteRecord", json=_named(place))
        if "commit" not in self._session.read(call) and self.look(place)[0] is not None:  # the one or the other tells
            raise Retryable(f"{call.what}: {self._host} said yes, and {place.permalink} is still there")

    def rest_of_thread(self, first: Place) -> list[Place]:
        """The later parts of the thread that begins there, as far as they are there."""
        rest: list[Place] = []
        while (there := self.look(place := first.after(len(rest) + 1))[0]) is not None:
            if _root(there["value"]) != first.uri:
                break
            rest.append(place)
        return rest

    def _ref(self, answer: Answer, place: Place) -> Ref:
        found = answer.fields()
        cid = text_in(found, "cid")
        if found.get("uri") != place.uri or cid is None:
            raise Ambiguous(
                f"publishing: {self._host} answered {answer.status} without naming our post",
                http_status=answer.status,
                evidence=answer.evidence(),
            )
        return {"uri": place.uri, "cid": cid}

    def _adopted(self, answer: Answer, place: Place, record: Mapping[str, Any]) -> Ref:
        """What stands there already, if it is ours. Raises Duplicate if it cannot be seen, Rejected if it differs."""
        told: dict[str, Any] = {"http_status": answer.status, "evidence": answer.evidence()}
        try:
            there, _ = self.look(place)
        except Failure as failure:
            raise Duplicate(f"publishing: something stands under our key already ({failure})", **told) from None
        if there is None:
            raise Duplicate("publishing: something stood under our key and is gone again", **told)
        return adopted(there, says(record), place)


def adopted(there: Mapping[str, Any], wanted: Said, place: Place) -> Ref:
    """The strong reference of what stands there, if it says what it should. Raises Rejected where it does not."""
    if says(there["value"]) != wanted:
        raise Rejected(
            f"an earlier version of this post is out at {place.permalink}; delete it there, then retry this one",
            evidence={"permalink": place.permalink},
        )
    return {"uri": place.uri, "cid": there["cid"]}


def _named(place: Place) -> dict[str, str]:
    return {"repo": place.did, "collection": COLLECTION, "rkey": place.rkey}


def _root(record: Mapping[str, Any]) -> str | None:
    reply = record.get("reply")
    root = reply.get("root") if isinstance(reply, dict) else None
    return text_in(root, "uri") if isinstance(root, dict) else None
