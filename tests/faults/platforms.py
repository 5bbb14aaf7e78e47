"""Two platforms that only the rig knows: without keys, looked up by text or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapters.contract import Ambiguous, AuthExpired, Identity, Lookup, Profile, Reading, Receipt, Retryable
from adapters.http import Call, Http, Unreadable, Upload, failure_for
from adapters.on_disk import picture_name, read_picture
from posts.limits import Limits, TextLimit, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from adapters.contract import Progress, Secrets
    from posts.model import Account, Message

LIMITS = Limits(text=(TextLimit(unit=Unit.GRAPHEMES, max=500),), images_max=4, image_types=("image/jpeg", "image/png"))


class ByText:
    """As X or Facebook: no key, and our own posts can be read back. What is not found may still be there."""

    face = "by-text"
    profile = Profile(
        platform="rig-by-text",
        limits=LIMITS,
        lookup=Lookup.BY_TEXT,
        metrics=("likes",),
        can_delete=True,
        needs_base_url=True,
    )

    def __init__(self, account: Account, secrets: Secrets, *, http: Http | None = None):
        self._secrets = secrets
        self._http = http or Http(account.base_url)

    def limits(self) -> Limits:
        return self.profile.limits

    def whoami(self) -> Identity:
        found = self._read(self._call("asking who we are", "GET", "/me"))
        return Identity(remote_id=str(found["id"]), handle=str(found["name"]))

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt:
        media = [self._uploaded(number, message, progress) for number in range(1, len(message.media) + 1)]
        call = self._call("publishing", "POST", "/posts", json={"text": message.text, "media": media})
        progress.posting()
        answer = self._http.post_once(call)
        if answer.status == 409:  # evidence of an earlier success
            raise Ambiguous("publishing: the platform has this post already", http_status=409)
        if not answer.ok:
            raise failure_for(answer, posting=True)
        value = answer.fields()
        if "id" not in value:
            raise Ambiguous("publishing: answered without an id", http_status=answer.status)
        return _receipt(value)

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:
        call = self._call("looking", "GET", "/posts", query=[("since", str(since.timestamp() - 120))])
        answer = self._http.prepare(call)
        if not answer.ok:
            raise failure_for(answer, posting=False)
        try:
            found: list[dict[str, Any]] = answer.json()
        except Unreadable as error:
            raise Retryable("looking: no list came") from error
        alike = [one for one in found if one["text"] == message.text and one["id"] not in progress.taken]
        return _receipt(alike[-1]) if alike else None

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading]:
        found = []
        for one in remote_ids:
            answer = self._http.prepare(self._call("counting", "GET", f"/posts/{one}"))
            if answer.ok and isinstance(likes := answer.fields().get("likes"), int):
                found.append(Reading(remote_id=one, metric="likes", value=likes, source=self.profile.platform))
        return found

    def delete(self, remote_id: str) -> None:
        answer = self._http.prepare(self._call("deleting", "DELETE", f"/posts/{remote_id}"))
        if not answer.ok and answer.status != 404:
            raise failure_for(answer, posting=False)

    def _uploaded(self, number: int, message: Message, progress: Progress) -> str:
        step, picture = f"media-{number}", message.media[number - 1]
        if step in progress.saved:
            return str(progress.saved[step]["id"])
        upload = Upload(
            form_field="file", name=picture_name(number, picture), mime=picture.mime, content=read_picture(picture)
        )
        value = self._read(
            self._call("uploading", "POST", "/media", form={"description": picture.alt_text}, upload=upload)
        )
        progress.save(step, {"id": value["id"]})
        return str(value["id"])

    def _read(self, call: Call) -> dict[str, Any]:
        answer = self._http.prepare(call)
        value = answer.fields()
        if not answer.ok or "id" not in value:
            raise failure_for(answer, posting=False)
        return value

    def _call(self, what: str, method: str, path: str, **rest: Any) -> Call:
        token = self._secrets.load().strip()
        if not token:
            raise AuthExpired("there is no token")
        headers = {"Authorization": f"Bearer {token}"}
        return Call(what=what, method=method, path=f"/{self.face}{path}", headers=headers, hidden=(token,), **rest)


class NoLookup(ByText):
    """As a Telegram channel: nobody can be asked afterwards."""

    face = "no-lookup"
    profile = replace(ByText.profile, platform="rig-no-lookup", lookup=Lookup.NONE)

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:
        raise Ambiguous("nobody can be asked what is out there")


def _receipt(value: dict[str, Any]) -> Receipt:
    return Receipt(remote_id=str(value["id"]), permalink=str(value["url"]), parts=(str(value["id"]),))
