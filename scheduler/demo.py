"""A sample campaign in a folder of its own, whose accounts are all outboxes: it can touch no real account."""

from __future__ import annotations

import threading
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import resources
from typing import TYPE_CHECKING

from structlog import get_logger

from posts.cards.render import render
from posts.cards.sizes import PORTRAIT
from posts.intake.write import write_plan
from posts.model import Quote
from scheduler import up
from scheduler.bootstrap import create, open_desk, utc_now
from scheduler.model import SchedulerError
from scheduler.plan import local_text
from scheduler.services import feeding
from scheduler.services.importing import import_sheet
from scheduler.services.reporting import Filter, queue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from posts.cards.render import Card
    from scheduler.services.desk import Desk

FIRST_AFTER = timedelta(seconds=6)
APART = timedelta(seconds=1)
CAMPAIGN_DAY_AFTER = timedelta(days=3)  # where sample-campaign.toml has the events
HASHTAG = "#EndHumanTrafficking"
LOOK_EVERY_S = 1.0
READERS = ("sample reader 1", "sample reader 2", "sample reader 3")  # whom the demo lets like its own posts

log = get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleMission:
    """An invented mission and the languages that it posts in."""

    code: str
    name: str
    time_zone: str
    languages: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One invented post; `words` stand on its card, without them it has none.

    `day` counts from the day (UTC) of the first start, `time` is HH:MM where the mission is; None: due within seconds.
    """

    mission: str
    language: str
    text: str
    words: str = ""
    speaker: str = ""
    role: str = ""
    day: int | None = None
    time: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """When a post should go out: at once, in turn, where `day` is None."""

    number: int
    day: int | None
    time: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCampaign:
    """Everything invented, as the file has it."""

    missions: tuple[SampleMission, ...]
    posts: tuple[Sample, ...]


def sample_campaign() -> SampleCampaign:
    """The invented campaign: each text of it says in its own language that it is a sample."""
    there = resources.files("scheduler") / "data" / "sample-campaign.toml"
    told = tomllib.loads(there.read_text(encoding="utf-8"))
    return SampleCampaign(
        missions=tuple(SampleMission(**one) for one in told["mission"]),
        posts=tuple(Sample(**one) for one in told["post"]),
    )


def run(folder: Path, *, say: Callable[[str], None]) -> bool:
    """Daemon and console have run over the sample campaign until a signal; whether every call in hand ended in time.

    `say` is told where to look. Raises WrongUse as `up.run` does.
    """
    folder = folder.resolve()
    prepare(folder, utc_now)
    return up.run(
        folder / "config.toml", say=lambda address: _welcome(say, folder, address), any_port=True, beside=liking
    )


def prepare(folder: Path, clock: Callable[[], datetime]) -> None:
    """The folder holds the sample campaign: configuration, plan, cards, database. What is there already stays.

    The first posts fall due within seconds of the moment at which everything is drawn.
    """
    config = folder / "config.toml"
    if not config.exists():
        folder.mkdir(parents=True, exist_ok=True)
        sample = sample_campaign()
        rows = _rows(sample, folder)
        now = clock()
        write_plan(folder / "plan.xlsx", [row | _when(one, now) for one, row in rows])
        config.write_text(_config(sample, now), encoding="utf-8")
    create(config)
    with open_desk(config) as desk:
        if not queue(desk, Filter()):
            import_sheet(desk, folder / "plan.xlsx", commit=True)


@contextmanager
def liking(desk: Desk) -> Iterator[None]:
    """Until the end, a few invented readers like and share each post that is out, once."""
    ended = threading.Event()
    thread = threading.Thread(target=_like_until, args=(desk, ended), name="sample readers", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def react_to_all(desk: Desk) -> None:
    """Every post of the feed has the likes that the sample readers give; those that have them already get no more."""
    for number, one in enumerate(reversed(feeding.feed(desk))):
        if one.counts["likes"] or one.counts["shares"]:
            continue
        for reader in READERS[: 1 + number % len(READERS)]:
            feeding.react(replace(desk, actor=reader), one.account, one.remote_id, "like", "")


def _like_until(desk: Desk, ended: threading.Event) -> None:
    while not ended.wait(LOOK_EVERY_S):
        try:
            react_to_all(desk)
        except (SchedulerError, OSError) as error:
            log.warning("the sample readers could not like a post", error=str(error))


def _welcome(say: Callable[[str], None], folder: Path, address: str) -> None:
    say(
        "A sample campaign: invented missions' posts go to an outbox, a folder that stands in for a platform.\n"
        f"Everything is in {folder}; remove that folder to begin anew. Nothing leaves this machine.\n"
        "The first posts go out within seconds, and the sample readers like them. Ctrl-C ends it.\n"
        f"\nOpen {address} in a browser."
    )


def _rows(sample: SampleCampaign, folder: Path) -> list[tuple[Wish, dict[str, str]]]:
    """Each post as a row of the sheet that has no date yet, and when it is wished for."""
    zones = {one.code: one for one in sample.missions}
    rows = []
    for number, one in enumerate(sample.posts, start=1):
        mission = zones[one.mission]
        key = f"sample-{number:02}-{one.mission.lower()}"
        row = {"id": key, "mission": one.mission, "language": one.language, "text": one.text, "status": "approved"}
        if one.words:
            row |= _with_card(one, mission, folder / f"{key}.jpg")
        rows.append((Wish(number=number, day=one.day, time=one.time, zone=mission.time_zone), row))
    return rows


def _when(wish: Wish, now: datetime) -> dict[str, str]:
    """Date and time as the sheet has them: the mission's own."""
    if wish.day is None:
        date, _, time = local_text(now + FIRST_AFTER + APART * wish.number, wish.zone).partition("T")
        return {"date": date, "time": time}
    return {"date": (now + timedelta(days=wish.day)).date().isoformat(), "time": wish.time}


def _with_card(one: Sample, mission: SampleMission, picture: Path) -> dict[str, str]:
    card = _card(one, mission)
    picture.write_bytes(card.jpeg)
    said = {"quote": one.words, "speaker": one.speaker, "role": one.role, "consent": "sample: nobody said this"}
    return {"media": picture.name, "alt_text": card.alt_text, **(said if one.speaker else {})}


def _card(one: Sample, mission: SampleMission) -> Card:
    said = Quote(words=one.words, speaker=one.speaker or mission.name, role=one.role, language=one.language)
    name = mission.name if one.speaker else ""
    return render(said, size=PORTRAIT, mission_name=name, hashtag=HASHTAG)


def _config(sample: SampleCampaign, now: datetime) -> str:
    day = (now + CAMPAIGN_DAY_AFTER).date().isoformat()
    parts = [
        "# Made for the sample campaign: its accounts are outboxes, it can touch no real one.",
        f'[campaign]\nname = "Sample campaign (invented)"\nday = {day}\nhashtags = ["{HASHTAG}"]\n',
        '[database]\nurl = "sqlite:///july30.db"\n',
        "[review]\nlevels = 0\n",
        '[measure]\ncadence = ["10s", "1m", "15m", "1h", "1d"]\n',
        *(_config_of(one) for one in sample.missions),
    ]
    return "\n".join(parts)


def _config_of(one: SampleMission) -> str:
    words: Mapping[str, str] = {"code": one.code, "name": one.name, "time_zone": one.time_zone}
    lines = [f'{key} = "{value}"' for key, value in words.items()]
    spoken = ", ".join(f'"{language}"' for language in one.languages)
    return (
        f"[[mission]]\n{chr(10).join(lines)}\nlanguages = [{spoken}]\n\n"
        f'[[account]]\nid = "{one.code.lower()}-outbox"\nmission = "{one.code}"\nplatform = "outbox"\n'
    )
