"""A post in the making on Threads: first a container that nobody sees, then, once it is finished, the post.

As read in Meta's documents (on 24 Nov 2026): the platform fetches each picture or film into a container; one lives for
a day, and its status tells whether it was published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.contract import Ambiguous, Duplicate, Retryable
from adapters.graph import id_in
from adapters.graph_answers import Unfetched, Unfinished
from adapters.graph_prepared import forget, given_up, not_fetched, saved, status_in
from adapters.threads_answers import SOON, is_not_there, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.contract import Progress, PublicMedia
    from adapters.graph import Graph
    from posts.model import Media, Message

UNFIT = "INVALID_"


class Containers:
    """The containers of one account; `place` gives the place where the platform finds our pictures."""

    def __init__(self, graph: Graph, user: str, place: Callable[[], PublicMedia]):
        self._graph = graph
        self._user = user
        self._place = place

    def ready(self, message: Message, number: int, more: dict[str, str], progress: Progress) -> str:
        """The id of what may be published as that part of the thread, made once however often this is called.

        Raises Unfinished while the platform works on it, Duplicate where it was published already. Of what will never
        be ready everything is forgotten, and the failure says whether it is made anew.
        """
        step = f"container-{number}"
        if not saved(progress, step):
            self._make(step, f"preparing part {number}", self._fields(message, number, more, progress), progress)
        container = saved(progress, step)
        self._wait_for(container, progress, unpublished=container == saved(progress, "lost"))
        return container

    def _fields(self, message: Message, number: int, more: dict[str, str], progress: Progress) -> dict[str, str]:
        text, media = message.parts[number - 1], message.media if number == 1 else ()
        fields = {"text": text, **more}
        if not media:
            return {"media_type": "TEXT", **fields}
        if len(media) == 1:
            return {**self._shown(media[0]), **fields}
        children = [self._child(place, one, progress) for place, one in enumerate(media, 1)]
        for child in children:
            self._wait_for(child, progress, unpublished=True)
        return {"media_type": "CAROUSEL", "children": ",".join(children), **fields}

    def _child(self, place: int, one: Media, progress: Progress) -> str:
        step = f"picture-{place}"
        if not saved(progress, step):
            fields = {**self._shown(one), "is_carousel_item": "true"}
            self._make(step, f"preparing picture {place}", fields, progress)
        return saved(progress, step)

    def _shown(self, one: Media) -> dict[str, str]:
        kind, field = ("VIDEO", "video_url") if one.film else ("IMAGE", "image_url")
        alt_text = {"alt_text": one.alt_text} if one.alt_text else {}
        return {"media_type": kind, field: self._place().address(one), **alt_text}

    def _make(self, step: str, what: str, fields: dict[str, str], progress: Progress) -> None:
        given = {name: value for name, value in fields.items() if value}
        try:
            container = id_in(self._graph.make(what, f"/{self._user}/threads", given))
        except Unfetched as failure:
            raise not_fetched(failure, given.get("image_url") or given.get("video_url", ""), progress) from None
        if not container:
            raise Retryable(f"{what}: {self._graph.host} answered without an id")
        progress.save(step, {"id": container})

    def _wait_for(self, container: str, progress: Progress, *, unpublished: bool) -> None:
        """Nothing, where it is finished. `unpublished`: that it surely was not, should it be there no more."""
        status, words = status_of(self._graph, container)
        match status:
            case "FINISHED":
                return
            case "IN_PROGRESS":
                raise Unfinished("the platform is still working on what it was given", after=SOON)
            case "PUBLISHED":
                raise Duplicate("the platform says that what was prepared is published already")
            case "ERROR":
                forget(progress)
                raise given_up(words, progress, at_fault=words.startswith(UNFIT), soon=SOON)
            case "EXPIRED":
                forget(progress)
                raise Retryable("what was prepared has expired unpublished; it is prepared anew", after=SOON)
            case _:
                forget(progress)
                if unpublished:
                    raise Retryable("what was prepared is lost, unpublished; it is prepared anew", after=SOON)
                raise Ambiguous("the platform does not know any more what was prepared; it may have been published")


def status_of(graph: Graph, container: str) -> tuple[str, str]:
    """What `status_in` says of the container."""
    return status_in(graph, container, ("status", "error_message"), gone=is_not_there, refused=refusal)
