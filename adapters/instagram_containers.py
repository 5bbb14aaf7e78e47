"""A post in the making: Instagram fetches all that it shows into containers; only a finished one can be published.

As read in Meta's documents on content publishing (on 24 Nov 2026): nobody sees a container, it lives for a day, and its
status tells whether it was published.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adapters.contract import Ambiguous, Failure, Retryable
from adapters.graph import id_in
from adapters.graph_answers import NOT_FETCHED, Unfetched, Unfinished, is_not_there
from adapters.graph_prepared import forget, given_up, not_fetched, saved, status_in
from adapters.instagram_answers import SOON, refusal

if TYPE_CHECKING:
    from adapters.contract import Progress, PublicMedia
    from adapters.graph import Graph
    from posts.model import Media, Message

PUBLISHED = "PUBLISHED"
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
            raise not_fetched(failure, given.get("image_url") or given.get("video_url", ""), progress) from None
        if not container:
            raise Retryable(f"{what}: {self._graph.host} answered without the container's id")
        progress.save(step, {"id": container})
        return container

    @staticmethod
    def _broken(words: str, progress: Progress) -> Failure:
        """What it means that the platform has given up on it, by the number in its words."""
        codes = {int(one) for one in SUBCODE.findall(words)}
        if codes & NOT_FETCHED:
            return not_fetched(Unfetched(f"the platform could not fetch the picture ({words})"), "", progress)
        return given_up(words, progress, at_fault=bool(codes & FAULTS), soon=SOON)


def status_of(graph: Graph, container: str) -> tuple[str, str]:
    """What `status_in` says of the container."""
    return status_in(graph, container, ("status_code", "status"), gone=is_not_there, refused=refusal)
