"""A post in the making: Instagram fetches all that it shows into containers; only a finished one can be published.

As read in Meta's documents on content publishing (on 24 Nov 2026): nobody sees a container, it lives for a day, and its
status tells whether it was published.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from adapters.contract import Ambiguous, Failure, NotSetUp, Rejected, Retryable
from adapters.graph import id_in
from adapters.graph_answers import is_not_there
from adapters.instagram_answers import NOT_FETCHED, SOON, Unfetched, Unfinished, refusal

if TYPE_CHECKING:
    from adapters.contract import Progress, PublicMedia
    from adapters.graph import Graph
    from posts.model import Media, Message

FINISHED, PUBLISHED, IN_PROGRESS, EXPIRED, ERROR = "FINISHED", "PUBLISHED", "IN_PROGRESS", "EXPIRED", "ERROR"
STATUSES = frozenset({FINISHED, PUBLISHED, IN_PROGRESS, EXPIRED, ERROR})
STEPS = ("picture-", "container")
FAULTS = frozenset({2207004, 2207005, 2207009, 2207023, 2207026, 2207057})  # what is given is wrong, and stays so
SUBCODE = re.compile(r"\b2207[0-9]{3}\b", re.ASCII)


class Containers:
    """The containers of one account; `place` is where the platform finds our pictures."""

    def __init__(self, graph: Graph, user: str, place: PublicMedia):
        self._graph = graph
        self._user = user
        self._place = place

    def made(self, message: Message, progress: Progress) -> str:
        """The id of the post's container, made once however often this is called, each of its pictures too.

        Raises Unfinished while the platform still fetches one of several pictures.
        """
        if known := saved(progress, "container"):
            return known
        if len(message.media) == 1:
            fields = self._alone(message.media[0])
        else:
            children = [self._child(number, one, progress) for number, one in enumerate(message.media, 1)]
            for child in children:
                self._check_child(child, progress)
            fields = {"media_type": "CAROUSEL", "children": ",".join(children)}
        return self._new("container", "preparing the post", {**fields, "caption": message.text}, progress)

    def is_published(self, container: str, progress: Progress) -> bool:
        """Whether it was published; False says that it may be.

        Raises Unfinished where it is not ready. Of those that will never be, everything is forgotten, and the failure
        says whether new ones are made.
        """
        status, words = status_of(self._graph, container)
        match status:
            case "FINISHED" | "PUBLISHED":
                return status == PUBLISHED
            case "IN_PROGRESS":
                raise Unfinished("the platform is still working on what it was given")
            case "EXPIRED":
                forget(progress)
                raise Retryable("what was prepared has expired unpublished, it is prepared anew", after=SOON)
            case "ERROR":
                forget(progress)
                raise self._broken(words, progress)
            case _:
                forget(progress)
                raise Ambiguous("the platform does not know any more what was prepared; it may have been published")

    def _check_child(self, child: str, progress: Progress) -> None:
        """Nothing, where it is ready; while there is no container of the post nothing can have been published."""
        try:
            self.is_published(child, progress)
        except Ambiguous:
            raise Retryable("a picture that was prepared is gone, it is prepared anew", after=SOON) from None

    def _child(self, number: int, one: Media, progress: Progress) -> str:
        """A film among pictures has no cover of its own."""
        step = f"picture-{number}"
        if known := saved(progress, step):
            return known
        shown = self._film("VIDEO", one) if one.film else self._picture(one)
        return self._new(step, f"preparing picture {number}", {**shown, "is_carousel_item": "true"}, progress)

    def _alone(self, one: Media) -> dict[str, str]:
        if not one.film:
            return self._picture(one)
        cover = {"cover_url": self._place.address(one.cover)} if one.cover else {}
        return {**self._film("REELS", one), **cover}

    def _film(self, kind: str, film: Media) -> dict[str, str]:
        return {"media_type": kind, "video_url": self._place.address(film)}

    def _picture(self, picture: Media) -> dict[str, str]:
        alt_text = {"alt_text": picture.alt_text} if picture.alt_text else {}
        return {"image_url": self._place.address(picture), **alt_text}

    def _new(self, step: str, what: str, fields: dict[str, str], progress: Progress) -> str:
        given = {name: value for name, value in fields.items() if value}
        try:
            container = id_in(self._graph.make(what, f"/{self._user}/media", given))
        except Unfetched as failure:
            raise self._unfetched(failure, progress, given.get("image_url") or given.get("video_url", "")) from None
        if not container:
            raise Retryable(f"{what}: {self._graph.host} answered without the container's id")
        progress.save(step, {"id": container})
        return container

    def _broken(self, words: str, progress: Progress) -> Failure:
        """What it means that the platform has given up on it, by the number in its words."""
        codes = {int(one) for one in SUBCODE.findall(words)}
        if codes & NOT_FETCHED:
            return self._unfetched(Unfetched(f"the platform could not fetch the picture ({words})"), progress, "")
        if codes & FAULTS or progress.saved.get("broken"):
            return Rejected(f"the platform could not use what it was given ({words}); replace the picture or film")
        progress.save("broken", {"words": words})
        return Retryable(f"the platform could not use what it was given ({words}); it is prepared anew", after=SOON)

    @staticmethod
    def _unfetched(failure: Unfetched, progress: Progress, address: str) -> Failure:
        """Once is chance and is tried again; twice is a place that cannot be reached, and no post fares better."""
        before = progress.saved.get("unfetched")
        progress.save("unfetched", {} if before else {"once": True})
        if not before:
            return failure
        where = f"what lies at {_origin(address)}" if address else "what lies at [console] public_url"
        return NotSetUp(
            f"{failure}; see that {where} can be reached from the internet, then resume the account",
            http_status=failure.http_status,
            evidence=failure.evidence,
        )


def status_of(graph: Graph, container: str) -> tuple[str, str]:
    """One of STATUSES and the platform's words to it; empty where it knows no such container. Raises other failures."""
    answer = graph.answer("looking at what was prepared", "GET", f"/{container}", {"fields": "status_code,status"})
    found: dict[str, Any] = answer.fields() if answer.ok else {}
    status = found.get("status_code")
    if isinstance(status, str) and status in STATUSES:
        return status, str(found.get("status") or "")
    if is_not_there(answer):
        return "", ""
    raise refusal(answer, posting=False)


def saved(progress: Progress, step: str) -> str:
    """The id that was saved in that step; empty where there is none."""
    return id_in(progress.saved.get(step) or {})


def forget(progress: Progress) -> None:
    """Every container is made anew at the next try."""
    for step in [one for one in progress.saved if one.startswith(STEPS)]:
        progress.save(step, {})


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
