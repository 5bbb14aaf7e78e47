"""Database and journal are one history, or nothing is sent and somebody is told what to do."""

from __future__ import annotations

import json
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scheduler.budgets import Budgets
from scheduler.clocks import Clocks
from scheduler.intents import Intents, Wish
from scheduler.journal.lines import subject_of
from scheduler.journal.reading import read
from scheduler.model import State
from scheduler.services import lineage
from scheduler.services.lineage import Verdict
from scheduler.services.reconciling import confirm_clock
from scheduler.store import instances, lists, outcomes
from scheduler.store.writer import GroupWriter
from scheduler.watch import Watch
from tests.fakes.world import outcome
from tests.scheduler.office import Office as Senders
from tests.scheduler.services.office import Office as House

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scheduler.store.database import Database
    from tests.fakes.clock import Clock
    from tests.fakes.keeper import Keeper


@pytest.fixture
def house(database: Database, clock: Clock, tmp_path: Path) -> House:
    return House(database, clock, tmp_path)


class Forgetful(GroupWriter):
    """The process dies before the database takes what came of a call."""

    def hand_in(self, group: Any, number: int, item: object) -> Future[bool]:
        return Future() if group is outcomes.record else super().hand_in(group, number, item)


@contextmanager
def watching(house: House) -> Iterator[Watch]:
    """A daemon's watch has begun."""
    watch = Watch(house.desk, on_change=lambda: None)
    watch.begin()
    yield watch
    watch.close()


def due(house: House, words: str = "ადამიანი არ იყიდება") -> int:
    """An approved delivery whose time has come; its id."""
    return house.world.delivery("ge-outbox", words=words)


def publish(house: House, watch: Watch, words: str = "ადამიანი არ იყიდება") -> int:
    """One delivery has gone out through this watch's journal; its id."""
    number = due(house, words)
    senders = Senders(house.world, house.adapters, watch=watch)
    senders.pass_on()
    senders.stop()
    assert house.world.state(number) is State.PUBLISHED
    return number


def verdict(house: House) -> Verdict:
    return lineage.look(house.desk).verdict


def folder(house: House) -> Path:
    return house.settings.journal_folder


# --- one history


def test_the_first_start_gives_the_database_its_own_id_and_the_folder_says_whose_it_is(house: House) -> None:
    """Only so can a copy be told from it."""
    assert verdict(house) is Verdict.NEW
    with watching(house) as watch:
        assert watch.standstill.words is None
    assert verdict(house) is Verdict.FINE
    told = json.loads((folder(house) / "instance.json").read_text())
    with house.database.read() as tx:
        row = instances.get(tx)
    assert row is not None
    assert told == {"instance": row.instance_id, "where": lineage.whereabouts(house.database)}


def test_what_was_sent_stands_in_the_journal_and_the_database_knows_how_far(house: House) -> None:
    """Intent before the call, outcome after it."""
    with watching(house) as watch:
        number = publish(house, watch)
    told = read(folder(house), after=0)
    assert [(one.what, one.subject and one.subject.delivery) for one in told.lines] == [
        ("intent", number),
        ("outcome", number),
    ]
    with house.database.read() as tx:
        assert instances.get(tx) == instances.Instance(instance_id=told.instance, journal_number=1)


def test_a_restart_goes_on_with_the_next_number(house: House) -> None:
    """A number that is used twice proves nothing."""
    for _ in range(3):
        with watching(house) as watch:
            publish(house, watch)
    assert [one.number for one in read(folder(house), after=0).lines] == [1, 2, 3, 4, 5, 6]
    assert verdict(house) is Verdict.FINE


def test_an_outcome_that_only_the_journal_knows_is_adopted_at_the_next_start(house: House) -> None:
    """The platform said yes, and the process died before the database took it: nobody need look."""
    number = due(house)
    with watching(house) as watch:
        senders = Senders(house.world, house.adapters, watch=watch, writer=Forgetful(house.database))
        senders.pass_on()
        senders.stop()
    assert house.world.state(number) is State.SENDING
    with watching(house) as watch:
        assert watch.standstill.words is None
    row = house.world.row(number)
    (out,) = house.adapters["ge-outbox"].published  # type: ignore[attr-defined]
    assert (row["state"], row["remote_id"]) == ("published", out.receipt.remote_id)
    assert row["published_at"] is not None


class PowerCutError(Exception):
    pass


def die_between_journal_and_database(house: House, watch: Watch) -> None:
    """What is due was claimed, its intents stand in the journal, and the database has not taken them."""
    wishes = [Wish(claimed=one, payload="payload", posts=1, now=house.desk.now()) for one in house.world.claim()]
    intents = Intents(GroupWriter(house.database), watch.journal, Budgets([]))
    intents.write_down(wishes)
    with suppress(PowerCutError), house.database.write() as tx:
        intents.together(tx, wishes)
        raise PowerCutError


def test_dying_twice_before_the_database_knows_the_intent_is_no_old_copy(house: House) -> None:
    """Power that goes, comes back and goes again must not stop a campaign until somebody comes."""
    for time in ("first", "second"):
        due(house, f"sample, the {time} time")
        with watching(house) as watch:
            assert watch.standstill.words is None
            die_between_journal_and_database(house, watch)
    assert len({one.batch for one in read(folder(house), after=0).lines}) == 2
    with watching(house) as watch:
        assert watch.standstill.words is None


# --- a copy between them


def nothing_goes_out(house: House, *words: str) -> None:
    """A daemon's watch finds why, says these words, and nothing is claimed."""
    number = due(house, "not to be sent")
    sent = published(house)
    with watching(house) as watch:
        assert all(one in str(watch.standstill.words) for one in words), watch.standstill.words
        senders = Senders(house.world, house.adapters, watch=watch)
        senders.pass_on()
        senders.stop()
    assert (house.world.state(number), published(house)) == (State.WAITING, sent)


def published(house: House) -> int:
    adapters: Any = house.adapters.values()
    return sum(len(one.published) for one in adapters)


def test_an_old_copy_of_the_database_sends_nothing(house: House, keeper: Keeper) -> None:
    """It takes for waiting what is out already: the worst way to send everything twice."""
    with watching(house) as watch:
        publish(house, watch)
        keeper.keep()
        publish(house, watch)
    keeper.put_back()
    assert verdict(house) is Verdict.AHEAD
    nothing_goes_out(house, "an old copy was restored", "july30 reconcile")


def test_a_copy_taken_in_the_middle_of_a_call_that_then_went_well_is_no_danger(house: House, keeper: Keeper) -> None:
    """The copy knows the attempt, and the journal knows what came of it."""
    number = due(house)
    with watching(house) as watch:
        senders = Senders(house.world, house.adapters, watch=watch, writer=Forgetful(house.database))
        senders.pass_on()
        senders.stop()
        keeper.keep()
    keeper.put_back()
    with watching(house) as watch:
        assert watch.standstill.words is None
    assert house.world.state(number) is State.PUBLISHED


def test_a_database_made_anew_beside_an_old_journal_sends_nothing(house: House, keeper: Keeper) -> None:
    """The database was lost and the plan imported again: every row of it may be out already."""
    keeper.keep()
    with watching(house) as watch:
        publish(house, watch)
    keeper.put_back()
    assert verdict(house) is Verdict.ANOTHER
    nothing_goes_out(house, "another database", "july30 reconcile")


def test_a_journal_that_is_gone_stops_everything_until_it_is_back(house: House) -> None:
    """A disk that is not mounted, or a clone that was copied without it."""
    with watching(house) as watch:
        publish(house, watch)
    aside = folder(house).rename(house.folder / "aside")
    assert verdict(house) is Verdict.LOST
    nothing_goes_out(house, "is not there", "--without-journal")
    aside.rename(folder(house))
    assert verdict(house) is Verdict.FINE


def test_a_journal_older_than_the_database_stops_everything(house: House) -> None:
    """It could not say what an old copy forgets."""
    with watching(house) as watch:
        publish(house, watch)
    old = {path.name: path.read_bytes() for path in folder(house).iterdir()}
    with watching(house) as watch:
        publish(house, watch)
    for path in folder(house).iterdir():
        path.unlink()
    for name, content in old.items():
        (folder(house) / name).write_bytes(content)
    assert verdict(house) is Verdict.BEHIND
    nothing_goes_out(house, "ends at line 2, the database knows 3")


def test_a_clone_with_its_own_copy_of_the_journal_sends_nothing(house: House) -> None:
    """Somebody copied the whole folder to another machine to try something out; both would publish."""
    with watching(house) as watch:
        publish(house, watch)
    mark = folder(house) / "instance.json"
    told = json.loads(mark.read_text())
    mark.write_text(json.dumps({**told, "where": "another machine"}))
    assert verdict(house) is Verdict.MOVED
    nothing_goes_out(house, "another machine", "july30 reconcile --moved", "if it is a copy")


# --- while it runs


def test_a_journal_that_cannot_be_written_stops_sending_and_goes_on_by_itself(house: House) -> None:
    """No intent on disk, no call; and nobody need restart anything once there is room again."""
    with watching(house) as watch:
        publish(house, watch, "before")
        number = due(house)
        aside = folder(house).rename(house.folder / "aside")
        senders = Senders(house.world, house.adapters, watch=watch)
        senders.pass_on()
        assert house.world.state(number) is State.WAITING
        assert "cannot be written" in str(watch.standstill.words)
        watch.tick()
        assert "is not there" in str(watch.standstill.words)
        aside.rename(folder(house))
        watch.tick()
        assert watch.standstill.words is None
        senders.pass_on()
        senders.stop()
    assert house.world.state(number) is State.PUBLISHED
    assert published(house) == 2
    assert verdict(house) is Verdict.FINE


# --- the clock


def test_a_clock_behind_what_was_recorded_sends_and_recovers_nothing(house: House) -> None:
    """A machine that boots in the year 2000 would wait for 27 years, and write every instant wrong."""
    with watching(house) as watch:
        publish(house, watch, "before")
    house.clock.tick(days=-9000)
    with watching(house) as watch:
        assert "recorded here at 2027-07-30" in str(watch.standstill.words)
        watch.tick()
        assert watch.standstill.words is not None
        house.clock.tick(days=9000)
        watch.tick()
        assert watch.standstill.words is None
        publish(house, watch, "after")


def test_an_old_copy_sends_nothing_in_the_moment_in_which_the_clock_is_right_again(
    house: House, keeper: Keeper
) -> None:
    """A machine put together anew, its clock wrong at first: the daemon must not be let go before it knows the rest."""
    with watching(house) as watch:
        publish(house, watch)
        keeper.keep()
        publish(house, watch)
    keeper.put_back()
    house.clock.tick(days=-9000)
    let_go: list[bool] = []
    watch = Watch(house.desk, on_change=lambda: let_go.append(watch.standstill.words is None))
    watch.begin()
    house.clock.tick(days=9000)
    watch.tick()
    assert "an old copy was restored" in str(watch.standstill.words)
    assert "The clock shows" not in str(watch.standstill.words)
    assert not any(let_go)
    watch.close()


def test_a_person_can_say_that_the_clock_is_right(house: House) -> None:
    """Something was recorded under a clock that ran ahead; nobody should wait until that day comes."""
    with watching(house) as watch:
        publish(house, watch, "before")
    house.clock.tick(hours=-1)
    with watching(house) as watch:
        confirm_clock(house.desk)
        watch.tick()
        assert watch.standstill.words is None
    with watching(house) as watch:
        assert watch.standstill.words is None


def test_the_heartbeat_of_the_daemon_before_counts_too(house: House) -> None:
    """On a quiet day nothing else was recorded."""
    with house.database.write() as tx:
        lists.beat(tx, owner="here:1", started_at=house.clock(), now=house.clock(), tzdata="2027a")
    house.clock.tick(minutes=-3)
    with watching(house) as watch:
        assert "The clock shows" in str(watch.standstill.words)


def test_a_jump_stops_sending_until_a_platform_confirms_the_time(house: House) -> None:
    """The server is asked by the watch itself: while nothing is sent nobody else would ask."""
    steady = [0.0]
    clocks = Clocks(house.clock, lambda: steady[0])
    answers = [timedelta(hours=-3), timedelta()]
    settings = replace(house.settings, accounts=(replace(house.settings.accounts[0], base_url="https://a.example"),))

    def asked(_account: str) -> Any:
        clocks.heard("https://a.example", house.clock() + answers.pop(0))
        raise ConnectionError

    watch = Watch(replace(house.desk, clocks=clocks, settings=settings, adapter_of=asked), on_change=lambda: None)
    watch.begin()
    house.clock.tick(hours=3)
    watch.look_at_the_clock()
    assert "jumped by 180 minutes ahead" in str(watch.standstill.words)
    watch.tick()
    assert "a.example" in str(watch.standstill.words)
    while answers:
        watch.tick()
    assert watch.standstill.words is None
    watch.close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_database_whose_file_is_taken_away_while_it_runs_stops_everything(house: House, how: str) -> None:
    """What is open goes on writing into a file that nobody will ever find again."""
    number = due(house)
    path = house.folder / "july30.db"
    with watching(house) as watch:
        content = path.read_bytes()
        path.unlink()
        if how == "replaced":
            path.write_bytes(content)
        watch.tick()
        assert "taken away or replaced" in str(watch.standstill.words)
        senders = Senders(house.world, house.adapters, watch=watch)
        senders.pass_on()
        senders.stop()
    assert published(house) == 0
    assert number


def test_another_databases_delivery_of_that_number_is_another_delivery(house: House) -> None:
    """The journal goes on after a database was replaced; a false "published" is not forgiven."""
    with watching(house) as watch:
        number = due(house)
        (claimed,) = house.world.claim()
        subject = replace(subject_of(claimed), key="of another database")
        told = outcome(claimed, State.PUBLISHED, house.clock(), name="receipt")
        watch.journal.tell(subject, told)
    with watching(house):
        pass
    assert house.world.state(number) is State.WAITING


def test_a_journal_folder_that_cannot_be_made_stands_still_and_says_so(house: House) -> None:
    """The process lives, the console answers, and somebody is told."""
    folder(house).parent.mkdir(exist_ok=True)
    folder(house).write_text("a file where the folder should be")
    with watching(house) as watch:
        assert "cannot be written" in str(watch.standstill.words)
        folder(house).unlink()
        watch.tick()
        assert watch.standstill.words is None


def test_a_journal_that_is_taken_away_is_noticed_before_a_post_is_due(house: House) -> None:
    """Else the eve says that all is well, and on the day nothing goes out."""
    with watching(house) as watch:
        folder(house).rename(house.folder / "elsewhere")
        watch.tick()
        assert "is not there" in str(watch.standstill.words)
        assert not folder(house).exists()
        (house.folder / "elsewhere").rename(folder(house))
        watch.tick()
        assert watch.standstill.words is None
        publish(house, watch)
