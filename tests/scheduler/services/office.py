"""An office over a real database: its configuration, its desk, its sheets, and adapters that do as they are told."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from PIL import Image

from posts.compose import compose
from scheduler.config import load
from scheduler.model import Role, State
from scheduler.services.desk import Desk
from scheduler.services.importing import import_sheet
from scheduler.services.permitting import hash_of, identified
from scheduler.store import catalogue, people, posts
from tests.fakes.adapter import ObedientAdapter
from tests.fakes.world import World, outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from adapters.contract import Adapter
    from posts.model import Message
    from scheduler.config import Settings
    from scheduler.services.importing import Imported
    from scheduler.store.database import Database
    from tests.fakes.clock import Clock

CONFIG = """\
[campaign]
name = "World Day"
day = 2027-07-30
hashtags = ["#EndHumanTrafficking"]

[[mission]]
code = "GE"
name = "IOM Georgia"
time_zone = "Asia/Tbilisi"
languages = ["ka"]

[[mission]]
code = "TJ"
name = "IOM Tajikistan"
time_zone = "Asia/Dushanbe"
languages = ["tg"]

[[mission]]
code = "UA"
name = "IOM Ukraine"
time_zone = "Europe/Kyiv"
languages = ["uk"]

[[account]]
id = "ge-outbox"
mission = "GE"
platform = "outbox"

[[account]]
id = "ge-manual"
mission = "GE"
platform = "manual"

[[account]]
id = "tj-outbox"
mission = "TJ"
platform = "outbox"

[[account]]
id = "ua-outbox"
mission = "UA"
platform = "outbox"
"""
ROW = {
    "id": "r1",
    "mission": "GE",
    "account": "ge-outbox",
    "date": "2027-07-30",
    "time": "12:00",
    "language": "ka",
    "text": "ადამიანი არ იყიდება",
    "status": "approved",
}


class Office:
    """Three missions with their accounts; it is 09:00 in Tbilisi on the day, and every platform is obedient."""

    def __init__(self, database: Database, clock: Clock, folder: Path):
        (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
        self.folder = folder
        self.clock = clock
        self.database = database
        self.settings = load(folder / "config.toml")
        with database.write() as tx:
            campaign_id = catalogue.apply(
                tx, self.settings.campaign, self.settings.missions, self.settings.accounts, clock()
            )
        self.adapters: dict[str, Adapter] = {one.id: ObedientAdapter() for one in self.settings.accounts}
        self.desk = Desk(
            settings=self.settings,
            database=database,
            campaign_id=campaign_id,
            adapter_of=self.adapters.__getitem__,
            now=clock,
            actor="operator:nino",
        )
        self.world = World(database, clock, self.settings.accounts)

    def desk_with(self, settings: Settings) -> Desk:
        """The desk of a day on which config.toml says something else."""
        return replace(self.desk, settings=settings)

    def with_levels(self, levels: int) -> None:
        """From now on so many other people have to approve what goes out."""
        self.settings = replace(self.settings, review_levels=levels)
        self.desk = replace(self.desk, settings=self.settings)

    def desk_as(self, name: str, role: Role, *missions: str) -> Desk:
        """The desk of that person, who has the role for these missions (every one where none is named)."""
        email, token = f"{name}@iom.example", f"token of {name}"
        with self.database.write() as tx:
            people.add(tx, email, name, [(role, one) for one in missions or [people.EVERY_MISSION]], self.clock())
            people.set_token(tx, email, hash_of(token), self.clock())
        return identified(self.desk, email, token)

    def sheet(self, *rows: Mapping[str, str], name: str = "plan.csv") -> Path:
        """A sheet of good rows with these cells changed."""
        return write_sheet(self.folder / name, [{**ROW, **row} for row in rows])

    def import_(self, path: Path, *, commit: bool = True, **options: Any) -> Imported:
        return import_sheet(self.desk, path, commit=commit, **options)

    def import_rows(self, *rows: Mapping[str, str], commit: bool = True, **options: Any) -> Imported:
        """Those rows are written and imported."""
        return self.import_(self.sheet(*rows), commit=commit, **options)

    def post(self, **cells: str) -> int:
        """One imported post; its id."""
        before = {row["id"] for row in self.posts()}
        self.import_rows({"id": f"row-{len(before) + 1}", **cells})
        return next(int(str(row["id"])) for row in self.posts() if row["id"] not in before)

    def delivery(self, **cells: str) -> int:
        """One imported post; the id of its first delivery."""
        return self.world.deliveries(self.post(**cells))[0]

    def message_of(self, number: int) -> tuple[Message, str]:
        """What the platform is given of a delivery, and its key, or one of its own where it has none yet."""
        row = self.world.row(number)
        with self.database.read() as tx:
            post = posts.load(tx, [row["post_id"]])[row["post_id"]]
        account = self.settings.account(row["account_id"])
        return compose(post, account, ObedientAdapter().limits()), row["key"] or f"key-{number}"

    def due(self, number: int) -> None:
        """The delivery's time has just come."""
        self.clock.now = max(self.clock.now, self.world.row(number)["due_at"])

    def published(self, **cells: str) -> int:
        """One delivery that is out."""
        number = self.delivery(**cells)
        self.due(number)
        self.world.publish(number)
        return number

    def leave_in_doubt(self, *numbers: int) -> None:
        """The deliveries' posting calls have left us and nobody knows what became of them: they are unclear."""
        for number in numbers:
            self.due(number)
        for claimed in self.world.claim():
            assert claimed.delivery_id in numbers
            self.world.run("UPDATE attempt SET stage = 'posting' WHERE id = :id", id=claimed.attempt_id)
            self.world.record(outcome(claimed, State.UNCLEAR, self.clock(), name="ambiguous"))

    def stands(self, number: int, state: State) -> None:
        """The delivery stands there, by moves that the database allows."""
        self.world.bring(number, state)

    def posts(self) -> list[dict[str, Any]]:
        with self.database.read() as tx:
            return posts.rows_of(tx)

    def review(self, post_id: int) -> str:
        return str(next(row["review"] for row in self.posts() if row["id"] == post_id))

    def claimable(self) -> set[int]:
        """Which deliveries would be sent now."""
        self.world.catch_up()
        return {one.delivery_id for one in self.world.claim()}


def write_sheet(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """The rows as csv or xlsx, by the path's ending."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if path.suffix == ".xlsx":
        book = Workbook()
        for line in [columns, *([row.get(name, "") for name in columns] for row in rows)]:
            book.worksheets[0].append(line)
        book.save(path)
        return path
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def picture(path: Path, colour: tuple[int, int, int] = (0, 51, 160)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 6), colour).save(path)
    return path


def verdicts(done: Imported) -> list[str]:
    return [one.verdict for one in done.rows]


def codes(done: Imported) -> list[str]:
    return [problem.code for one in done.rows for problem in one.problems]
