"""The one contract, held by every adapter that publishes."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, ClassVar

import pytest

from adapters.bluesky import Bluesky
from adapters.facebook import Facebook
from adapters.instagram import Instagram
from adapters.linkedin import LinkedIn
from adapters.outbox import Outbox
from adapters.scripted.bluesky import BlueskyServer
from adapters.scripted.bluesky_video import VideoServer
from adapters.scripted.facebook import FacebookServer
from adapters.scripted.instagram import InstagramServer
from adapters.scripted.linkedin import OF_PAGE, OF_PERSON, PAGE, LinkedInServer
from adapters.scripted.pictures import PictureServer
from adapters.scripted.telegram import TelegramServer
from adapters.scripted.threads import ThreadsServer
from adapters.scripted.x import XServer
from adapters.scripted.x_auth import OAuth2
from adapters.telegram import Telegram
from adapters.threads import Threads
from adapters.webhook import Webhook
from adapters.x import X
from tests.adapters.contract import AdapterContract, Bench, some_message
from tests.adapters.films import film, with_cover, words
from tests.adapters.parts import TOKEN, KeptSecret, KnownSecret, account, keys_of, now, picture
from tests.adapters.receiver import ReceiverServer
from tests.fakes.adapter import ObedientAdapter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from posts.model import Message


class TestOutbox(AdapterContract):
    """The folder that publishes to nobody."""

    @pytest.fixture
    def bench(self, tmp_path: Path) -> Bench:
        def build(_: str) -> Outbox:
            return Outbox(account(folder=str(tmp_path / "out")), KnownSecret())

        return Bench(
            build=build,
            public=lambda: len(build("").feed.posts()),
            like=lambda remote_id: build("").feed.like(remote_id, "a reader"),
            token="",
        )


class TestObedient(AdapterContract):
    """The fake that other tests trust."""

    @pytest.fixture
    def bench(self) -> Bench:
        platform = ObedientAdapter(counts={"likes": 1})

        def build(token: str) -> ObedientAdapter:
            platform.secrets, platform.token = KnownSecret(token), TOKEN
            return platform

        return Bench(build=build, public=lambda: len(platform.live()), like=lambda _: None, token=TOKEN)


class TestStrictBluesky(AdapterContract):
    """Our own server, strict as the real one; a password alone opens the account that the handle names."""

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        with BlueskyServer(TOKEN) as server:

            def build(password: str) -> Bluesky:
                return Bluesky(account(base_url=server.url, handle=server.handle), KnownSecret(password))

            def like(uri: str) -> None:
                server.react(uri, likeCount=1)

            yield Bench(build=build, public=lambda: server.public, like=like, token=TOKEN)


class TestStrictBlueskyFilm(AdapterContract):
    """A film, worked on by a service of its own beside the server."""

    def with_media(self, folder: Path) -> Message:
        return replace(some_message(), media=(replace(film(folder), captions=(words(folder),)),))

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        with BlueskyServer(TOKEN) as server, VideoServer(server) as video:

            def build(password: str) -> Bluesky:
                where = account(base_url=server.url, handle=server.handle, options={"video_url": video.url})
                return Bluesky(where, KnownSecret(password))

            def like(uri: str) -> None:
                server.react(uri, likeCount=1)

            yield Bench(build=build, public=lambda: server.public, like=like, token=TOKEN)


class TestStrictTelegram(AdapterContract):
    """Our own server, strict as the description; nobody can look there, and nobody is told counts."""

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        with TelegramServer(TOKEN) as server:

            def build(token: str) -> Telegram:
                secret = json.dumps({"token": token, "chat": "@iomgeorgia"})
                return Telegram(account(base_url=server.url), KnownSecret(secret))

            yield Bench(build=build, public=lambda: server.public, like=lambda _: None, token=TOKEN)


class TestStrictX(AdapterContract):
    """Our own server, which verifies the signature of every call; the secret under test is that of the access token."""

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        with XServer(now, keys_of(TOKEN)) as server:

            def build(token_secret: str) -> X:
                secret = json.dumps(asdict(keys_of(token_secret)))
                return X(account(base_url=server.url, handle=server.username), KnownSecret(secret))

            def like(remote_id: str) -> None:
                server.react(remote_id, like_count=1)

            yield Bench(build=build, public=lambda: server.public, like=like, token=TOKEN, twins=False)


class TestStrictXWithTokens(AdapterContract):
    """The same server, opened by tokens that run out; one that cannot be renewed any more is a wrong secret."""

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        tokens = OAuth2(client_id="july30-client", access_token=TOKEN, refresh_token="a-refresh-token-for-once")
        with XServer(now, tokens=tokens) as server:

            def build(token: str) -> X:
                return X(
                    account(base_url=server.url),
                    KeptSecret(json.dumps({"client_id": "july30-client", "access_token": token, "refresh_token": "x"})),
                )

            def like(remote_id: str) -> None:
                server.react(remote_id, like_count=1)

            yield Bench(build=build, public=lambda: server.public, like=like, token=TOKEN, twins=False)


class TestStrictFacebook(AdapterContract):
    """Our own server, strict as the documents; it takes the same words twice, only not one after the other."""

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        with FacebookServer(now, TOKEN) as server:

            def build(token: str) -> Facebook:
                return Facebook(account(base_url=server.url), KnownSecret(token))

            def like(remote_id: str) -> None:
                server.react(remote_id, likes=1)

            yield Bench(build=build, public=lambda: server.public, like=like, token=TOKEN, twins=False)


class TestStrictLinkedIn(AdapterContract):
    """Our own server, and a page on it."""

    author = PAGE
    scopes = OF_PAGE

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        with LinkedInServer(now, TOKEN, scopes=self.scopes) as server:

            def build(token: str) -> LinkedIn:
                return LinkedIn(account(base_url=server.url, options={"author": self.author}), KnownSecret(token))

            def like(remote_id: str) -> None:
                server.react(remote_id, likeCount=1)

            yield Bench(build=build, public=lambda: server.public, like=like, token=TOKEN, twins=False)


class TestLinkedInPerson(TestStrictLinkedIn):
    """A person's profile: nobody may list its posts, read their counts or ask how far its pictures are."""

    author = ""
    scopes = OF_PERSON


class TestStrictLinkedInFilm(TestStrictLinkedIn):
    """A film, in two parts, with captions and a cover."""

    def with_media(self, folder: Path) -> Message:
        one = replace(film(folder, size_bytes=4_200_000), captions=(words(folder),))
        return replace(some_message(), media=(with_cover(one, picture(folder)),))


class TestLinkedInPersonFilm(TestStrictLinkedInFilm):
    """The same on a person's profile, who may look how far a film is."""

    author = ""
    scopes = OF_PERSON


class TestStrictInstagram(AdapterContract):
    """Our own server, which fetches each picture from the place that the adapter names."""

    login = "instagram"

    @pytest.fixture
    def bench(self, tmp_path: Path) -> Iterator[Bench]:
        with InstagramServer(now, TOKEN, login=self.login) as server, PictureServer() as place:

            def build(token: str) -> Instagram:
                where = account(base_url=server.url, options={"login": self.login})
                return Instagram(where, KnownSecret(token), public_media=place)

            def like(remote_id: str) -> None:
                server.react(remote_id, likes=1)

            always = (tmp_path / "always",)
            yield Bench(build=build, public=lambda: server.public, like=like, token=TOKEN, always=always)


class TestStrictInstagramOfAPage(TestStrictInstagram):
    """The same by the other log-in: the token is that of the Page to which the account is linked."""

    login = "facebook"


class TestStrictThreads(AdapterContract):
    """Our own server, which fetches every picture from a place of ours."""

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        with ThreadsServer(now, TOKEN) as server, PictureServer() as wall:

            def build(token: str) -> Threads:
                return Threads(account(base_url=server.url), KnownSecret(token), public_media=wall)

            def like(remote_id: str) -> None:
                server.react(remote_id, likes=1)

            yield Bench(build=build, public=lambda: server.public, like=like, token=TOKEN)


class TestWebhook(AdapterContract):
    """The receiver that our page shows, at a receiver's usual promise: none."""

    options: ClassVar[dict[str, str]] = {}

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        with ReceiverServer(TOKEN) as server:

            def build(secret: str) -> Webhook:
                return Webhook(account(base_url=server.url, options=self.options), KnownSecret(secret))

            yield Bench(build=build, public=lambda: len(server.posts), like=lambda _: None, token=TOKEN)


class TestIdempotentWebhook(TestWebhook):
    """The same with its promises: a key is one post, and it can be asked."""

    options: ClassVar[dict[str, str]] = {"idempotent": "yes"}
