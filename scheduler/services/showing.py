"""What pages show: deliveries with their words, pictures, times and counts, and whether anything is being sent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from scheduler.model import Review, Scope, State
from scheduler.plan import local_text
from scheduler.services.matters import STALE_AFTER, facts, matters
from scheduler.services.seeing import media_for, words_for
from scheduler.store import lists, moves, posts
from scheduler.store.lists import METRICS, Filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from posts.model import Media, Mission, Post
    from scheduler.services.desk import Desk
    from scheduler.services.matters import Matter
    from scheduler.store.database import Transaction

STOPPED = frozenset({State.UNCLEAR, State.HELD, State.FAILED})
APPROVE_WITHIN = timedelta(hours=24)
STUCK_AFTER = timedelta(minutes=15)
ROWS_PER_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One instant (aware, UTC) and what clocks of the zone show then (`local`, naive)."""

    instant: datetime
    local: datetime
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture or film by what is in it; `Gallery` finds its file.

    `is_film`: it is played; a GIF that moves is a picture here. `cover` is the SHA-256 of the picture that stands for
    it until then, or empty. `captions`: the SHA-256 and the language of each.
    """

    sha256: str
    alt_text: str
    width_px: int
    height_px: int
    is_film: bool = False
    cover: str = ""
    captions: tuple[tuple[str, str], ...] = ()

    @property
    def file(self) -> str:
        """What names it at its address."""
        return self.sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One delivery as a page shows it; `text` is what its platform gets.

    `metrics` holds the latest counts that are known: what is missing there nobody knows, it is not 0. `may_be_out`:
    its last call left us and nobody has said what became of it; False also where nobody asked.
    """

    id: int
    post_id: int
    account: str
    mission: str
    platform: str
    state: State
    review: Review
    reason: str
    due: Moment
    published: Moment | None
    late_by_s: int | None
    remote_id: str
    permalink: str
    text: str
    language: str
    pictures: tuple[Picture, ...] = ()
    metrics: Mapping[str, int] = field(default_factory=dict)
    may_be_out: bool = False
    next_at: datetime | None = None  # when it is tried, where that is not its own time

    @property
    def standing(self) -> State | Review:
        """The delivery's state; the post's review where that alone keeps a waiting delivery from going."""
        return self.review if self.state is State.WAITING and self.review is not Review.APPROVED else self.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The red button is pressed for this scope; `subject` is empty where everything is stopped."""

    scope: Scope
    subject: str
    why: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The moment, every mission's clock, and whether anything is being sent.

    `heartbeat_at` is None where no daemon ever ran; `alive` is False once it has been silent for `STALE_AFTER`.
    `standstill` says why it sends nothing although it lives; empty where it sends. `matters` are about july30 itself
    and need a person.
    """

    now: datetime
    clocks: tuple[tuple[Mission, Moment], ...]
    heartbeat_at: datetime | None
    alive: bool
    tzdata: str
    paused: tuple[Pause, ...]
    standstill: str = ""
    matters: tuple[Matter, ...] = ()

    @property
    def sending(self) -> bool:
        """Whether what falls due goes out: a daemon lives and finds nothing wrong with its machine."""
        return self.alive and not self.standstill

    @property
    def all_stopped(self) -> bool:
        """Whether the red button is pressed for everything that these pages show."""
        return any(one.scope in {Scope.ALL, Scope.CAMPAIGN} for one in self.paused)

    def stops(self, one: Shown) -> bool:
        """Whether the red button keeps the delivery from going."""
        theirs = {(Scope.MISSION, one.mission), (Scope.ACCOUNT, one.account)}
        return self.all_stopped or any((it.scope, it.subject) in theirs for it in self.paused)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Rows of the log, the latest due first; pages count from 1."""

    rows: tuple[Shown, ...]
    total: int
    page: int
    pages: int


def moment(instant: datetime, zone: str) -> Moment:
    """The instant with the zone's clock beside it."""
    return Moment(instant=instant, local=datetime.fromisoformat(local_text(instant, zone)), zone=zone)


def pulse(desk: Desk) -> Pulse:
    """What stands at the head of every page."""
    now = desk.now()
    with desk.database.read() as tx:
        known = facts(tx, now, posts_too=False)
    beat = known.beat or {}
    heartbeat_at = beat.get("beat_at")
    return Pulse(
        now=now,
        clocks=tuple((one, moment(now, one.time_zone)) for one in desk.settings.missions),
        heartbeat_at=heartbeat_at,
        alive=heartbeat_at is not None and now - heartbeat_at <= STALE_AFTER,
        tzdata=beat.get("tzdata", ""),
        paused=tuple(_pause(row) for row in known.paused if _is_ours(desk, row)),
        standstill=beat.get("standstill") or "",
        matters=tuple(one for one in matters(known) if one.of_machine and one.needs_a_person),
    )


def deliveries(desk: Desk) -> list[Shown]:
    """Every delivery of the current campaign by due instant, without pictures and counts."""
    with desk.database.read() as tx:
        return _shown(tx, desk, lists.queue(tx, Filter()))


def needs_a_person(rows: Iterable[Shown], now: datetime) -> list[Shown]:
    """What goes no further by itself, the soonest due first.

    Unclear, held and failed deliveries; those of posts that nobody has approved a day before their time or later; and
    those that wait although their time, or the one july30 has put them off to, has passed by more than `STUCK_AFTER`.
    """
    return [one for one in rows if one.state in STOPPED or _unapproved(one, now) or _stuck(one, now)]


def look_closer(desk: Desk, rows: Sequence[Shown]) -> list[Shown]:
    """The same deliveries with the pictures and words that their platform gets, and whether they may be out already."""
    with desk.database.read() as tx:
        contents = posts.load(tx, sorted({one.post_id for one in rows}))
        return [_closer(tx, desk, one, contents) for one in rows]


def log_page(desk: Desk, *, mission: str = "", state: str = "", page: int = 1) -> LogPage:
    """One page of the log, with pictures and counts; empty filters mean all.

    A page beyond the last is the last. Raises WrongUse for a mission that is not configured.
    """
    if mission:
        desk.settings.mission(mission)
    with desk.database.read() as tx:
        found = lists.log(tx, Filter(mission=mission or None, state=state or None))
        rows = _shown(tx, desk, reversed(found))
        pages = max(1, -(-len(rows) // ROWS_PER_PAGE))
        here = min(max(1, page), pages)
        chosen = rows[(here - 1) * ROWS_PER_PAGE : here * ROWS_PER_PAGE]
        contents = posts.load(tx, sorted({one.post_id for one in chosen}))
        closer = tuple(_closer(tx, desk, one, contents) for one in chosen)
    return LogPage(rows=closer, total=len(rows), page=here, pages=pages)


def _shown(tx: Transaction, desk: Desk, rows: Iterable[Mapping[str, Any]]) -> list[Shown]:
    ours = {row["id"]: row for row in posts.rows_of(tx) if row["campaign_id"] == desk.campaign_id}
    return [_one(row, ours[row["post_id"]]) for row in rows if row["post_id"] in ours]


def _one(row: Mapping[str, Any], post: Mapping[str, Any]) -> Shown:
    zone, published_at = row["time_zone"], row["published_at"]
    return Shown(
        id=row["id"],
        post_id=row["post_id"],
        account=row["account_id"],
        mission=row["mission"],
        platform=row["platform"],
        state=State(row["state"]),
        review=Review(post["review"]),
        reason=row["reason"],
        due=Moment(instant=row["due_at"], local=datetime.fromisoformat(row["local_due"]), zone=zone),
        published=moment(published_at, zone) if published_at else None,
        late_by_s=row["late_by_s"],
        remote_id=row["remote_id"] or "",
        permalink=row["permalink"] or "",
        text=post["text"],
        language=post["language"],
        metrics=row.get("metrics", {}),
        next_at=row["next_at"],
    )


def _closer(tx: Transaction, desk: Desk, one: Shown, contents: Mapping[int, Post]) -> Shown:
    post = contents[one.post_id]
    return replace(
        one,
        text=words_for(desk, one.account, one.platform, post),
        pictures=tuple(map(_picture, media_for(desk, one.account, post))),
        may_be_out=one.state in STOPPED and moves.may_be_out(tx, one.id),
    )


def _picture(one: Media) -> Picture:
    return Picture(
        sha256=one.sha256,
        alt_text=one.alt_text,
        width_px=one.width_px,
        height_px=one.height_px,
        is_film=one.mime.startswith("video/"),
        cover=one.cover.sha256 if one.cover else "",
        captions=tuple((words.sha256, words.language) for words in one.captions),
    )


def _is_ours(desk: Desk, row: Mapping[str, Any]) -> bool:
    return bool(row["scope"] != Scope.CAMPAIGN or row["subject"] == str(desk.campaign_id))


def _unapproved(one: Shown, now: datetime) -> bool:
    near = one.due.instant - now <= APPROVE_WITHIN
    return near and one.state is State.WAITING and one.review is not Review.APPROVED


def _stuck(one: Shown, now: datetime) -> bool:
    wanted = max(one.due.instant, one.next_at or one.due.instant)  # july30 itself has put it off: nobody need act
    return one.standing is State.WAITING and now - wanted > STUCK_AFTER


def _pause(row: Mapping[str, Any]) -> Pause:
    return Pause(scope=Scope(row["scope"]), subject=row["subject"], why=row["why"], by=row["by"], at=row["at"])


__all__ = [
    "METRICS", "ROWS_PER_PAGE", "LogPage", "Moment", "Pause", "Picture", "Pulse", "Shown",
    "deliveries", "log_page", "look_closer", "moment", "needs_a_person", "pulse",
]  # fmt: skip
