"""Every adapter, at every call that it makes, under everything that can go wrong with a call."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.bluesky import Bluesky
from adapters.contract import Ambiguous, Retryable
from adapters.facebook import Facebook
from adapters.instagram import Instagram
from adapters.linkedin import LinkedIn
from adapters.mastodon import Mastodon
from adapters.scripted.bluesky import BlueskyServer
from adapters.scripted.facebook import FacebookServer
from adapters.scripted.graph import error
from adapters.scripted.instagram import InstagramServer
from adapters.scripted.linkedin import PAGE, LinkedInServer
from adapters.scripted.mastodon import MastodonServer
from adapters.scripted.pictures import PictureServer
from adapters.scripted.server import Reply, reply_json
from adapters.scripted.telegram import TelegramServer
from adapters.scripted.threads import ThreadsServer
from adapters.scripted.x import XServer
from adapters.scripted.x_auth import OAuth2
from adapters.scripted.x_posts import PROBLEMS
from adapters.telegram import Telegram
from adapters.threads import Threads
from adapters.webhook import Webhook
from adapters.x import X
from tests.adapters.causes import AWAY, COMMON, HALF_A_MINUTE, NAMES, Cause, Where, Words
from tests.adapters.cells import Stand
from tests.adapters.films import film
from tests.adapters.front import instead
from tests.adapters.leaks import leaks
from tests.adapters.parts import KeptSecret, KnownSecret, account, keys_of, picture
from tests.adapters.receiver import ReceiverServer
from tests.adapters.steps import StepsContract
from tests.fakes.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.http import Http
    from posts.model import Media

TOKEN = "a-token/nobody+else=may%see"


class CausesContract(StepsContract):
    """Inherit it, and give it a fixture `stand` of the scope of a class."""

    @pytest.fixture(scope="class")
    @classmethod
    def album(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[Media, ...]:
        folder = tmp_path_factory.mktemp("album")
        return tuple(picture(folder, f"card-{shade}.jpg", shade=shade) for shade in (40, 80, 120, 160))

    @pytest.mark.parametrize("name", NAMES)
    def test_what_goes_wrong_is_told_for_what_it_is_and_told_without_secrets(
        self, stand: Stand, name: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Each call of each errand, ended in this way, is one of the four failures, and the platform agrees with it.

        Then july30 does what the failure allows, and the post is out once; that is what the failures are for.
        """
        if name not in stand.causes:
            return
        with caplog.at_level(logging.DEBUG):
            wrong = list(tried(stand, name))
        assert not wrong, "\n".join(["", *wrong])
        assert not leaks(caplog.text, stand.secrets())


def tried(stand: Stand, name: str) -> Iterator[str]:
    """What is wrong, by call."""
    cause = stand.causes[name]
    for journey in stand.journeys:
        for at in journey.places(cause):
            if said := journey.tried(cause, at):
                asked = journey.undisturbed[0][at].request
                yield f"{journey}, call {at + 1} ({asked.method} {asked.path}): {said}"


class TestMastodon(CausesContract):
    @pytest.fixture(scope="class")
    @classmethod
    def stand(cls, album: tuple[Media, ...]) -> Iterator[Stand]:
        clock = Clock()
        with MastodonServer(clock, {TOKEN: "iomgeorgia"}) as server:

            def build(http: Http) -> Mastodon:
                return Mastodon(account(base_url=http.base_url), KnownSecret(TOKEN), http=http)

            yield Stand(
                platform=server,
                build=build,
                public=lambda: server.public,
                secrets=lambda: {TOKEN},
                words=mastodon_words(),
                album=album,
                clock=clock,
                wording="@bell@elsewhere.example",
            )


class TestMastodonFilm(TestMastodon):
    """With a film in place of the pictures."""

    @pytest.fixture(scope="class")
    @classmethod
    def album(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[Media, ...]:
        return (film(tmp_path_factory.mktemp("film")),)


def mastodon_words() -> Words:
    limits = {
        "X-RateLimit-Limit": "300",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": "2027-07-30T05:00:30.000000Z",
    }
    return Words(
        limited=_said(429, {"error": "Too many requests"}, limits),
        expired=_said(401, {"error": "The access token expired"}),
        revoked=_said(401, {"error": "The access token was revoked"}),
        scope=_said(403, {"error": "This action is outside the authorized scopes"}),
        refused=_said(422, {"error": "Validation failed: Text character limit of 500 exceeded"}),
        picture=_said(422, {"error": "Validation failed: File content type is invalid, File is invalid"}),
    )


class TestBluesky(CausesContract):
    @pytest.fixture(scope="class")
    @classmethod
    def stand(cls, album: tuple[Media, ...]) -> Iterator[Stand]:
        password = 'my "own" wörd/&+<%'
        with BlueskyServer(password) as server:

            def build(http: Http) -> Bluesky:
                return Bluesky(account(base_url=http.base_url, handle=server.handle), KnownSecret(password), http=http)

            yield Stand(
                platform=server,
                build=build,
                public=lambda: server.public,
                secrets=lambda: {password, *server.issued[-4:]},
                words=bluesky_words(),
                album=album,
                wording="@iom.test",
            )


class TestBlueskyFilm(TestBluesky):
    """With a film in place of the pictures, at a server that takes it as it is."""

    @pytest.fixture(scope="class")
    @classmethod
    def album(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[Media, ...]:
        return (film(tmp_path_factory.mktemp("film")),)


def bluesky_words() -> Words:
    limits = {
        "RateLimit-Limit": "3000",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": "1816923630",
        "RateLimit-Policy": "3000;w=300",
    }
    return Words(
        limited=_said(429, {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}, limits),
        expired=_said(400, {"error": "ExpiredToken", "message": "Token has expired"}),
        revoked=_said(400, {"error": "ExpiredToken", "message": "Token has been revoked"}),
        scope=_said(400, {"error": "InvalidToken", "message": "Bad token scope"}),
        refused=_said(
            400, {"error": "InvalidRequest", "message": "Invalid app.bsky.feed.post record: grapheme too big"}
        ),
        picture=_said(400, {"error": "InvalidMimeType", "message": "Wrong mimetype"}),
        renews=True,
        logins=("createSession",),
        dispensable=("resolveHandle",),  # a name that nobody can tell of stays plain text
    )


class TestTelegram(CausesContract):
    @pytest.fixture(scope="class")
    @classmethod
    def stand(cls, album: tuple[Media, ...]) -> Iterator[Stand]:
        token = "123456:a-token-nobody-else-may-see"
        with TelegramServer(token) as server:
            secret = json.dumps({"token": token, "chat": "@iomgeorgia"})

            def build(http: Http) -> Telegram:
                return Telegram(account(base_url=http.base_url), KnownSecret(secret), http=http)

            yield Stand(
                platform=server,
                build=build,
                public=lambda: server.public,
                secrets=lambda: {token, token.partition(":")[2]},
                words=telegram_words(),
                album=album,
            )


class TestTelegramFilm(TestTelegram):
    """With a film in place of the pictures."""

    @pytest.fixture(scope="class")
    @classmethod
    def album(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[Media, ...]:
        return (film(tmp_path_factory.mktemp("film")),)


def telegram_words() -> Words:
    def said(code: int, words: str, **parameters: int) -> Reply:
        more = {"parameters": parameters} if parameters else {}
        return _said(code, {"ok": False, "error_code": code, "description": words, **more})

    return Words(
        limited=said(429, "Too Many Requests: retry after 30", retry_after=30),
        expired=said(401, "Unauthorized"),
        revoked=said(401, "Unauthorized"),
        scope=said(400, "Bad Request: need administrator rights in the channel chat"),
        refused=said(400, "Bad Request: message is too long"),
        picture=said(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        dispensable=("getChatMember",),  # a look ahead at the bot's rights; posting says it surely
    )


def x_words(*, renews: bool = False) -> Words:
    def problem(status: int, detail: str, kind: str = "about:blank", **headers: str) -> Reply:
        return _said(status, {"title": "Problem", "detail": detail, "type": kind, "status": status}, headers)

    limits = {"x-rate-limit-limit": "100", "x-rate-limit-remaining": "0", "x-rate-limit-reset": "1816923630"}
    never_surely_undone = Cause(strike=instead(AWAY), after=HALF_A_MINUTE, posting=Ambiguous)
    return Words(
        limited=problem(429, "Too Many Requests", **limits),
        expired=problem(401, "Unauthorized"),
        revoked=_said(401, {"errors": [{"code": 89, "message": "Invalid or expired token."}]}),
        scope=problem(403, "Your client app is not configured for this.", f"{PROBLEMS}/oauth1-permissions"),
        refused=problem(400, "Your Tweet text is too long.", f"{PROBLEMS}/invalid-request"),
        picture=problem(400, "The media type could not be recognized.", f"{PROBLEMS}/invalid-request"),
        duplicate=problem(403, "You are not allowed to create a Tweet with duplicate content."),
        renews=renews,
        logins=("/oauth2/token",),
        instead_of={"503 with Retry-After": never_surely_undone},
    )


class TestX(CausesContract):
    """Signed with keys that last."""

    @classmethod
    def words(cls) -> Words:
        return x_words()

    @pytest.fixture(scope="class")
    @classmethod
    def stand(cls, album: tuple[Media, ...]) -> Iterator[Stand]:
        keys = keys_of(TOKEN)
        clock = Clock()
        with XServer(clock, keys) as server:

            def build(http: Http) -> X:
                return X(account(base_url=http.base_url), KnownSecret(json.dumps(asdict(keys))), http=http)

            server.per_window = 1_000_000
            yield Stand(
                platform=server,
                build=build,
                public=lambda: server.public,
                secrets=lambda: set(asdict(keys).values()),
                words=cls.words(),
                album=album,
                clock=clock,
            )


class TestXFilm(TestX):
    """With a film in place of the pictures, whose alt text the platform may not take."""

    begun_anew = 2  # the beginning and the one segment of this film

    @pytest.fixture(scope="class")
    @classmethod
    def album(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[Media, ...]:
        return (film(tmp_path_factory.mktemp("film")),)

    @classmethod
    def words(cls) -> Words:
        return replace(x_words(), dispensable=("/media/metadata",))


class TestXWithTokens(CausesContract):
    """With tokens that are renewed."""

    spent = False

    @pytest.fixture(scope="class")
    @classmethod
    def stand(cls, album: tuple[Media, ...]) -> Iterator[Stand]:
        tokens = OAuth2(
            client_id="july30-client", client_secret="a-client's/secret+", access_token=TOKEN, refresh_token=TOKEN[::-1]
        )
        clock = Clock()
        with XServer(clock, None, tokens) as server:

            def build(http: Http) -> X:
                names = ("client_id", "client_secret", "access_token", "refresh_token")
                kept = {name: getattr(tokens, name) for name in names}
                if cls.spent:
                    kept["access_token"] = "an-access-token-that-has-run-out"
                return X(account(base_url=http.base_url), KeptSecret(json.dumps(kept)), http=http)

            server.per_window = 1_000_000
            yield Stand(
                platform=server,
                build=build,
                public=lambda: server.public,
                secrets=lambda: {TOKEN, tokens.client_secret, tokens.access_token, tokens.refresh_token},
                words=x_words(renews=True),
                album=album,
                clock=clock,
            )


class TestXWithSpentTokens(TestXWithTokens):
    """With tokens that have run out, so that the first call of all is followed by a renewal."""

    spent = True


class TestFacebook(CausesContract):
    """With proofs of the app's secret; the Page's list tells what is out."""

    @pytest.fixture(scope="class")
    @classmethod
    def stand(cls, album: tuple[Media, ...]) -> Iterator[Stand]:
        token, app_secret, clock = "EAAB-a-token-nobody-else-may-see", "an-app's/secret+", Clock()
        with FacebookServer(clock, token, app_secret=app_secret) as server:
            secret = json.dumps({"access_token": token, "app_secret": app_secret})

            def build(http: Http) -> Facebook:
                return Facebook(account(base_url=http.base_url), KnownSecret(secret), http=http)

            yield Stand(
                platform=server,
                build=build,
                public=lambda: server.public + server.comments,
                secrets=lambda: {token, app_secret},
                words=facebook_words(),
                album=album,
                clock=clock,
            )


class TestFacebookFilm(TestFacebook):
    """With a film in place of the pictures."""

    @pytest.fixture(scope="class")
    @classmethod
    def album(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[Media, ...]:
        return (film(tmp_path_factory.mktemp("film")),)


def facebook_words() -> Words:
    never_surely_undone = Cause(strike=instead(AWAY), after=HALF_A_MINUTE, posting=Ambiguous)
    return Words(
        limited=replace(error(80001), headers={"Retry-After": "30"}),
        expired=error(190, subcode=463),
        revoked=error(190, subcode=458),
        scope=error(200),
        refused=error(100, "The status you are trying to publish is too long"),
        picture=error(324, "Missing or invalid image file"),
        duplicate=error(506, "Duplicate status message"),
        telling=("post_id",),
        instead_of={"503 with Retry-After": never_surely_undone},
    )


class TestInstagram(CausesContract):
    """What it prepares a post in tells whether it is out."""

    @pytest.fixture(scope="class")
    @classmethod
    def stand(cls, album: tuple[Media, ...]) -> Iterator[Stand]:
        token, clock = "IGAA-a-token-nobody-else-may-see", Clock()
        with InstagramServer(clock, token) as server, PictureServer() as place:
            server.quota = 1_000_000

            def build(http: Http) -> Instagram:
                return Instagram(account(base_url=http.base_url), KnownSecret(token), public_media=place, http=http)

            yield Stand(
                platform=server,
                build=build,
                public=lambda: server.public,
                secrets=lambda: {token},
                words=instagram_words(),
                album=album,
                clock=clock,
            )


class TestInstagramReel(TestInstagram):
    """With a film in place of the pictures."""

    @pytest.fixture(scope="class")
    @classmethod
    def album(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[Media, ...]:
        return (film(tmp_path_factory.mktemp("film")),)


def instagram_words() -> Words:
    never_surely_undone = Cause(strike=instead(AWAY), after=HALF_A_MINUTE, posting=Ambiguous)
    return Words(
        limited=replace(error(80002), headers={"Retry-After": "30"}),
        expired=error(190, subcode=463),
        revoked=error(190, subcode=458),
        scope=error(200),
        refused=error(36004, "The caption is too long", subcode=2207010),
        picture=None,
        dispensable=("content_publishing_limit", "?fields=permalink"),  # refused later anyway; out all the same
        instead_of={"503 with Retry-After": never_surely_undone},
    )


class TestThreads(CausesContract):
    """Each part of a thread is prepared by itself, the later ones while the first is out."""

    @pytest.fixture(scope="class")
    @classmethod
    def stand(cls, album: tuple[Media, ...]) -> Iterator[Stand]:
        token, clock = "THAA-a-token-nobody-else-may-see", Clock()
        with ThreadsServer(clock, token) as server, PictureServer() as place:
            server.quota = 1_000_000

            def build(http: Http) -> Threads:
                return Threads(account(base_url=http.base_url), KnownSecret(token), public_media=place, http=http)

            yield Stand(
                platform=server,
                build=build,
                public=lambda: server.public,
                secrets=lambda: {token},
                words=threads_words(),
                album=album,
                clock=clock,
            )


class TestThreadsFilm(TestThreads):
    """With a film in place of the pictures."""

    @pytest.fixture(scope="class")
    @classmethod
    def album(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[Media, ...]:
        return (film(tmp_path_factory.mktemp("film")),)


def threads_words() -> Words:
    never_surely_undone = Cause(strike=instead(AWAY), after=HALF_A_MINUTE, posting=Ambiguous)
    return Words(
        limited=replace(error(80006), headers={"Retry-After": "30"}),
        expired=error(190, subcode=463),
        revoked=error(190, subcode=458),
        scope=error(200),
        refused=error(100, "Param text must be at most 500 characters long."),
        picture=None,
        dispensable=("threads_publishing_limit", "?fields=permalink"),  # refused later anyway; out all the same
        hidden=("/threads", "?fields=status,error_message"),
        instead_of={"503 with Retry-After": never_surely_undone},
    )


class TestLinkedIn(CausesContract):
    """A page, whose pictures go to an address that the platform gives for each."""

    bytes_min = 75_000

    @pytest.fixture(scope="class")
    @classmethod
    def stand(cls, album: tuple[Media, ...]) -> Iterator[Stand]:
        clock = Clock()
        with LinkedInServer(clock, TOKEN) as server:
            server.per_day, server.films.bytes_min = 1_000_000, cls.bytes_min

            def build(http: Http) -> LinkedIn:
                return LinkedIn(
                    account(base_url=http.base_url, options={"author": PAGE}), KnownSecret(TOKEN), http=http
                )

            yield Stand(
                platform=server,
                build=build,
                public=lambda: server.public + server.comments,
                secrets=lambda: {TOKEN},
                words=linkedin_words(),
                album=album,
                clock=clock,
            )


class TestLinkedInFilm(TestLinkedIn):
    """With a film in place of the pictures; one so small that an answer may repeat it whole."""

    bytes_min = 0

    @pytest.fixture(scope="class")
    @classmethod
    def album(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[Media, ...]:
        return (film(tmp_path_factory.mktemp("film")),)


def linkedin_words() -> Words:
    def said(status: int, code: str, message: str, **more: object) -> Reply:
        return _said(status, {"status": status, "code": code, "message": message, **more})

    limited = said(429, "TOO_MANY_REQUESTS", "Resource level throttle limit for calls to this resource is reached.")
    return Words(
        limited=replace(limited, headers={**limited.headers, "Retry-After": "30"}),
        expired=said(401, "EXPIRED_ACCESS_TOKEN", "Expired access token", serviceErrorCode=65602),
        revoked=said(401, "REVOKED_ACCESS_TOKEN", "The token has been revoked", serviceErrorCode=65601),
        scope=said(403, "ACCESS_DENIED", "Not enough permissions to access this resource", serviceErrorCode=100),
        refused=said(400, "FIELD_LENGTH_TOO_LONG", "commentary exceeded the maximum length of 3000"),
        picture=said(415, "UNSUPPORTED_MEDIA_TYPE", "The media type is not supported"),
        instead_of={
            "503 with Retry-After": Cause(strike=instead(AWAY), after=HALF_A_MINUTE, posting=Ambiguous),
            "429 without a word": Cause(  # its day ends at midnight; an hour is the longest that anybody waits
                strike=instead(Reply(status=429)), posting=Retryable, after=timedelta(hours=1)
            ),
        },
    )


class TestWebhook(CausesContract):
    idempotent = "no"

    @pytest.fixture(scope="class")
    @classmethod
    def stand(cls, album: tuple[Media, ...]) -> Iterator[Stand]:
        with ReceiverServer(TOKEN) as server:

            def build(http: Http) -> Webhook:
                options = {"idempotent": cls.idempotent}
                return Webhook(account(base_url=http.base_url, options=options), KnownSecret(TOKEN), http=http)

            yield Stand(
                platform=server,
                build=build,
                public=lambda: len(server.posts),
                secrets=lambda: {TOKEN},
                words=webhook_words(),
                album=album,
            )


class TestIdempotentWebhook(TestWebhook):
    idempotent = "yes"


def webhook_words() -> Words:
    return Words(
        limited=_said(429, {"error": "slow down"}, {"Retry-After": "30"}),
        expired=_said(401, {"error": "the signature is wrong or too old"}),
        revoked=_said(401, {"error": "the signature is wrong or too old"}),
        scope=_said(403, {"error": "not for this account"}),
        refused=_said(422, {"error": "only posts are taken here"}),
        picture=_said(422, {"error": "no such pictures"}),
        instead_of={"200 with nulls": Cause(strike=COMMON["200 with nulls"].strike, where=Where.POSTING)},  # its "none"
        duplicate=_said(409, {"error": "it is here already"}),
    )


def _said(status: int, body: object, headers: dict[str, str] | None = None) -> Reply:
    reply = reply_json(body, status)
    return Reply(status=status, body=reply.body, headers={**reply.headers, **(headers or {})})
