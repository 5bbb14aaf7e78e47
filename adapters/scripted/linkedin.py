"""A LinkedIn server as strict as the documents say that the real one is, with a log of what it accepted: the judge.

Behaviour from the documentation of the Posts, Images and Comments interfaces and from answers that others have seen
(read on 24 Nov 2026). It has one page and one person; what a token may do is told by its scopes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from adapters.scripted.counting import utf16_units
from adapters.scripted.linkedin_images import ImageShelf
from adapters.scripted.linkedin_text import given_back, shown
from adapters.scripted.linkedin_videos import VideoShelf
from adapters.scripted.server import Reply, Request, ScriptedServer, reply_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

PAGE = "urn:li:organization:5515715"
PERSON = "urn:li:person:p7Yx_0kq"
OF_PAGE = frozenset({"w_organization_social", "r_organization_social", "rw_organization_admin"})
OF_PERSON = frozenset({"openid", "profile", "w_member_social"})
OLDEST, NEWEST = "202511", "202609"  # the versions that are alive
NEEDED = {"author", "commentary", "visibility", "distribution", "lifecycleState"}
KNOWN = {"content", "isReshareDisabledByAuthor", "reshareContext", "contentLandingPage", "contentCallToActionLabel"}
COUNTS = ("likeCount", "commentCount", "shareCount", "impressionCount", "uniqueImpressionsCount", "clickCount")
POST = re.compile(r"urn:li:(?:share|ugcPost):[0-9]+")
LISTED = re.compile(r"List\(((?:urn%3Ali%3A(?:share|ugcPost)%3A[0-9]+,?)+)\)")


@dataclass(slots=True, kw_only=True)
class Accepted:
    """One post that the server took; `text` is what readers see of it."""

    remote_id: str
    author: str
    text: str
    commentary: str
    content: Mapping[str, Any]
    made_ms: int
    comments: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))


class _Refused(Exception):
    def __init__(self, status: int, code: str, message: str, **more: object):
        super().__init__(message)
        self.reply = reply_json({"status": status, "code": code, "message": message, **more}, status)


class LinkedInServer(ScriptedServer):
    """The server. `per_day`: how many calls it takes before it says 429.

    `renewal`: what the form must say for a new token, empty where it may not be renewed; its refresh token is good
    once, and the next one ends no later, at `renewable_until`. `minted` makes the next tokens of their plain names.
    """

    def __init__(self, clock: Callable[[], datetime], token: str, *, scopes: frozenset[str] = OF_PAGE):
        super().__init__()
        self._clock = clock
        self._token = token
        self.renewal: Mapping[str, str] = {}
        self.renewable_until = clock() + timedelta(days=365)
        self.renewals = 0
        self.minted: Callable[[str], str] = str
        self.scopes = scopes
        self.per_day = 500
        self.images = ImageShelf(_Refused)
        self.films = VideoShelf(_Refused)
        self.log: list[Accepted] = []
        self._posts: dict[str, Accepted] = {}

    @property
    def public(self) -> int:
        """How many posts are there now."""
        return len(self._posts)

    @property
    def comments(self) -> int:
        """How many comments stand under them."""
        return sum(len(one.comments) for one in self._posts.values())

    def react(self, remote_id: str, **counts: int) -> None:
        """The post has these counts: `likeCount` and so on."""
        self._posts[remote_id].counts.update(counts)

    def forget(self, remote_id: str) -> None:
        """Somebody has deleted the post by other means; that it was there is remembered."""
        del self._posts[remote_id]

    def carry_out(self, request: Request) -> Reply:
        """The answer of a strict LinkedIn."""
        try:
            return self._answer(request)
        except _Refused as refused:
            return refused.reply

    def _answer(self, request: Request) -> Reply:
        path = request.path
        if path == "/oauth/v2/accessToken":
            return self._renew(request)
        self._refuse_stranger(request)
        if request.method == "PUT" and (found := re.fullmatch(r"/dms-uploads/(\w+)/uploaded-image/0", path)):
            return self.images.put(request, found[1])
        if found := re.fullmatch(r"/dms-uploads/(\w+)/(?:uploaded-video/)?([0-9]+|captions|thumbnail)", path):
            return self.films.put(request, found[1], found[2])
        if path.startswith("/rest/"):
            self._refuse_wrong_headers(request)
        for method, pattern, serve in self._routes():
            if request.method == method and (found := re.fullmatch(pattern, path)):
                return serve(request, *map(unquote, found.groups()))
        raise _Refused(404, "RESOURCE_NOT_FOUND", f"No virtual resource found for {path}")

    def _routes(self) -> Sequence[tuple[str, str, Callable[..., Reply]]]:
        urn = r"(urn%3A[\w%.-]+)"
        return (
            ("GET", "/v2/userinfo", self._userinfo),
            ("GET", "/rest/organizations/([0-9]+)", self._organization),
            ("POST", "/rest/images", self.images.initialize),
            ("GET", f"/rest/images/{urn}", self._image),
            ("POST", "/rest/videos", self.films.act),
            ("GET", f"/rest/videos/{urn}", lambda _, video: self.films.look(video)),
            ("POST", "/rest/posts", self._take),
            ("GET", "/rest/posts", self._by_author),
            ("GET", f"/rest/posts/{urn}", self._one),
            ("DELETE", f"/rest/posts/{urn}", self._delete),
            ("POST", f"/rest/socialActions/{urn}/comments", self._comment),
            ("GET", f"/rest/socialActions/{urn}/comments", self._comments),
            ("GET", "/rest/organizationalEntityShareStatistics", self._statistics),
        )

    # -- who may what ----------------------------------------------------------------------------------------------

    def _refuse_stranger(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        if not given:
            raise _Refused(401, "EMPTY_ACCESS_TOKEN", "Empty oauth2 access token", serviceErrorCode=65604)
        if given != f"Bearer {self._token}":
            raise _Refused(401, "INVALID_ACCESS_TOKEN", "Invalid access token", serviceErrorCode=65600)
        if len(self.requests) > self.per_day:
            throttled = "Resource level throttle APPLICATION DAY limit for calls to this resource is reached."
            raise _Refused(429, "TOO_MANY_REQUESTS", throttled, serviceErrorCode=101)

    @staticmethod
    def _refuse_wrong_headers(request: Request) -> None:
        version = request.headers.get("linkedin-version", "")
        if not version:
            raise _Refused(400, "VERSION_MISSING", "A version must be present. Please specify a version.")
        if not re.fullmatch(r"[0-9]{6}", version) or not OLDEST <= version <= NEWEST:
            raise _Refused(426, "NONEXISTENT_VERSION", f"Requested version {version}01 is not active")
        if request.headers.get("x-restli-protocol-version") != "2.0.0":
            raise _Refused(400, "ILLEGAL_ARGUMENT", "Syntax exception in path variables")
        if request.method == "POST" and request.headers.get("content-type") != "application/json":
            raise _Refused(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json")

    def _needs(self, scope: str) -> None:
        if scope not in self.scopes:
            raise _Refused(403, "ACCESS_DENIED", "Not enough permissions to access this resource", serviceErrorCode=100)

    def _needs_to_write(self, author: object) -> None:
        if author not in {PAGE, PERSON}:
            raise _Refused(400, "INVALID_URN_TYPE", f"{author} is neither a person nor an organization")
        self._needs("w_organization_social" if author == PAGE else "w_member_social")

    def _renew(self, request: Request) -> Reply:
        form = dict(parse_qsl(request.body.decode()))
        if not self.renewal or form != {"grant_type": "refresh_token", **self.renewal}:
            return reply_json({"error": "invalid_request", "error_description": "The token is not valid"}, 400)
        left_s = int((self.renewable_until - self._clock()).total_seconds())
        if left_s <= 0:
            return reply_json({"error": "invalid_request", "error_description": "The token has expired"}, 400)
        self.renewals += 1
        self._token = self.minted(f"access-token-number-{self.renewals}")
        self.renewal = {**self.renewal, "refresh_token": self.minted(f"refresh-token-number-{self.renewals}")}
        told = {"access_token": self._token, "expires_in": 5_184_000, "refresh_token": self.renewal["refresh_token"]}
        return reply_json({**told, "refresh_token_expires_in": left_s})

    def _userinfo(self, _: Request) -> Reply:
        self._needs("openid")
        return reply_json({"sub": PERSON.rpartition(":")[2], "name": "Nino Example", "locale": "ka_GE"})

    def _organization(self, _: Request, number: str) -> Reply:
        self._needs("rw_organization_admin")
        if number != PAGE.rpartition(":")[2]:
            raise _Refused(404, "NOT_FOUND", "Organization not found")
        return reply_json({"id": int(number), "vanityName": "iom-georgia", "localizedName": "IOM Georgia"})

    def _image(self, _: Request, urn: str) -> Reply:
        self._needs("r_organization_social")
        return self.images.look(urn)

    # -- posts -----------------------------------------------------------------------------------------------------

    def _take(self, request: Request) -> Reply:
        asked = request.json()
        if not NEEDED <= set(asked) <= NEEDED | KNOWN:
            raise _unrecognised(set(asked) ^ (set(asked) & (NEEDED | KNOWN)) or NEEDED - set(asked))
        author, commentary, content = asked["author"], asked["commentary"], asked.get("content", {})
        self._needs_to_write(author)
        self._refuse_not_public(asked)
        if not isinstance(commentary, str) or not (commentary.strip() or content):
            raise _Refused(422, "MISSING_FIELD", "Posts need a commentary or content")
        if utf16_units(commentary) > 3000:
            raise _Refused(400, "FIELD_LENGTH_TOO_LONG", "commentary exceeded the maximum length of 3000")
        self._refuse_content(content, author)
        twin = next((one for one in self.log if _same(one, asked)), None)
        if twin:
            raise _duplicate(twin.remote_id)
        made = self._keep(author, commentary, content)
        return Reply(status=201, headers={"x-restli-id": made.remote_id, "x-linkedin-id": made.remote_id})

    @staticmethod
    def _refuse_not_public(asked: Mapping[str, Any]) -> None:
        distribution = asked["distribution"]
        known = {"feedDistribution", "targetEntities", "thirdPartyDistributionChannels"}
        if not isinstance(distribution, dict) or set(distribution) != known:
            raise _unrecognised({"distribution"})
        if (asked["visibility"], asked["lifecycleState"], distribution["feedDistribution"]) != (
            "PUBLIC",
            "PUBLISHED",
            "MAIN_FEED",
        ):
            raise _Refused(400, "INVALID_VALUE_FOR_FIELD", "Only public posts are taken here")

    def _refuse_content(self, content: object, author: str) -> None:
        match content:
            case {"media": dict() as media, **rest} if not rest:
                self._refuse_image(media, author)
            case {"multiImage": {"images": list() as images, **more}, **rest} if not rest and not more:
                if not 2 <= len(images) <= 20:
                    raise _Refused(400, "INVALID_VALUE_FOR_FIELD", "multiImage takes 2 to 20 images")
                for one in images:
                    self._refuse_image(one, author)
            case {"article": {"source": str(), "title": str() as title, **more}, **rest} if not rest and title:
                if unknown := {str(one) for one in more} - {"description", "thumbnail", "thumbnailAltText"}:
                    raise _unrecognised(unknown)
            case _ if content != {}:
                raise _unrecognised({"content"})

    def _refuse_image(self, media: Mapping[str, Any], author: str) -> None:
        if "id" not in media or set(media) - {"id", "altText", "title"}:
            raise _unrecognised(set(media) - {"id", "altText", "title"} or {"id"})
        if not 0 < utf16_units(media.get("altText", "x")) <= 4086:
            raise _Refused(400, "FIELD_LENGTH_TOO_LONG", "altText exceeded the maximum length of 4086")
        shelf = self.films if str(media["id"]).startswith("urn:li:video:") else self.images
        shelf.refuse_unusable(media["id"], author)

    def _keep(self, author: str, commentary: str, content: Mapping[str, Any]) -> Accepted:
        made_ms = int(self._clock().timestamp() * 1000)
        kind = "ugcPost" if "multiImage" in content else "share"
        made = Accepted(
            remote_id=f"urn:li:{kind}:{made_ms}{len(self.log):06}",
            author=author,
            text=shown(commentary),
            commentary=commentary,
            content=content,
            made_ms=made_ms,
        )
        self.log.append(made)
        self._posts[made.remote_id] = made
        return made

    def _delete(self, _: Request, urn: str) -> Reply:
        if found := self._posts.pop(urn, None):
            self._needs_to_write(found.author)
        return Reply(status=204)

    # -- reading ---------------------------------------------------------------------------------------------------

    def _by_author(self, request: Request) -> Reply:
        self._needs("r_organization_social")
        asked = {name: values[0] for name, values in request.query.items()}
        if unknown := set(asked) - {"q", "author", "count", "start", "sortBy", "isDsc"}:
            raise _Refused(400, "QUERY_PARAM_NOT_ALLOWED", f"Parameter {min(unknown)} is not allowed")
        count, start = int(asked.get("count", "10")), int(asked.get("start", "0"))
        finder = request.headers.get("x-restli-method") == "FINDER"
        if asked.get("q") != "author" or asked.get("author") != PAGE or not 1 <= count <= 100 or not finder:
            raise _Refused(400, "PARAM_INVALID", "Invalid query parameters passed to request")
        newest = [one for one in list(self._posts.values())[::-1] if one.author == PAGE]
        page = [_shown_post(one) for one in newest[start : start + count]]
        return reply_json({"elements": page, "paging": {"start": start, "count": count, "links": []}})

    def _one(self, _: Request, urn: str) -> Reply:
        self._needs("r_organization_social")
        if urn not in self._posts:
            raise _Refused(404, "NOT_FOUND", f"{urn} could not be found")
        return reply_json(_shown_post(self._posts[urn]))

    def _statistics(self, request: Request) -> Reply:
        self._needs("rw_organization_admin")
        asked = dict(one.partition("=")[::2] for one in request.raw_query.split("&"))
        kind, name = ("ugcPost", "ugcPosts") if "ugcPosts" in asked else ("share", "shares")
        listed = LISTED.fullmatch(asked.pop(name, ""))
        if asked != {"q": "organizationalEntity", "organizationalEntity": PAGE.replace(":", "%3A")} or not listed:
            raise _Refused(400, "PARAM_INVALID", "Invalid query parameters passed to request")
        urns = [unquote(one) for one in listed[1].split(",")]
        if any(not one.startswith(f"urn:li:{kind}:") for one in urns):
            raise _Refused(400, "INVALID_URN_TYPE", f"{name} takes urns of a {kind} alone")
        there = [self._posts[one] for one in urns if one in self._posts and self._posts[one].author == PAGE]
        told = [
            {"organizationalEntity": PAGE, kind: one.remote_id, "totalShareStatistics": one.counts} for one in there
        ]
        return reply_json({"elements": told, "paging": {"start": 0, "count": 10, "links": []}})

    # -- comments --------------------------------------------------------------------------------------------------

    def _comment(self, request: Request, urn: str) -> Reply:
        asked = request.json()
        message = asked.get("message")
        if not {"actor", "object", "message"} <= set(asked) <= {"actor", "object", "message", "content"}:
            raise _unrecognised(set(asked))
        if not isinstance(message, dict) or not {"text"} <= set(message) <= {"text", "attributes"}:
            raise _unrecognised({"message"})
        self._needs_to_write(asked["actor"])
        if asked["object"] != urn:
            raise _Refused(400, "INVALID_VALUE_FOR_FIELD", "object is another entity than that of the path")
        if not 0 < utf16_units(message["text"]) <= 1250:
            raise _Refused(400, "FIELD_LENGTH_TOO_LONG", "Comments take 1250 characters")
        if urn not in self._posts:
            raise _Refused(404, "NOT_FOUND", f"{urn} could not be found")
        comments = self._posts[urn].comments
        number = str(7_000_000_000_000_000_000 + len(comments))
        name = f"urn:li:comment:(urn:li:activity:{urn.rpartition(':')[2]},{number})"
        comments.append({"id": number, "commentUrn": name, **asked})
        self._posts[urn].counts["commentCount"] += 1
        reply = reply_json(comments[-1], 201)
        return Reply(status=201, body=reply.body, headers={**reply.headers, "x-restli-id": number})

    def _comments(self, _: Request, urn: str) -> Reply:
        self._needs("r_organization_social")
        if urn not in self._posts:
            raise _Refused(404, "NOT_FOUND", f"{urn} could not be found")
        return reply_json({"elements": self._posts[urn].comments, "paging": {"start": 0, "count": 100, "links": []}})


def _shown_post(one: Accepted) -> dict[str, object]:
    return {
        "id": one.remote_id,
        "author": one.author,
        "commentary": given_back(one.commentary),
        "content": one.content,
        "createdAt": one.made_ms,
        "publishedAt": one.made_ms,
        "lifecycleState": "PUBLISHED",
        "visibility": "PUBLIC",
    }


def _same(one: Accepted, asked: Mapping[str, Any]) -> bool:
    return (one.author, one.commentary) == (asked["author"], asked["commentary"])


def _unrecognised(names: set[str]) -> _Refused:
    return _Refused(422, "UNPROCESSABLE_ENTITY", f"ERROR :: /{min(names)} :: missing, or found but not allowed")


def _duplicate(remote_id: str) -> _Refused:
    wrong = {"description": "Duplicate post is detected", "input": {}, "code": "DUPLICATE_POST"}
    return _Refused(
        422,
        "UNPROCESSABLE_ENTITY",
        f"com.linkedin.content.common.exception.BadRequestResponseException: Content is a duplicate of {remote_id}",
        errorDetailType="com.linkedin.common.error.BadRequest",
        errorDetails={"inputErrors": [wrong]},
    )
