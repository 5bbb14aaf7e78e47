"""One campaign in all scripts: what is planned, the sheet that says so, and an installation that carries it out."""

from __future__ import annotations

import json
import socket
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PIL import Image

from posts.intake.write import write_plan
from scheduler.plan import local_text
from tests.faults.proxy import FaultProxy
from tests.journeys.house import House, until
from tests.journeys.stand import Out, Stand, opened
from tests.journeys.stands import STANDS
from tests.posts.films import Reel
from tests.posts.scripts import samples

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping, Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from tests.journeys.stand import Stands

ZONE = "Asia/Tbilisi"
LINK = "https://mission.example/{}"
OPEN = {"waiting", "sending", "unclear"}
ADMINISTRATOR, OFFICER, APPROVER = (f"{one}@mission.example" for one in ("administrator", "officer", "approver"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One row of the sheet; `alt_texts` of its pictures, in their order. `files`: what it shows instead of cards."""

    name: str
    parts: tuple[str, ...]
    alt_texts: tuple[str, ...] = ()
    link: str = ""
    comment: str = ""
    files: tuple[str, ...] = ()

    def as_seen(self, stand: Stand) -> Out:
        """What has to be out there: not a letter changed, the link on a line of its own, the pictures described."""
        limits = stand.profile.limits
        *before, last = self.parts
        parts = (*before, f"{last}\n{self.link}" if self.link else last)
        if limits.parts_max == 1:
            parts = ("\n\n".join(parts),)
        comments = (self.comment,) if self.comment else ()
        return Out(
            parts=(*parts, *comments) if limits.comment_ends_thread else parts,
            pictures=len(self.alt_texts),
            alt_texts=self.alt_texts if limits.alt_text else None,
            comments=comments if limits.first_comment else (),
        )

    def is_for(self, stand: Stand) -> bool:
        """Whether the platform takes such a post at all."""
        if self.files:
            return stand.profile.limits.film is not None
        return bool(self.alt_texts) or not stand.profile.limits.media_required


SAID, DESCRIBED = "nobody is for sale, said on screen", "Film: a road at dawn"
FILM = Planned(
    name="row-film",
    parts=("ფილმი · فيلم 🎬",),
    alt_texts=(DESCRIBED,),
    files=("way.mp4", "way.ka.srt", "way.cover.jpg"),
)


def sixty_posts() -> list[Planned]:
    """Every script, with no picture, one and four, with links, comments below, six threads, and two films."""
    said = [*samples()[:40], *samples()[:18]]
    films = [replace(FILM, name=f"row-film-{number}", parts=(f"{FILM.parts[0]} {number}",)) for number in (1, 2)]
    return [*films, *(_planned(number, one.what, one.text) for number, one in enumerate(said, start=1))]


def _planned(number: int, what: str, text: str) -> Planned:
    words = f"{text} · {number}"
    pictures = {1: 1, 3: 4}.get(number % 4, 0)
    return Planned(
        name=f"row-{number}",
        parts=(words, f"2 ❡ {words}", f"3 ❡ {words}") if number % 10 == 5 else (words,),
        alt_texts=tuple(f"{what}: ბარათი, корти {one}, بطاقة n{number}" for one in range(1, pictures + 1)),
        link=LINK.format(number) if number % 6 == 0 else "",
        comment=f"კომენტარი، تعليق 🕊️ {number}" if number % 7 == 0 else "",
    )


def film_in(folder: Path) -> bytes:
    """The film lies there with its captions and its cover; its bytes."""
    film = Reel(padding=100_000).write(folder / "way.mp4").read_bytes()
    (folder / "way.ka.srt").write_text(f"1\n00:00:00,000 --> 00:00:02,000\n{SAID}\n", encoding="utf-8")
    Image.new("RGB", (720, 1280), (200, 90, 30)).save(folder / "way.cover.jpg")
    return film


@dataclass(kw_only=True)
class Office(House):
    """An installation with an account on every platform; each server behind a proxy that may lose its answers.

    `said`: whatever the program wrote on its two streams, by command.
    """

    stands: list[Stand] = field(default_factory=list)
    proxies: dict[str, FaultProxy] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    more_config: str = ""
    listen: str = ""
    platforms: Stands = STANDS

    def call(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        done = super().call(*words, given=given)
        self.said += [done.stdout, done.stderr]
        return done

    def open(self, together: ExitStack) -> None:
        """Every platform and its proxy run."""
        self.stands = together.enter_context(opened(self.platforms, self.folder))
        for one in self.stands:
            if one.url:
                self.proxies[one.account] = together.enter_context(FaultProxy(one.url))

    def build(self, day: str) -> None:
        """Configured, with all secrets where they belong, an officer and an approver."""
        self.listen = free_address()
        parts = [
            f'[console]\nlisten = "{self.listen}"\npublic_url = "http://{self.listen}"\n',
            f'[campaign]\nname = "Journey"\nday = {day}\n[database]\nurl = "{self.database_url}"\n',
            '[review]\nlevels = 1\n[settle]\nlooks = ["1s", "2s", "4s"]\n[measure]\ncadence = ["1s", "2s", "2s"]\n',
            self.more_config,
            f'[[mission]]\ncode = "GE"\nname = "Mission"\ntime_zone = "{ZONE}"\nlanguages = ["ka", "en"]\n',
        ]
        (self.folder / "secrets").mkdir(mode=0o700)
        for one in self.stands:
            base_url = self.proxies[one.account].url if one.account in self.proxies else one.url
            parts.append(one.described(base_url, "GE"))
            if one.kept == "file":
                place = self.folder / "secrets" / f"{one.account}.secret"
                place.write_text(one.secret, encoding="utf-8")
                place.chmod(0o600)
            if one.kept == "env":
                self.environment[one.variable] = one.secret
        self.config.write_text("\n".join(parts), encoding="utf-8")
        self._people()
        for one in self.stands:
            if one.kept == "vault":
                done = self.call("accounts", "connect", one.account, "--as", ADMINISTRATOR, given=one.secret)
                assert done.returncode == 0, done.stderr

    def _people(self) -> None:
        """An administrator, an officer and an approver are there; their tokens are shown once, and that is no leak."""
        first = super().call("init", "--administrator", ADMINISTRATOR)
        self.tokens = [first.stderr.split()[-1]]
        self.acts(0)
        for email, role in ((OFFICER, "officer"), (APPROVER, "approver")):
            words = ("--name", role, "--role", role, "--mission", "GE", "--as", ADMINISTRATOR, "--json")
            self.tokens.append(json.loads(super().call("users", "add", email, *words).stdout)["token"])

    def planned_for(self, stand: Stand, planned: Sequence[Planned]) -> list[Planned]:
        """Which of the posts go to that account: those of one platform take turns."""
        turns = [one.account for one in self.stands if one.platform == stand.platform]
        return [
            one
            for number, one in enumerate(planned, start=1)
            if self._takes(stand, one) and turns[number // 2 % len(turns)] == stand.account
        ]

    def _takes(self, stand: Stand, one: Planned) -> bool:
        behind_proxy = stand.names_its_server and stand.account in self.proxies
        return one.is_for(stand) and not (one.files and behind_proxy)

    def acts(self, who: int) -> None:
        """The next commands may be those of the administrator (0), the officer (1) or the approver (2)."""
        self.environment["JULY30_TOKEN"] = self.tokens[who]

    def queue(self, planned: Sequence[Planned], first: datetime, *, apart_s: float = 0.1) -> None:
        """The posts were imported by the officer and approved by the other one."""
        self.acts(1)
        told = self.run("import", str(self._sheet(planned, first, apart_s)), "--yes", "--as", OFFICER)
        assert told["added"] == len(planned), [one for one in told["rows"] if one["verdict"] != "added"]
        self.acts(2)
        posts = {str(one["post_id"]) for one in self.deliveries()}
        assert len(self.run("queue", "approve", *posts, "--as", APPROVER)["done"]) == len(planned)

    def speak_with(self, servers: Mapping[str, str]) -> None:
        """From now on each account's calls go to the server of this address."""
        for account, proxy in self.proxies.items():
            proxy.upstream = urlsplit(servers[account])

    def calls(self) -> int:
        """How many calls have gone to the platforms."""
        return sum(len(one.log) for one in self.proxies.values())

    def settled(self, within_s: float = 60) -> None:
        """Nothing is on its way any more: what is left waits for a person."""
        until(lambda: not OPEN & set(self.states()), within_s=within_s, what="everything has settled by itself")

    def _sheet(self, planned: Sequence[Planned], first: datetime, apart_s: float) -> Path:
        film_in(self.folder)
        cards = [f"card-{number}.jpg" for number in range(1, 5)]
        for number in range(1, 5):
            Image.new("RGB", (64, 80), (10, 60, 30 * number)).save(self.folder / f"card-{number}.jpg")
        goes_to: dict[str, list[str]] = defaultdict(list)
        for stand in self.stands:
            for one in self.planned_for(stand, planned):
                goes_to[one.name].append(stand.account)
        rows = []
        for number, one in enumerate(planned):
            date, _, time = local_text(first + timedelta(seconds=number * apart_s), ZONE).partition("T")
            rows.append(
                {
                    "id": one.name,
                    "mission": "GE",
                    "account": ";".join(goes_to[one.name]),
                    "date": date,
                    "time": time,
                    "kind": "evergreen",
                    "text": "\n---\n".join(one.parts),
                    "link": one.link,
                    "first_comment": one.comment,
                    "media": ";".join(one.files or cards[: len(one.alt_texts)]),
                    "alt_text": " || ".join(one.alt_texts),
                    "status": "submitted",
                }
            )
        write_plan(self.folder / "plan.xlsx", rows)
        return self.folder / "plan.xlsx"


def free_address() -> str:
    """Where a console may listen."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"
