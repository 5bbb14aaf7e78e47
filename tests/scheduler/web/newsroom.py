"""A newsroom over a real database: five missions, their outboxes, and a browser without scripts."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PIL import Image
from sqlalchemy import func, select, update

from adapters.contract import Reading
from posts.compose import compose
from scheduler.bootstrap import Shelf
from scheduler.config import load
from scheduler.model import Scope, State
from scheduler.plan import tzdata_version
from scheduler.services import operating, reviewing
from scheduler.services.desk import Desk
from scheduler.services.queueing import Wish, queue_post
from scheduler.store import catalogue, claims, lists, outcomes, posts, readings
from scheduler.store.schema import audit, delivery, pause
from scheduler.web.app import console
from tests.fakes.progress import MemoryProgress
from tests.fakes.world import THE_WAY, outcome
from tests.scheduler.web.browser import TestClient

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.store.database import Database
    from tests.fakes.clock import Clock

ZONES = {
    "BY": ("IOM Belarus", "Europe/Minsk", "be"),
    "UA": ("IOM Ukraine", "Europe/Kyiv", "uk"),
    "GE": ("IOM Georgia", "Asia/Tbilisi", "ka"),
    "UZ": ("IOM Uzbekistan", "Asia/Tashkent", "uz-Latn"),
    "TJ": ("IOM Tajikistan", "Asia/Dushanbe", "tg"),
}
HEAD = '[campaign]\nname = "World Day"\nday = 2027-07-30\nhashtags = ["#EndHumanTrafficking"]\n[review]\nlevels = 0\n'
SCRIPTS = {
    "GE": ("ka", "ნიმუში: პასპორტი მხოლოდ შენია"),
    "TJ": ("tg", "Намуна: шиноснома дар дасти худатон, ҷ ӯ ӣ ғ"),
    "UZ": ("uz-Latn", "Namuna: pasport faqat sizda boʻlsin"),
    "BY": ("ar", "مثال: جواز سفرك يبقى معك"),
    "UA": ("uk", "Зразок: ваш паспорт має залишатися у вас"),
}


class Newsroom:
    """What happens in it is said in one line each; `browser` is a person who looks at the console."""

    def __init__(self, database: Database, clock: Clock, folder: Path):
        self.folder = folder
        self.clock = clock
        self.database = database
        (folder / "config.toml").write_text(HEAD + "\n".join(_tables()), encoding="utf-8")
        settings = load(folder / "config.toml")
        with database.write() as tx:
            number = catalogue.apply(tx, settings.campaign, settings.missions, settings.accounts, clock())
        self.desk = Desk(
            settings=settings,
            database=database,
            campaign_id=number,
            adapter_of=Shelf(settings),
            now=clock,
            actor="officer@iom.example",
        )
        self.browser = TestClient(console(self.desk), base_url="http://localhost", follow_redirects=False)

    def queue(self, mission: str = "GE", words: str = "", at: str = "2027-07-30T12:00", **more: Any) -> int:
        """An approved post for the mission's outbox at that local time; the id of its delivery."""
        approved = more.pop("approved", True)
        language, usual = SCRIPTS[mission]
        more.setdefault("language", language)
        wish = Wish(
            missions=[mission],
            at=datetime.fromisoformat(at),
            text=words or usual,
            accounts=more.pop("accounts", [f"{mission.lower()}-outbox"]),
            **more,
        )
        post = queue_post(self.desk, wish)[0]
        if approved:
            reviewing.approve(self.desk, [post])
        with self.database.read() as tx:
            return int(tx.scalars(select(delivery.c.id).where(delivery.c.post_id == post)).one())

    def picture(self, name: str = "card.png", colour: str = "teal") -> Path:
        """A small picture on disk."""
        path = self.folder / name
        Image.new("RGB", (120, 150), colour).save(path)
        return path

    def publish_due(self) -> None:
        """Everything due is published by its own adapter."""
        with self.database.write() as tx:
            claimed = claims.claim(tx, now=self.clock(), most=100, owner="test")
        for one in claimed:
            account = self.desk.settings.account(one.account)
            adapter = self.desk.adapter_of(account.id)
            receipt: Any = adapter.publish(compose(one.post, account, adapter.limits()), one.key, MemoryProgress())
            told = {"remote_id": receipt.remote_id, "permalink": receipt.permalink, "late_by_s": 3}
            with self.database.write() as tx:
                outcomes.record(tx, [outcome(one, State.PUBLISHED, self.clock(), name="receipt", **told)])

    def published(self, mission: str = "GE", words: str = "", **more: Any) -> str:
        """The remote id of a post that is out now."""
        local = "2027-07-30T" + {"GE": "10:00", "TJ": "11:00", "UZ": "11:00", "BY": "09:00", "UA": "09:00"}[mission]
        number = self.queue(mission, words, local, **more)
        self.clock.now = max(self.clock.now, self.row(number)["due_at"])
        self.publish_due()
        return str(self.row(number)["remote_id"])

    def bring(self, number: int, to: State, reason: str = "the platform said: no") -> None:
        """The delivery stands in that state, by moves that the database allows."""
        for step in THE_WAY.get(to, (to,)):
            change: dict[str, Any] = {"state": step, "reason": reason, "fence": 1, "key": f"key-{number}"}
            if step is State.PUBLISHED:
                change |= {"remote_id": "r", "permalink": "https://social.example/1", "published_at": self.clock()}
            with self.database.write() as tx:
                tx.execute(update(delivery).where(delivery.c.id == number).values(**change))

    def row(self, number: int) -> dict[str, Any]:
        """The delivery's columns."""
        with self.database.read() as tx:
            return dict(tx.execute(select(delivery).where(delivery.c.id == number)).mappings().one())

    def beat(self, standstill: str | None = None) -> None:
        """A daemon was alive just now, and sends unless it says why not."""
        who = {"owner": "d:1", "tzdata": tzdata_version()}
        with self.database.write() as tx:
            lists.beat(tx, started_at=self.clock(), now=self.clock(), standstill=standstill, **who)

    def read_counts(self, number: int) -> None:
        """The counts of the delivery are read from its platform."""
        row = self.row(number)
        found = self.desk.adapter_of(row["account_id"]).measure([row["remote_id"]])
        with self.database.write() as tx:
            counted = [(number, one) for one in found if isinstance(one, Reading)]
            readings.append(tx, counted, read_at=self.clock())

    def put_off(self, number: int, to: datetime) -> None:
        """The delivery is tried at that instant, not at its own time."""
        with self.database.write() as tx:
            tx.execute(update(delivery).where(delivery.c.id == number).values(next_at=to))

    def stop(self, scope: Scope, subject: str, why: str) -> None:
        """The red button is pressed."""
        operating.pause(self.desk, scope, subject, why=why)

    def everything(self) -> tuple[object, ...]:
        """All that a careless page could change: rows, audit, pauses, what people did in the feeds."""
        with self.database.read() as tx:
            rows = tx.execute(select(delivery).order_by(delivery.c.id)).all()
            reviews = [(row["id"], row["review"]) for row in posts.rows_of(tx)]
            audits = tx.scalar(select(func.count()).select_from(audit))
            pauses = tx.scalar(select(func.count()).select_from(pause))
        return (rows, reviews, audits, pauses, self.reactions())

    def reactions(self) -> list[str]:
        """Every line that was ever written about what people did."""
        return sorted(path.read_text(encoding="utf-8") for path in self.folder.glob("outbox/**/reactions.jsonl"))

    def see(self, address: str, status: int = 200) -> str:
        """The page at this address."""
        answer = self.browser.get(address)
        assert answer.status_code == status, (address, answer.status_code, answer.text[:300])
        return str(answer.text)

    def token(self) -> str:
        """The token of the feed's forms, for this browser."""
        found = re.search(r'name="token" value="([0-9a-f]+)"', self.see("/feed"))
        assert found
        return found[1]

    def press(self, address: str, **fields: str) -> int:
        """A form is sent with the feed's token; the answer's status."""
        return int(self.browser.post(address, data={"token": self.token(), **fields}).status_code)


def _tables() -> list[str]:
    return [
        f'[[mission]]\ncode = "{code}"\nname = "{name}"\ntime_zone = "{zone}"\nlanguages = ["{language}"]\n'
        f'quiet_hours = "21:00-08:00"\n'
        f'[[account]]\nid = "{code.lower()}-outbox"\nmission = "{code}"\nplatform = "outbox"\n'
        f'[[account]]\nid = "{code.lower()}-desk"\nmission = "{code}"\nplatform = "manual"\n'
        for code, (name, zone, language) in ZONES.items()
    ]
