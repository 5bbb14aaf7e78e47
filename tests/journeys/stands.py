"""The platforms that a campaign goes to: for each an account, a server that judges, and what that has taken.

A new platform is one function here and its name in `STANDS`.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters.outbox_feed import Feed
from adapters.scripted.bluesky import BlueskyServer
from adapters.scripted.mastodon import MastodonServer
from adapters.scripted.telegram import TelegramServer
from adapters.scripted.x import XServer
from adapters.scripted.x_auth import OAuth1, OAuth2
from tests.adapters.receiver import ReceiverServer
from tests.journeys.house import TOKEN, like, published_there, source_there, start_mastodon
from tests.peers.real_bluesky import real_bluesky

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from adapters.scripted.server import ScriptedServer

    Stands = tuple[Callable[[Path], AbstractContextManager["Stand"]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Out:
    """One post as its platform holds it: its parts in their order, and the alt texts of its pictures.

    `alt_texts` None where the platform has no field for them; `pictures` counts in any case.
    """

    parts: tuple[str, ...]
    pictures: int
    alt_texts: tuple[str, ...] | None


@dataclass(slots=True, kw_only=True)
class Stand:
    """One account and its platform. `kept`: vault, file, env, or empty where there is no secret.

    `real`: the address of a server by others, where the platform is one. `posting` is the method and path by which
    something becomes public there. `counts`: what `react` makes the counts of every post; empty where the platform
    gives none. `threads`: whether a thread goes in its parts. `knows`: whether what is unclear settles by itself, or is
    a person's. `secrets`: everything that must be shown to nobody.
    """

    account: str
    platform: str
    out: Callable[[], list[Out]]
    kept: str = ""
    secret: str = ""
    handle: str = ""
    options: dict[str, str] = field(default_factory=dict)
    server: ScriptedServer | None = None
    real: str = ""
    posting: tuple[str, str] = ("POST", "/")
    react: Callable[[], None] = lambda: None
    counts: dict[str, int] = field(default_factory=dict)
    threads: bool = True
    knows: bool = True
    by_hand: bool = False
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


@contextmanager
def x_by_tokens(_: Path) -> Iterator[Stand]:
    """Tokens that have run out, so that the first call renews them."""
    tokens = OAuth2(
        client_id="july30",
        client_secret=marked("client+/="),
        access_token=marked("never-known"),
        refresh_token=marked("refresh"),
        minted=marked,
    )
    first = [tokens.client_secret, tokens.refresh_token, marked("access")]
    secret = {
        "client_id": tokens.client_id,
        "client_secret": first[0],
        "refresh_token": first[1],
        "access_token": first[2],
    }
    with XServer(now, tokens=tokens, username="mission_tokens") as server:
        yield Stand(
            account="ge-x-tokens",
            **_x(server),
            kept="vault",
            secret=json.dumps(secret),
            secrets=lambda: [*first, *tokens.issued],
        )


@contextmanager
def x_by_keys(_: Path) -> Iterator[Stand]:
    """Keys that last, each call signed."""
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    keys = OAuth1(**{name: marked(f"{name}+/=") for name in names})
    with XServer(now, keys, username="mission_keys") as server:
        yield Stand(
            account="ge-x-keys",
            **_x(server),
            kept="file",
            secret=json.dumps(asdict(keys)),
            secrets=lambda: list(asdict(keys).values()),
        )


def _x(server: XServer) -> dict[str, Any]:
    def out() -> list[Out]:
        chained = _chained([(one.remote_id, one.reply_to, one) for one in server.accepted])
        return [_out([one.text for one in chain], chain[0].alt_texts) for chain in chained]

    def react() -> None:
        for one in server.accepted:
            server.react(one.remote_id, like_count=7, reply_count=2, retweet_count=3, impression_count=99)

    return {
        "platform": "x",
        "server": server,
        "posting": ("POST", "/2/tweets"),
        "out": out,
        "react": react,
        "counts": {"likes": 7, "comments": 2, "shares": 3, "quotes": 0, "views": 99, "saves": 0},
        "knows": False,
    }


@contextmanager
def bluesky(_: Path) -> Iterator[Stand]:
    """An app password, and sessions that nobody keeps."""
    password = marked('app "\\/+ é')
    with BlueskyServer(password, handle="mission.test") as server:

        def out() -> list[Out]:
            parents = [
                (one.uri, one.record.get("reply", {}).get("parent", {}).get("uri", ""), one.record)
                for one in server.accepted
            ]
            return [_out([one["text"] for one in chain], _alts(chain[0])) for chain in _chained(parents)]

        def react() -> None:
            for one in server.accepted:
                server.react(one.uri, likeCount=5, repostCount=2, replyCount=1)

        yield Stand(
            account="ge-bluesky",
            platform="bluesky",
            kept="file",
            secret=json.dumps({"identifier": server.handle, "password": password}),
            options={"appview": server.url},
            server=server,
            posting=("POST", "/xrpc/com.atproto.repo.putRecord"),
            out=out,
            react=react,
            counts={"likes": 5, "comments": 1, "shares": 2, "quotes": 0, "saves": 0},
            secrets=lambda: [password, *server.issued],
        )


def _alts(record: Any) -> tuple[str, ...]:
    return tuple(one["alt"] for one in record.get("embed", {}).get("images", []))


@contextmanager
def telegram(_: Path) -> Iterator[Stand]:
    """A token that stands in every address; a bot is told neither counts nor what became of a post."""
    token = f"7:{marked('bot')}"
    with TelegramServer(token) as server:

        def out() -> list[Out]:
            heads: list[Any] = []
            pictures: dict[int, int] = {}
            for one in server.accepted:  # the pictures of an album after its first have no caption
                head = heads[-1] if heads and one.pictures and not one.text else one
                heads += [one] if head is one else []
                pictures[head.number] = pictures.get(head.number, 0) + one.pictures
            chained = _chained([(one.number, one.reply_to or "", one) for one in heads])
            return [_out([one.text for one in chain], None, pictures[chain[0].number]) for chain in chained]

        yield Stand(
            account="ge-telegram",
            platform="telegram",
            kept="file",
            secret=json.dumps({"token": token, "chat": f"@{server.name}"}),
            server=server,
            posting=("POST", f"/bot{token}/sendMessage"),
            out=out,
            threads=False,
            knows=False,
            secrets=lambda: [token],
        )


@contextmanager
def mastodon(_: Path) -> Iterator[Stand]:
    """A token in the environment."""
    token = marked("token+/=")
    with MastodonServer(now, {token: "mission"}) as server:

        def out() -> list[Out]:
            chained = _chained([(one.remote_id, one.reply_to, one) for one in server.accepted])
            return [_out([one.text for one in chain], chain[0].pictures) for chain in chained]

        def react() -> None:
            for one in server.accepted:
                server.react(one.remote_id, favourites_count=4, replies_count=0, reblogs_count=1)

        yield Stand(
            account="ge-mastodon",
            platform="mastodon",
            kept="env",
            secret=token,
            server=server,
            posting=("POST", "/api/v1/statuses"),
            out=out,
            react=react,
            counts={"likes": 4, "comments": 0, "shares": 1},
            secrets=lambda: [token],
        )


@contextmanager
def webhook(_: Path) -> Iterator[Stand]:
    """A receiver that checks every signature, and makes one post of one key."""
    secret = marked('hmac "\\/+ ღ')
    with ReceiverServer(secret) as server:

        def out() -> list[Out]:
            first = {one["id"]: one for one in reversed(server.events)}
            alts = {key: tuple(picture["alt"] for picture in one["media"]) for key, one in first.items()}
            return [_out(first[key]["parts"], alts[key]) for key in server.posts]

        yield Stand(
            account="ge-website",
            platform="webhook",
            kept="vault",
            secret=secret,
            options={"idempotent": "yes"},
            server=server,
            out=out,
            secrets=lambda: [secret],
        )


@contextmanager
def manual(folder: Path) -> Iterator[Stand]:
    """What a person publishes."""

    def out() -> list[Out]:
        return [_kit(one) for one in (folder / "manual" / "ge-by-hand").glob("[!.]*")]

    yield Stand(account="ge-by-hand", platform="manual", out=out, by_hand=True)


def _kit(folder: Path) -> Out:
    parts = sorted(folder.glob("text*.txt"))
    alts = sorted(folder.glob("picture-*-alt-text.txt"))
    return _out([one.read_text("utf-8") for one in parts], tuple(one.read_text("utf-8") for one in alts))


@contextmanager
def outbox(folder: Path) -> Iterator[Stand]:
    """The local feed."""
    feed = Feed(folder / "outbox" / "ge-outbox")

    def out() -> list[Out]:
        posts = [one.described for one in feed.posts()]
        return [_out(one["parts"], tuple(picture["alt_text"] for picture in one["media"])) for one in posts]

    def react() -> None:
        for one in feed.posts():
            feed.like(one.remote_id, by="nino")

    yield Stand(
        account="ge-outbox",
        platform="outbox",
        out=out,
        react=react,
        counts={"likes": 1, "comments": 0, "shares": 0},
        threads=False,
    )


STANDS: Stands = (
    x_by_tokens,
    x_by_keys,
    bluesky,
    telegram,
    mastodon,
    webhook,
    manual,
    outbox,
)


@contextmanager
def bluesky_by_its_makers(_: Path) -> Iterator[Stand]:
    """The network's own server; the counts would need more machines."""
    with real_bluesky() as real:
        alice, password = real.did("alice.test"), real.app_password("alice")

        def out() -> list[Out]:
            records = [(one["uri"], one["value"]) for one in real.records(alice)]
            parents = [(uri, one.get("reply", {}).get("parent", {}).get("uri", ""), one) for uri, one in records]
            return [_out([one["text"] for one in chain], _alts(chain[0])) for chain in _chained(parents)]

        yield Stand(
            account="ge-bluesky",
            platform="bluesky",
            kept="file",
            secret=json.dumps({"identifier": "alice.test", "password": password}),
            real=real.url,
            posting=("POST", "/xrpc/com.atproto.repo.putRecord"),
            out=out,
            secrets=lambda: [password],
        )


@contextmanager
def mastodon_by_others(_: Path) -> Iterator[Stand]:
    """A mock that was written by others."""
    process, port = start_mastodon()

    def out() -> list[Out]:
        there = [(one["id"], one["in_reply_to_id"] or "", one) for one in published_there(port)]
        return [
            _out([source_there(port, one["id"]) for one in chain], _described(chain[0])) for chain in _chained(there)
        ]

    def react() -> None:
        for one in published_there(port):
            like(port, one["id"])

    try:
        yield Stand(
            account="ge-mastodon",
            platform="mastodon",
            kept="env",
            secret=TOKEN,
            real=f"http://127.0.0.1:{port}",
            posting=("POST", "/api/v1/statuses"),
            out=out,
            react=react,
            counts={"likes": 1},
            secrets=lambda: [TOKEN],
        )
    finally:
        process.terminate()
        process.wait(20)


def _described(status: Any) -> list[str]:
    return [one["description"] for one in status["media_attachments"]]


BY_OTHERS: Stands = (bluesky_by_its_makers, mastodon_by_others)


@contextmanager
def opened(stands: Stands, folder: Path) -> Iterator[list[Stand]]:
    """These platforms are open for an installation in this folder."""
    with ExitStack() as together:
        yield [together.enter_context(stand(folder)) for stand in stands]


def _out(parts: Sequence[str], alt_texts: Sequence[str] | None, pictures: int = 0) -> Out:
    alts = None if alt_texts is None else tuple(alt_texts)
    return Out(parts=tuple(parts), pictures=pictures or len(alts or ()), alt_texts=alts)


def _chained(posts: Sequence[tuple[Any, Any, Any]]) -> list[list[Any]]:
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
