"""An X server that is strict where the documents say that the real one is, with a log of what it accepted: the judge.

Behaviour from X's documentation and its API description 2.167 of 22 Aug 2026 (read on 24 Nov 2026).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters.scripted.counting import weighted
from adapters.scripted.memory import Remembering
from adapters.scripted.server import Reply, Request, ScriptedServer, reply_json
from adapters.scripted.x_auth import OAuth1, OAuth2, signed_by
from adapters.scripted.x_media import PictureShelf
from adapters.scripted.x_posts import Accepted, Post, Refused, not_found, refuse, shown, shown_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ME = "2244994945"
EPOCH_MS = 1_288_834_974_657  # of the ids, which hold the instant at which they were made
WEIGHT_MAX = 280
IDS_MAX = 100
BODY_FIELDS = {
    *("text", "media", "reply", "reply_settings", "poll", "community_id", "made_with_ai", "paid_partnership"),
    *(
        "quote_tweet_id",
        "for_super_followers_only",
        "direct_message_deep_link",
        "geo",
        "nullcast",
        "share_with_followers",
    ),
}
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."


class XServer(Remembering[Accepted, Post], ScriptedServer):
    """The server with one account, that `keys` or `tokens` open. `lists`: whether its list shows what it took.

    `replies`: whether an account may reply to itself. `per_window`: how many posts it takes before it says 429.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        keys: OAuth1 | None = None,
        tokens: OAuth2 | None = None,
        *,
        username: str = "iomgeorgia",
        slow_media: int = 0,
    ):
        super().__init__()
        self.tokens = tokens
        self.username = username
        self.shelf = PictureShelf(refuse, slow=slow_media)
        self.replies = self.lists = self.refuses_twins = True
        self.per_window = 100
        self.fields = "tweet"
        self._clock = clock
        self._keys = keys
        self._nonces: set[str] = set()

    def react(self, remote_id: str, **counts: int) -> None:
        """The post has these counts: `like_count` and so on."""
        self._posts[remote_id].counts.update(counts)

    def write(self, text: str, reply_to: str = "") -> str:
        """The account has written a post by other means; its id."""
        return self._keep(text, reply_to, ())

    def carry_out(self, request: Request) -> Reply:
        """The answer of a strict X, with the headers of its limits."""
        left = self.per_window - len(self._log)
        resets = str(int(self._clock().timestamp()) + 900)
        told = {"x-rate-limit-limit": "100", "x-rate-limit-remaining": str(max(left, 0)), "x-rate-limit-reset": resets}
        try:
            reply = self._answer(request)
        except Refused as refused:
            reply = refused.reply
        return Reply(status=reply.status, body=reply.body, headers={**told, **reply.headers})

    def _answer(self, request: Request) -> Reply:
        if (request.method, request.path) == ("POST", "/2/oauth2/token"):
            return self._renew(request)
        if not self._is_ours(request):
            raise Refused("Unauthorized", 401)
        for method, pattern, serve in self._routes():
            if request.method == method and (found := re.fullmatch(pattern, request.path)):
                return serve(request, *found.groups())
        raise Refused("Not Found", 404)

    def _routes(self) -> Sequence[tuple[str, str, Callable[..., Reply]]]:
        return (
            ("GET", "/2/users/me", self._whoami),
            ("GET", "/2/users/([0-9]+)/tweets", self._of_user),
            ("POST", "/2/tweets", self._take),
            ("GET", "/2/tweets", self._several),
            ("DELETE", "/2/tweets/([0-9]+)", self._delete),
            ("POST", "/2/media/upload", self.shelf.one_shot),
            ("POST", "/2/media/upload/initialize", self.shelf.initialize),
            ("POST", "/2/media/upload/([0-9]+)/append", self.shelf.append),
            ("POST", "/2/media/upload/([0-9]+)/finalize", self.shelf.finalize),
            ("GET", "/2/media/upload", self.shelf.status),
            ("POST", "/2/media/metadata", self.shelf.describe),
            ("POST", "/2/media/subtitles", self.shelf.caption),
        )

    def _is_ours(self, request: Request) -> bool:
        if self.tokens and request.headers.get("authorization") == f"Bearer {self.tokens.access_token}":
            return True
        called = f"http://{request.headers.get('host', '')}"  # whom the client meant, also behind a proxy
        return self._keys is not None and signed_by(request, self._keys, called, self._nonces)

    def _renew(self, request: Request) -> Reply:
        pair = self.tokens.renew(request) if self.tokens else None
        wrong = {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}
        return reply_json(pair) if pair else reply_json(wrong, 400)

    def _whoami(self, _: Request) -> Reply:
        return reply_json({"data": {"id": ME, "name": "IOM Georgia", "username": self.username}})

    # -- posts -----------------------------------------------------------------------------------------------------

    def _take(self, request: Request) -> Reply:
        if len(self._log) >= self.per_window:
            raise Refused("Too Many Requests", 429)
        if request.headers.get("content-type") != "application/json":
            raise refuse("The request's Content-Type must be application/json", 415)
        asked = request.json()
        if unknown := set(asked) - BODY_FIELDS:
            raise refuse(f"$.{min(unknown)}: is not defined in the schema and the schema does not allow it")
        text, media_ids = asked.get("text", ""), self._shape(asked, "media", "media_ids", [])
        reply_to = self._shape(asked, "reply", "in_reply_to_tweet_id", "")
        if not isinstance(text, str) or not (text.strip() or media_ids):
            raise refuse("text: must be a non-empty string where no media are given")
        if weighted(text) > WEIGHT_MAX:
            raise refuse("Your Tweet text is too long.")
        if len(media_ids) > 4 or len(set(media_ids)) != len(media_ids):
            raise refuse("$.media.media_ids: there must be a maximum of 4 items in the array")
        if not all(self.shelf.usable(one) for one in media_ids):
            raise refuse("Your media IDs are invalid.")
        if not self.shelf.stands_alone(media_ids):
            raise refuse("You can only attach one video or GIF, and no photos beside it, as media.")
        self._refuse_unwelcome(text, reply_to)
        alt_texts = tuple(self.shelf.pictures[one].alt_text for one in media_ids)
        made = self._keep(text, reply_to, alt_texts)
        return reply_json({"data": {"id": made, "text": shown_text(self._posts[made], self.username)[0]}}, 201)

    @staticmethod
    def _shape(asked: Mapping[str, Any], name: str, key: str, default: Any) -> Any:
        given = asked.get(name, {key: default})
        if not isinstance(given, dict) or set(given) != {key} or type(given[key]) is not type(default):
            raise refuse(f"$.{name}: must be an object with {key} alone")
        return given[key]

    def _refuse_unwelcome(self, text: str, reply_to: str) -> None:
        if reply_to and reply_to not in self._posts:
            raise refuse("You attempted to reply to a Tweet that is deleted or not visible to you.", 403)
        if reply_to and not self.replies:
            raise refuse("You are not permitted to perform this action.", 403)
        twin = any(one.accepted.text == text and one.accepted.reply_to == reply_to for one in self._posts.values())
        if twin and self.refuses_twins:
            raise refuse(DUPLICATE, 403)

    def _keep(self, text: str, reply_to: str, alt_texts: tuple[str, ...]) -> str:
        made_at = self._clock()
        remote_id = str(((int(made_at.timestamp() * 1000) - EPOCH_MS) << 22) + len(self._log))
        accepted = Accepted(remote_id=remote_id, text=text, reply_to=reply_to, alt_texts=alt_texts)
        self.remember(remote_id, accepted, Post(accepted=accepted, made_at=made_at))
        if reply_to:
            self._posts[reply_to].counts["reply_count"] += 1
        return remote_id

    def _delete(self, _: Request, remote_id: str) -> Reply:
        if self._posts.pop(remote_id, None) is None:
            raise refuse("Could not find that Tweet", 404)
        return reply_json({"data": {"deleted": True}})

    # -- reading ---------------------------------------------------------------------------------------------------

    def _query(self, request: Request, known: set[str]) -> dict[str, str]:
        fields = f"{self.fields}.fields"
        if unknown := set(request.query) - known - {fields}:
            raise refuse(f"The query parameter [{min(unknown)}] is not one of {sorted({*known, fields})}")
        return {name: values[0] for name, values in request.query.items()}

    def _several(self, request: Request) -> Reply:
        asked = self._query(request, {"ids"})
        ids, wanted = asked.get("ids", "").split(","), asked.get(f"{self.fields}.fields", "").split(",")
        if not 1 <= len(ids) <= IDS_MAX or not all(re.fullmatch("[0-9]{1,19}", one) for one in ids):
            raise refuse(f"The `ids` query parameter value [{asked.get('ids')}] is not valid")
        told: dict[str, object] = {}
        if there := [shown(self._posts[one], wanted, self.username) for one in ids if one in self._posts]:
            told["data"] = there
        if missing := [one for one in ids if one not in self._posts]:
            told["errors"] = [not_found(one) for one in missing]
        return reply_json(told)

    def _of_user(self, request: Request, user: str) -> Reply:
        known = {"max_results", "pagination_token", "start_time", "since_id"}
        asked = self._query(request, known)
        most = int(asked.get("max_results", "10"))
        if user != ME or not 5 <= most <= 100:
            raise refuse("The `max_results` query parameter value is not valid")
        listed = list(self._posts.values())[::-1] if self.lists else []
        if "start_time" in asked:
            since = datetime.strptime(asked["start_time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
            listed = [one for one in listed if one.made_at >= since]
        listed = [one for one in listed if int(one.accepted.remote_id) > int(asked.get("since_id", "0"))]
        start = int(asked.get("pagination_token", "0"))
        page = listed[start : start + most]
        meta: dict[str, object] = {"result_count": len(page)}
        if start + most < len(listed):
            meta["next_token"] = str(start + most)
        wanted = asked.get(f"{self.fields}.fields", "").split(",")
        return reply_json(
            {"meta": meta, **({"data": [shown(one, wanted, self.username) for one in page]} if page else {})}
        )
