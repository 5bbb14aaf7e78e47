"""A small campaign in a real database: missions, accounts and posts, each in one line."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text, update

from posts.model import Account, Campaign, Kind, Mission, Post
from scheduler.catching_up import catch_up
from scheduler.content import content_hash
from scheduler.model import Outcome, State
from scheduler.plan import local_text
from scheduler.store import catalogue, claims, outcomes, posts
from scheduler.store.posts import NewPost, When
from scheduler.store.schema import attempt, audit, delivery, metadata

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from posts.model import Media
    from scheduler.model import Claimed
    from scheduler.store.database import Database
    from tests.fakes.clock import Clock

CAMPAIGN = Campaign(name="World Day", day=date(2027, 7, 30), hashtags=("#EndHumanTrafficking",))
MISSIONS = (
    Mission(code="GE", name="IOM Georgia", time_zone="Asia/Tbilisi", languages=("ka",)),
    Mission(code="TJ", name="IOM Tajikistan", time_zone="Asia/Dushanbe", languages=("tg",)),
)
ACCOUNTS = tuple(
    Account(id=f"{code.lower()}-{name}", mission=code, platform="obedient")
    for code in ("GE", "TJ")
    for name in ("feed", "wall")
)
WORDS = "Инсон фурӯшӣ нест · ადამიანი არ იყიდება"
THE_WAY = {
    State.SENDING: (State.SENDING,),
    State.PUBLISHED: (State.SENDING, State.PUBLISHED),
    State.UNCLEAR: (State.SENDING, State.UNCLEAR),
    State.FAILED: (State.SENDING, State.FAILED),
    State.REMOVED: (State.SENDING, State.PUBLISHED, State.REMOVED),
}


class World:
    """Two missions with two accounts each, and the posts that a test adds; all times come from `clock`."""

    def __init__(self, database: Database, clock: Clock, accounts: Sequence[Account] = ACCOUNTS):
        self.database = database
        self.clock = clock
        self.accounts = {one.id: one for one in accounts}
        with database.write() as tx:
            self.campaign_id = catalogue.apply(tx, CAMPAIGN, MISSIONS, accounts, clock())

    def post(
        self,
        *accounts: str,
        words: str = WORDS,
        due: datetime | None = None,
        kind: Kind = Kind.DAY,
        not_after: datetime | None = None,
        media: tuple[Media, ...] = (),
        first_comment: str = "",
        approved: bool = True,
    ) -> int:
        """A post for these accounts (GE's feed where none is named), due at once unless said; its id."""
        wanted = accounts or ("ge-feed",)
        with self.database.write() as tx:
            number = posts.add(
                tx, self.new_post(wanted, words, due, kind, not_after, media, first_comment), self.clock()
            )
            if approved:
                posts.approve(tx, number, by="reviewer@iom.example", now=self.clock())
        return number

    def delivery(self, account: str = "ge-feed", **wish: Any) -> int:
        """A post for that one account; the id of its delivery."""
        return self.deliveries(self.post(account, **wish))[0]

    def new_post(
        self,
        accounts: Sequence[str],
        words: str = WORDS,
        due: datetime | None = None,
        kind: Kind = Kind.DAY,
        not_after: datetime | None = None,
        media: tuple[Media, ...] = (),
        first_comment: str = "",
    ) -> NewPost:
        """What `post` adds."""
        mission = next(one for one in MISSIONS if one.code == self.accounts[accounts[0]].mission)
        instant = due or self.clock()
        local = local_text(instant, mission.time_zone)
        content = Post(
            mission=mission.code, text=words, language=mission.languages[0], media=media, first_comment=first_comment
        )
        digest = content_hash(
            content,
            accounts=accounts,
            local_due=local,
            time_zone=mission.time_zone,
            kind=kind,
            not_after=not_after,
        )
        with self.database.read() as tx:
            there = len(posts.rows_of(tx))
        return NewPost(
            campaign_id=self.campaign_id,
            external_id=f"row-{there + 1}",
            source_hash=digest,
            content_hash=digest,
            content=content,
            accounts=tuple(accounts),
            when=When(instant=instant, local=local, zone=mission.time_zone, tzdata="2027a"),
            kind=kind,
            not_after=not_after,
            quote=None,
            notes="",
            created_by="author@iom.example",
        )

    def edit(self, post_id: int, words: str, *accounts: str) -> None:
        """The post says something else now, and nobody has approved it."""
        with self.database.write() as tx:
            new = self.new_post(accounts or ("ge-feed",), words)
            posts.replace(tx, post_id, new, by="author@iom.example", now=self.clock())

    def deliveries(self, post_id: int) -> list[int]:
        """The ids of the post's deliveries."""
        with self.database.read() as tx:
            return list(tx.scalars(select(delivery.c.id).where(delivery.c.post_id == post_id).order_by(delivery.c.id)))

    def claim(self, most: int = 100, owner: str = "test") -> list[Claimed]:
        """What is due, claimed and committed."""
        with self.database.write() as tx:
            return claims.claim(tx, now=self.clock(), most=most, owner=owner)

    def catch_up(self) -> None:
        """The rules for late posts have been asked, as in every pass."""
        with self.database.write() as tx:
            catch_up(tx, self.clock())

    def record(self, *what: Outcome) -> set[int]:
        """The outcomes, recorded and committed."""
        with self.database.write() as tx:
            return outcomes.record(tx, what)

    def publish(self, number: int, remote_id: str = "", measure_at: datetime | None = None) -> None:
        """The delivery is claimed and published."""
        claimed = next(one for one in self.claim() if one.delivery_id == number)
        remote_id = remote_id or f"r{number}"
        self.record(
            outcome(claimed, State.PUBLISHED, self.clock(), name="receipt", remote_id=remote_id, measure_at=measure_at)
        )

    def bring(self, number: int, to: State) -> None:
        """The delivery stands in that state, by moves that the database allows."""
        for step in THE_WAY.get(to, () if to is State.WAITING else (to,)):
            self.move(number, step)

    def move(self, number: int, to: State) -> None:
        """One UPDATE by SQL, with all that the state asks for; whatever the database raises."""
        proof = {
            "reason": "why",
            "fence": 1,
            "key": f"key-{number}",
            "remote_id": "r",
            "permalink": "https://x.example",
        }
        with self.database.write() as tx:
            where = update(delivery).where(delivery.c.id == number)
            tx.execute(where.values(state=to, published_at=self.clock(), **proof))

    def row(self, number: int) -> dict[str, Any]:
        """The delivery's columns."""
        with self.database.read() as tx:
            return dict(tx.execute(select(delivery).where(delivery.c.id == number)).mappings().one())

    def state(self, number: int) -> State:
        """Where the delivery stands."""
        return State(self.row(number)["state"])

    def attempts(self, number: int) -> list[dict[str, Any]]:
        """The delivery's attempts, first to last."""
        query = select(attempt).where(attempt.c.delivery_id == number).order_by(attempt.c.fence)
        with self.database.read() as tx:
            return [dict(row) for row in tx.execute(query).mappings()]

    def audit(self, subject: str = "") -> list[dict[str, Any]]:
        """The audit rows about the subject, or all."""
        query = select(audit).order_by(audit.c.id)
        with self.database.read() as tx:
            return [
                dict(row)
                for row in tx.execute(query.where(audit.c.subject == subject) if subject else query).mappings()
            ]

    def run(self, sql: str, **values: object) -> None:
        """One statement of plain SQL, committed."""
        with self.database.write() as tx:
            tx.execute(text(sql), values)

    def view(self, name: str) -> list[dict[str, Any]]:
        """Every row of a view or table, by its first column."""
        with self.database.read() as tx:
            rows = tx.execute(text(f"SELECT * FROM {name} ORDER BY 1")).mappings()
            return [dict(row) for row in rows]

    def count(self, table: str) -> int:
        """How many rows the table has."""
        with self.database.read() as tx:
            return len(tx.execute(select(metadata.tables[table].primary_key.columns[0])).all())


def outcome(claimed: Claimed, state: State, at: datetime, **more: Any) -> Outcome:
    """What came of the attempt, with all that the state asks for."""
    given: dict[str, Any] = {"name": "retryable", "reason": "" if state is State.PUBLISHED else "the reason"} | more
    if state is State.PUBLISHED:
        given.setdefault("remote_id", f"r{claimed.delivery_id}")
        given.setdefault("permalink", f"https://obedient.example/{given['remote_id']}")
    return Outcome(
        delivery_id=claimed.delivery_id,
        attempt_id=claimed.attempt_id,
        fence=claimed.fence,
        state=state,
        finished_at=at,
        **given,
    )
