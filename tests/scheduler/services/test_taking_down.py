"""Taking posts down: gone wherever that is allowed, and a list of what a person must still do."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.contract import Ambiguous, AuthExpired, Retryable
from adapters.outbox import Outbox
from scheduler.model import State, WrongUse
from scheduler.services.taking_down import take_down
from scheduler.store import claims
from tests.fakes.adapter import ObedientAdapter
from tests.fakes.progress import MemoryProgress
from tests.fakes.world import outcome

if TYPE_CHECKING:
    from tests.scheduler.services.office import Office


def test_a_post_taken_down_is_really_gone_from_the_outbox(office: Office) -> None:
    """Withdrawn consent does not bear a database that only says so."""
    account = office.settings.account("ge-outbox")
    outbox = Outbox(account, None)  # type: ignore[arg-type]
    office.adapters["ge-outbox"] = outbox
    number = office.delivery()
    message, key = office.message_of(number)
    receipt = outbox.publish(message, key, MemoryProgress())
    office.due(number)
    office.world.publish(number, receipt.remote_id)
    (told,) = take_down(office.desk, [office.world.row(number)["post_id"]], why="consent withdrawn")
    assert (told["removed"], told["reason"]) == (True, "consent withdrawn")
    assert outbox.feed.posts() == []
    assert (office.settings.path.parent / "outbox" / "ge-outbox" / "removed" / receipt.remote_id).is_dir()
    row = office.world.row(number)
    assert (row["state"], row["reason"], row["measure_at"]) == (State.REMOVED, "consent withdrawn", None)


def test_where_the_platform_cannot_delete_the_address_is_listed(office: Office) -> None:
    """The officer gets a list of what to delete by hand, not a false "done"."""
    number = office.published(account="ge-manual")
    (told,) = take_down(office.desk, [office.world.row(number)["post_id"]], why="consent withdrawn")
    assert told["removed"] is False
    assert told["permalink"] == office.world.row(number)["permalink"]
    assert "by hand" in str(told["reason"])
    assert office.world.state(number) is State.PUBLISHED


@pytest.mark.parametrize("failure", [Retryable("it is away"), AuthExpired("no token"), Ambiguous("no answer")])
def test_what_could_not_be_deleted_stays_published(office: Office, failure: Exception) -> None:
    """It is still there for everybody to read."""

    class Stubborn(ObedientAdapter):
        def delete(self, remote_id: str) -> None:
            raise failure

    number = office.published()
    office.adapters["ge-outbox"] = Stubborn()
    (told,) = take_down(office.desk, [office.world.row(number)["post_id"]], why="consent withdrawn")
    assert (told["removed"], told["reason"]) == (False, str(failure))
    assert office.world.state(number) is State.PUBLISHED


def test_a_take_down_without_a_reason_deletes_nothing(office: Office) -> None:
    """Asked before the platform is, or it would be gone there and live here."""
    number = office.published()
    adapter = ObedientAdapter()
    office.adapters["ge-outbox"] = adapter
    with pytest.raises(WrongUse, match="say why"):
        take_down(office.desk, [office.world.row(number)["post_id"]], why=" ")
    assert adapter._removed == set()


def test_an_account_that_is_gone_from_the_configuration_does_not_stop_the_take_down(office: Office) -> None:
    """The others must still be deleted, and that one listed."""
    number = office.published(account="ge-outbox")
    post = office.world.row(number)["post_id"]
    without = replace(office.settings, accounts=office.settings.accounts[1:])
    (told,) = take_down(office.desk_with(without), [post], why="consent withdrawn")
    assert (told["removed"], told["account"]) == (False, "ge-outbox")


@pytest.mark.parametrize("state", [State.WAITING, State.HELD, State.UNCLEAR, State.SENDING, State.FAILED])
def test_what_may_still_come_out_is_listed_too(office: Office, state: State) -> None:
    """Deleted on one channel while it waits on the other, it would be back within the hour."""
    post = office.post(account="ge-outbox;ge-manual")
    out, open_one = office.world.deliveries(post)
    office.stands(open_one, state)
    office.stands(out, State.PUBLISHED)
    told = {row["delivery"]: row for row in take_down(office.desk, [post], why="consent withdrawn")}
    assert told[open_one]["removed"] is False
    assert f"it is {state}" in str(told[open_one]["reason"])


@pytest.mark.parametrize("state", [State.REMOVED, State.SKIPPED, State.CANCELLED])
def test_what_has_ended_is_not_listed(office: Office, state: State) -> None:
    """There is nothing to do about it."""
    number = office.delivery()
    office.stands(number, state)
    assert take_down(office.desk, [office.world.row(number)["post_id"]], why="why") == []


def test_a_post_that_there_is_not_cannot_be_taken_down(office: Office) -> None:
    """A typing error must not read as "nothing was live"."""
    with pytest.raises(WrongUse, match="there is no post 99"):
        take_down(office.desk, [99], why="why")


# -- what is not out yet ------------------------------------------------------------------------------------------


def test_the_rest_is_cancelled_where_that_is_asked_for(office: Office) -> None:
    """Withdrawn consent means everywhere and for good."""
    post = office.post(account="ge-outbox;ge-manual")
    out, waiting = office.world.deliveries(post)
    office.stands(out, State.PUBLISHED)
    told = {row["delivery"]: row for row in take_down(office.desk, [post], why="consent withdrawn", cancel_rest=True)}
    assert (told[out]["removed"], told[waiting]["cancelled"]) == (True, True)
    row = office.world.row(waiting)
    assert (row["state"], row["reason"]) == (State.CANCELLED, "consent withdrawn")


@pytest.mark.parametrize("state", [State.HELD, State.FAILED])
def test_what_waits_for_a_person_is_cancelled_too(office: Office, state: State) -> None:
    """Somebody would release it next week."""
    number = office.delivery()
    office.stands(number, state)
    (told,) = take_down(office.desk, [office.world.row(number)["post_id"]], why="why", cancel_rest=True)
    assert (told["cancelled"], office.world.state(number)) == (True, State.CANCELLED)


def test_what_may_be_out_is_not_called_off(office: Office) -> None:
    """ "Cancelled" would say that it is not out, and nobody would look any more."""
    number = office.delivery()
    office.leave_in_doubt(number)
    office.world.move(number, State.HELD)
    (told,) = take_down(office.desk, [office.world.row(number)["post_id"]], why="why", cancel_rest=True)
    assert (told["cancelled"], told["removed"], office.world.state(number)) == (False, False, State.HELD)
    assert f"queue resolve {number}" in str(told["reason"])


def test_a_thread_that_is_out_in_part_is_stopped_and_listed_with_that_part(office: Office) -> None:
    """ "Cancelled" would leave its first part on the channel, and nobody would know."""
    number = office.delivery()
    office.due(number)
    (claimed,) = office.world.claim()
    part: dict[str, object] = {"permalink": "https://t.example/c/7"}
    with office.database.write() as tx:
        claims.save_progress(tx, [(number, claimed.fence, {"part-1": part})])
    office.world.record(outcome(claimed, State.WAITING, office.clock(), next_at=office.clock()))
    (told,) = take_down(office.desk, [office.world.row(number)["post_id"]], why="why", cancel_rest=True)
    assert (told["cancelled"], told["removed"], office.world.state(number)) == (False, False, State.HELD)
    assert "https://t.example/c/7" in str(told["reason"])


def test_what_is_unclear_is_held_so_that_it_does_not_go_again_by_itself(office: Office) -> None:
    """Withdrawn consent, and two minutes later the looks have found nothing and send it."""
    number = office.delivery()
    office.leave_in_doubt(number)
    (told,) = take_down(office.desk, [office.world.row(number)["post_id"]], why="why", cancel_rest=True)
    assert (told["cancelled"], told["removed"]) == (False, False)
    row = office.world.row(number)
    assert (row["state"], row["reason"]) == (State.HELD, told["reason"])
    assert f"queue cancel {number}" in row["reason"]


# -- by hand -------------------------------------------------------------------------------------------------------


def test_what_a_person_has_deleted_is_removed_and_no_platform_is_asked(office: Office) -> None:
    """Else it stays "published" in the report for ever."""
    number = office.published(account="ge-manual")
    (told,) = take_down(office.desk, [office.world.row(number)["post_id"]], why="consent withdrawn", by_hand=True)
    assert told["removed"] is True
    row = office.world.row(number)
    assert (row["state"], row["reason"]) == (State.REMOVED, "consent withdrawn (deleted by hand)")


# -- the audit -----------------------------------------------------------------------------------------------------


def test_who_wanted_it_gone_and_why_is_kept_also_where_nothing_could_be_deleted(office: Office) -> None:
    """The person who withdrew consent may ask what was done."""
    number = office.published(account="ge-manual")
    post = office.world.row(number)["post_id"]
    take_down(office.desk, [post], why="consent withdrawn")
    last = office.world.audit(f"post:{post}")[-1]
    assert (last["actor"], last["verb"]) == ("operator:nino", "take-down")
    assert json.loads(last["after"]) == {"why": "consent withdrawn", "removed": [], "cancelled": [], "left": [number]}


def test_what_the_platform_denies_meanwhile_is_removed_all_the_same(office: Office) -> None:
    """The counts' reader was faster by a second."""

    class Racing(ObedientAdapter):
        def delete(self, remote_id: str) -> None:
            office.world.move(number, State.REMOVED)

    number = office.published()
    office.adapters["ge-outbox"] = Racing()
    (told,) = take_down(office.desk, [office.world.row(number)["post_id"]], why="why")
    assert told["removed"] is True
