"""What a stand is: one account on one platform, a server that judges, and what that has taken."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters.registry import profile_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from adapters.contract import Profile
    from adapters.scripted.server import ScriptedServer

    Stands = tuple[Callable[[Path], AbstractContextManager["Stand"]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Out:
    """One post as its platform holds it: its parts in their order, the alt texts of its pictures, what stands below.

    `alt_texts` None where the platform has no field for them; `pictures` counts in any case.
    """

    parts: tuple[str, ...]
    pictures: int
    alt_texts: tuple[str, ...] | None
    comments: tuple[str, ...] = ()

    def texts(self) -> tuple[str, ...]:
        """All that is to be read, each being out by a call of its own."""
        return (*self.parts, *self.comments)


@dataclass(slots=True, kw_only=True)
class Stand:
    """One account and its platform. `kept`: vault, file, env, or empty where there is no secret.

    `beside`: what its server works with. `real`: the address of a server by others, where the platform is one.
    `posting` is the method and path by which something becomes public there. `counts`: what `react` makes the counts
    of the posts, alike ones once; one that is empty where the platform gives none. `knows`: whether what is unclear
    settles by itself, or is a person's. `names_its_server`: a film needs a pass for that server, and its proxy is
    another. `secrets`: everything that must be shown to nobody.
    """

    account: str
    platform: str
    out: Callable[[], list[Out]]
    kept: str = ""
    secret: str = ""
    handle: str = ""
    options: dict[str, str] = field(default_factory=dict)
    server: ScriptedServer | None = None
    beside: tuple[ScriptedServer, ...] = ()
    real: str = ""
    posting: tuple[str, str] = ("POST", "/")
    react: Callable[[], None] = lambda: None
    counts: tuple[Mapping[str, int], ...] = ({},)
    knows: bool = True
    by_hand: bool = False
    names_its_server: bool = False
    secrets: Callable[[], Sequence[str]] = tuple

    def described(self, base_url: str, mission: str) -> str:
        """The account as config.toml names it."""
        kept = {
            "vault": f"vault:{self.account}",
            "file": f"file:secrets/{self.account}.secret",
            "env": f"env:{self.variable}",
        }
        values = {
            "id": self.account,
            "mission": mission,
            "platform": self.platform,
            "base_url": base_url,
            "handle": self.handle,
            "secret": kept.get(self.kept, ""),
        }
        lines = [f"{name} = {json.dumps(value)}" for name, value in values.items() if value]
        options = ", ".join(f"{name} = {json.dumps(value)}" for name, value in self.options.items())
        return "\n".join(["[[account]]", *lines, f"options = {{ {options} }}", ""])

    @property
    def profile(self) -> Profile:
        """What its platform takes and promises."""
        return profile_of(self.platform)

    @property
    def url(self) -> str:
        """Where its server listens; empty where there is none."""
        return self.server.url if self.server else self.real

    @property
    def variable(self) -> str:
        """The environment variable that holds the secret, where it is kept so."""
        return f"SECRET_OF_{self.account.upper().replace('-', '_')}"


def now() -> datetime:
    """This moment, as the servers see it."""
    return datetime.now(UTC)


def marked(name: str) -> str:
    """A secret that can be recognised wherever it turns up, and that nobody else has."""
    return f"CANARY-{name}-{os.urandom(16).hex()}"


@dataclass(slots=True, kw_only=True)
class Mint:
    """Makes tokens that can be recognised; `issued` are all there ever were."""

    issued: list[str]

    def __call__(self, name: str) -> str:
        """A new one."""
        self.issued.append(marked(name))
        return self.issued[-1]


@contextmanager
def opened(stands: Stands, folder: Path) -> Iterator[list[Stand]]:
    """These platforms are open for an installation in this folder."""
    with ExitStack() as together:
        yield [together.enter_context(stand(folder)) for stand in stands]


def as_out(
    parts: Sequence[str], alt_texts: Sequence[str] | None, *, pictures: int = 0, comments: Sequence[str] = ()
) -> Out:
    """One post; where no number of pictures is given it is that of the alt texts."""
    alts = None if alt_texts is None else tuple(alt_texts)
    return Out(parts=tuple(parts), pictures=pictures or len(alts or ()), alt_texts=alts, comments=tuple(comments))


def chained(posts: Sequence[tuple[Any, Any, Any]]) -> list[list[Any]]:
    """Posts given by id and the id they answer, each thread in the order in which its parts are tied."""
    answers: dict[Any, list[tuple[Any, Any]]] = defaultdict(list)
    for remote_id, parent, post in posts:
        answers[parent].append((remote_id, post))
    threads = []
    for remote_id, post in answers[""]:
        thread, last = [post], remote_id
        while after := answers.get(last):
            assert len(after) == 1, "two parts answer the same one"
            last, following = after[0]
            thread.append(following)
        threads.append(thread)
    return threads
