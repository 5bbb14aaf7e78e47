"""A database that forgot what was sent learns it from the journal; nothing is sent twice, nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scheduler.journal.lines import subject_of
from scheduler.model import Scope, State, WrongUse
from scheduler.services import lineage, operating, reporting
from scheduler.services.lineage import Verdict
from scheduler.services.reconciling import Reconciled, reconcile
from tests.scheduler.office import Office as Senders
from tests.scheduler.test_watch import Forgetful, due, folder, house, publish, published, watching

if TYPE_CHECKING:
    from tests.fakes.keeper import Keeper
    from tests.scheduler.services.office import Office

__all__ = ["house"]


def goes_on(office: Office, *, beside: int = 0) -> None:
    """A daemon finds nothing wrong; once resumed, it sends what is due, and so many `beside` it."""
    number = due(office, "after all that")
    sent = published(office)
    operating.resume(office.desk, Scope.ALL, "", why="looked over")
    with watching(office) as watch:
        assert watch.standstill.words is None
        senders(office, watch)
    assert (office.world.state(number), published(office)) == (State.PUBLISHED, sent + 1 + beside)


def senders(office: Office, watch: Any, **more: Any) -> None:
    """One pass, to its end."""
    at_work = Senders(office.world, office.adapters, watch=watch, **more)
    at_work.pass_on()
    at_work.stop()


def forgotten(office: Office, keeper: Keeper, *, certain: bool = True) -> int:
    """One that was sent after the copy was made, and the copy is back; its id. Not `certain`: no outcome was told."""
    with watching(office) as watch:
        publish(office, watch, "before")
        number = due(office, "since")
        other = due(office, "and another since")
        keeper.keep()
        senders(office, watch)
        assert office.world.state(other) is State.PUBLISHED
    if not certain:
        for path in folder(office).glob("sent-*"):
            path.write_bytes(b"".join(one for one in path.read_bytes().splitlines(keepends=True) if b'"intent"' in one))
    keeper.put_back()
    assert office.world.state(number) is State.WAITING
    return number


def test_what_the_journal_proves_is_published_and_nothing_goes_twice(house: Office, keeper: Keeper) -> None:
    """With its address and its instant, and everything paused: people's decisions since the copy are lost."""
    number = forgotten(house, keeper)
    sent = published(house)
    done = reconcile(house.desk)
    row = house.world.row(number)
    assert done.verdict is Verdict.AHEAD
    assert number in done.published
    assert (done.to_settle, done.unknown, done.ended, done.paused) == ([], [], [], True)
    assert (row["state"], row["remote_id"] != "", row["published_at"] is not None) == ("published", True, True)
    assert published(house) == sent
    assert [one["scope"] for one in reporting.status(house.desk)["paused"]] == ["all"]
    assert [one["verb"] for one in house.world.audit("instance:1")] == ["reconcile"]
    goes_on(house)


def test_what_may_be_out_waits_for_a_person_and_no_release_lets_it_go(house: Office, keeper: Keeper) -> None:
    """The journal has the intent alone: only somebody who has looked may say that it did not go out."""
    number = forgotten(house, keeper, certain=False)
    done = reconcile(house.desk)
    assert number in done.to_settle
    assert house.world.state(number) is State.HELD
    assert f"july30 queue resolve {number}" in house.world.row(number)["reason"]
    with pytest.raises(WrongUse, match="may be out"):
        operating.release(house.desk, [number])
    operating.resolve_not_published(house.desk, number)
    assert house.world.state(number) is State.WAITING


def test_a_later_try_gets_a_later_fence(house: Office, keeper: Keeper) -> None:
    """Or its journal lines would be taken for those of the forgotten try."""
    number = forgotten(house, keeper, certain=False)
    reconcile(house.desk)
    operating.resolve_not_published(house.desk, number)
    operating.resume(house.desk, Scope.ALL, "", why="looked over")
    with watching(house) as watch:
        senders(house, watch)
    assert (house.world.state(number), house.world.row(number)["fence"]) == (State.PUBLISHED, 2)


def test_a_plan_imported_again_into_a_new_database_is_recognised(house: Office, keeper: Keeper) -> None:
    """The database was lost: what was queued again under other numbers is still the same post."""
    keeper.keep()
    with watching(house) as watch:
        publish(house, watch, "the first")
        publish(house, watch, "the second")
    keeper.put_back()
    again = {words: due(house, words) for words in ("the second", "one more", "the first")}
    sent = published(house)
    done = reconcile(house.desk)
    assert done.verdict is Verdict.ANOTHER
    assert sorted(done.published) == sorted([again["the first"], again["the second"]])
    assert house.world.state(again["one more"]) is State.WAITING
    assert published(house) == sent
    goes_on(house, beside=1)


def test_what_is_out_and_not_in_the_copy_is_listed_with_its_address(house: Office, keeper: Keeper) -> None:
    """Whoever imports its row again must know."""
    with watching(house) as watch:
        publish(house, watch, "before")
        keeper.keep()
        publish(house, watch, "made and sent since")
    keeper.put_back()
    (one,) = reconcile(house.desk).unknown
    assert (one["account"], bool(one["permalink"])) == ("ge-outbox", True)


def test_words_that_changed_are_never_called_published(house: Office, keeper: Keeper) -> None:
    """The number is the same, the post is not: a false "published" is worse than a question."""
    with watching(house) as watch:
        publish(house, watch, "before")
        keeper.keep()
        publish(house, watch, "made and sent since")
    keeper.put_back()
    number = due(house, "quite another one")
    done = reconcile(house.desk)
    assert (done.published, done.to_settle) == ([], [number])
    assert "with other words" in house.world.row(number)["reason"]


def test_what_was_cancelled_here_and_is_out_is_listed(house: Office, keeper: Keeper) -> None:
    """Somebody believes that it did not go out."""
    number = forgotten(house, keeper)
    operating.cancel(house.desk, [number], why="no longer wanted")
    done = reconcile(house.desk)
    assert [one["delivery"] for one in done.ended] == [number]
    assert house.world.state(number) is State.CANCELLED


def test_a_lost_journal_is_given_up_only_if_that_is_said(house: Office) -> None:
    """Most often its disk is only not mounted."""
    with watching(house) as watch:
        publish(house, watch)
    folder(house).rename(house.folder / "aside")
    with pytest.raises(WrongUse, match="--without-journal"):
        reconcile(house.desk)
    assert reconcile(house.desk, without_journal=True).paused
    assert lineage.look(house.desk).verdict is Verdict.FINE
    goes_on(house)


def test_a_database_that_was_moved_goes_on_once_that_is_said(house: Office) -> None:
    """Nothing is lost by moving; but a clone looks just the same."""
    with watching(house) as watch:
        publish(house, watch)
    mark = folder(house) / "instance.json"
    mark.write_text(mark.read_text().replace('"where": "', '"where": "another machine/'))
    with pytest.raises(WrongUse, match="--moved"):
        reconcile(house.desk)
    done = reconcile(house.desk, moved=True)
    assert (done.verdict, done.paused) == (Verdict.MOVED, False)
    goes_on(house)


def test_a_daemon_that_stands_still_goes_on_by_itself_after_it(house: Office, keeper: Keeper) -> None:
    """Nobody need restart it."""
    forgotten(house, keeper)
    with watching(house) as watch:
        assert watch.standstill.words is not None
        reconcile(house.desk)
        watch.tick()
        assert watch.standstill.words is None
        operating.resume(house.desk, Scope.ALL, "", why="looked over")
        number = due(house, "the next")
        senders(house, watch)
    assert house.world.state(number) is State.PUBLISHED
    assert lineage.look(house.desk).verdict is Verdict.FINE


def test_there_is_nothing_to_reconcile_where_all_is_well(house: Office) -> None:
    """Nobody pauses a healthy campaign by a wrong command."""
    with watching(house):
        pass
    with pytest.raises(WrongUse, match="nothing to reconcile"):
        reconcile(house.desk)


def test_what_was_in_flight_when_the_copy_was_made_gets_its_outcome(house: Office, keeper: Keeper) -> None:
    """The copy says "sending"; the journal knows what came of it, and of what went after it."""
    number = due(house)
    with watching(house) as watch:
        senders(house, watch, writer=Forgetful(house.database))
        keeper.keep()
        publish(house, watch, "since")
    keeper.put_back()
    assert house.world.state(number) is State.SENDING
    done = reconcile(house.desk)
    assert isinstance(done, Reconciled)
    assert house.world.state(number) is State.PUBLISHED


def test_a_thread_whose_second_part_was_not_called_may_still_be_out(house: Office, keeper: Keeper) -> None:
    """Taking back the last intent must not take back the first part, which is public."""
    with watching(house) as watch:
        number = due(house)
        keeper.keep()
        (claimed,) = house.world.claim()
        for _ in range(2):
            watch.journal.intend([(subject_of(claimed), "hash", house.clock())])
        watch.journal.uncalled(subject_of(claimed), house.clock())
    keeper.put_back()
    assert reconcile(house.desk).to_settle == [number]


def test_an_intent_that_was_taken_back_was_never_called(house: Office, keeper: Keeper) -> None:
    """The database was away: nobody need look at the channel."""
    with watching(house) as watch:
        number = due(house)
        keeper.keep()
        (claimed,) = house.world.claim()
        watch.journal.intend([(subject_of(claimed), "hash", house.clock())])
        watch.journal.uncalled(subject_of(claimed), house.clock())
    keeper.put_back()
    assert reconcile(house.desk).to_settle == []
    assert house.world.state(number) is State.WAITING
