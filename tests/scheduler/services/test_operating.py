"""The verbs for deliveries that wait for a person: what each does, and to which it does nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from adapters.contract import AuthExpired, Receipt, Retryable
from scheduler.model import State, WrongUse
from scheduler.services import operating
from scheduler.services.operating import remote_id_of
from scheduler.store import claims
from tests.fakes.adapter import ObedientAdapter

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.services.desk import Desk
    from tests.scheduler.services.office import Office

ADDRESS = "https://obedient.example/@iom/110042"
ENDS = frozenset(State) - {State.WAITING, State.HELD, State.FAILED}


def test_a_held_delivery_does_not_go_and_says_why(office: Office) -> None:
    """Holding is what an officer does when something feels wrong."""
    number = office.delivery()
    operating.hold(office.desk, [number], why="the minister resigned")
    office.due(number)
    assert office.claimable() == set()
    assert office.world.row(number)["reason"] == "the minister resigned"


def test_a_released_delivery_waits_for_its_time(office: Office) -> None:
    """Releasing early must not send early."""
    number = office.delivery()
    operating.hold(office.desk, [number], why="wait")
    operating.release(office.desk, [number])
    row = office.world.row(number)
    assert (row["state"], row["reason"], row["next_at"]) == (State.WAITING, "", row["due_at"])


def test_a_delivery_released_after_its_time_goes_at_once(office: Office) -> None:
    """A person has said that it should still go out: it must not be held as late again."""
    number = office.delivery()
    operating.hold(office.desk, [number], why="wait")
    office.clock.tick(hours=6)
    operating.release(office.desk, [number])
    assert office.claimable() == {number}
    assert office.world.row(number)["let_go"] == "person"


def test_release_refuses_what_may_be_out(office: Office) -> None:
    """Only somebody who has looked can say that it may go again: otherwise it is out twice."""
    number = office.delivery()
    office.leave_in_doubt(number)
    office.world.move(number, State.HELD)
    with pytest.raises(WrongUse, match=f"queue resolve {number}"):
        operating.release(office.desk, [number])
    assert office.world.state(number) is State.HELD


def test_what_a_person_found_not_published_can_be_held_and_released_again(office: Office) -> None:
    """Its doubt is settled for good."""
    number = office.delivery()
    office.leave_in_doubt(number)
    operating.resolve_not_published(office.desk, number)
    operating.hold(office.desk, [number], why="not yet")
    operating.release(office.desk, [number])
    assert office.claimable() == {number}


def test_a_failed_delivery_is_tried_again_at_once(office: Office) -> None:
    """With a fresh count of tries: the person has seen to the cause."""
    number = office.delivery()
    office.due(number)
    office.stands(number, State.FAILED)
    office.world.run("UPDATE delivery SET tries = 9 WHERE id = :id", id=number)
    operating.retry(office.desk, [number])
    assert office.world.row(number)["tries"] == 0
    assert office.claimable() == {number}


VERBS: dict[str, tuple[Callable[[Desk, int], object], frozenset[State]]] = {
    "hold": (lambda desk, n: operating.hold(desk, [n], why="why"), frozenset({State.WAITING})),
    "release": (lambda desk, n: operating.release(desk, [n]), frozenset({State.HELD})),
    "retry": (lambda desk, n: operating.retry(desk, [n]), frozenset({State.FAILED})),
    "skip": (lambda desk, n: operating.skip(desk, [n], why="why"), frozenset({State.WAITING, State.HELD})),
    "cancel": (
        lambda desk, n: operating.cancel(desk, [n], why="why"),
        frozenset({State.WAITING, State.HELD, State.FAILED}),
    ),
    "resolve --published": (
        lambda desk, n: operating.resolve_published(desk, n, ADDRESS),
        frozenset({State.UNCLEAR, State.HELD}),
    ),
    "resolve --not-published": (
        operating.resolve_not_published,
        frozenset({State.UNCLEAR, State.HELD}),
    ),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_moves_only_what_it_is_meant_for(office: Office, verb: str, state: State) -> None:
    """The whole square: a verb that does something elsewhere is how a post goes out twice, or never."""
    act, wanted = VERBS[verb]
    number = office.delivery()
    office.stands(number, state)
    if state in wanted:
        act(office.desk, number)
        assert office.world.state(number) is not state
        return
    with pytest.raises(WrongUse, match=f"delivery {number} is {state}"):
        act(office.desk, number)
    assert office.world.state(number) is state


@pytest.mark.parametrize("verb", VERBS)
def test_a_number_that_there_is_not_is_told(office: Office, verb: str) -> None:
    """And not mistaken for something that was done."""
    with pytest.raises(WrongUse, match="there is no delivery 99"):
        VERBS[verb][0](office.desk, 99)


def test_several_at_once_are_all_or_none(office: Office) -> None:
    """Half of a list done is a list that has to be read twice."""
    first, second = office.delivery(), office.delivery(text="მეორე")
    office.stands(second, State.FAILED)
    with pytest.raises(WrongUse, match=f"delivery {second} is failed"):
        operating.hold(office.desk, [first, second], why="why")
    assert office.world.state(first) is State.WAITING


def half_out(office: Office) -> int:
    """A thread of which one part is public; it waits for the next try."""
    number = office.delivery()
    office.due(number)
    assert number in {one.delivery_id for one in office.world.claim()}
    with office.database.write() as tx:
        claims.save_progress(tx, [(number, 1, {"picture-1": {"id": "9"}, "part-1": {"id": "1", "permalink": ADDRESS}})])
    office.world.move(number, State.WAITING)
    return number


def test_holding_a_thread_that_is_out_in_part_says_which_part_and_where(office: Office) -> None:
    """Whoever reads on must know that people see its beginning meanwhile."""
    number = half_out(office)
    assert operating.hold(office.desk, [number], why="wait") == [f"delivery {number}: out in part, part 1 at {ADDRESS}"]
    assert office.world.row(number)["reason"] == f"wait (out in part, part 1 at {ADDRESS})"


def test_a_thread_that_ends_half_way_says_what_stays_in_public(office: Office) -> None:
    """'Cancelled' sounds like 'not out': nobody would go and delete it."""
    number = half_out(office)
    (told,) = operating.cancel(office.desk, [number], why="not wanted")
    assert told.endswith(f"out in part, part 1 at {ADDRESS}: that stays there until somebody deletes it there")
    assert ADDRESS in str(office.world.row(number)["reason"])


def test_nothing_is_said_to_be_out_of_what_is_not(office: Office) -> None:
    """Nobody must look for a post that never was."""
    assert operating.cancel(office.desk, [office.delivery()], why="not wanted") == []


@pytest.mark.parametrize("why", ["", "  \n"])
def test_a_decision_without_a_reason_is_refused(office: Office, why: str) -> None:
    """The next person on duty has nothing else to go by."""
    number = office.delivery()
    for act in (operating.hold, operating.skip, operating.cancel):
        with pytest.raises(WrongUse, match="say why"):
            act(office.desk, [number], why=why)
    assert office.world.state(number) is State.WAITING


def test_every_move_of_a_person_is_in_the_audit(office: Office) -> None:
    """Who, what, from where to where, and why."""
    number = office.delivery()
    operating.hold(office.desk, [number], why="wait")
    row = office.world.audit(f"delivery:{number}")[-1]
    assert (row["actor"], row["verb"]) == ("operator:nino", "hold")
    before, after = json.loads(row["before"]), json.loads(row["after"])
    assert (before["state"], after["state"], after["reason"]) == ("waiting", "held", "wait")


# -- resolving -----------------------------------------------------------------------------------------------------


def test_an_unclear_delivery_that_a_person_found_is_published_there(office: Office) -> None:
    """Its counts are read from then on like any other's."""
    number = office.delivery()
    office.leave_in_doubt(number)
    assert operating.resolve_published(office.desk, number, ADDRESS) == ADDRESS
    row = office.world.row(number)
    assert (row["state"], row["permalink"], row["remote_id"]) == (State.PUBLISHED, ADDRESS, "110042")
    assert row["published_at"] == office.clock()
    assert row["measure_at"] > office.clock()


def test_without_an_address_the_platform_is_asked(office: Office) -> None:
    """The adapter knows its own posts better than a person who copies addresses."""
    number = office.delivery()
    office.leave_in_doubt(number)
    adapter = ObedientAdapter()
    office.adapters["ge-outbox"] = adapter
    receipt = adapter.put_out(*office.message_of(number))
    assert operating.resolve_published(office.desk, number, None) == receipt.permalink
    assert office.world.row(number)["remote_id"] == receipt.remote_id


@pytest.mark.parametrize("failure", [None, Retryable("it is away"), AuthExpired("no token")])
def test_what_the_platform_does_not_show_is_not_called_published(office: Office, failure: Exception | None) -> None:
    """A false "published" is worse than a question."""

    class Blind(ObedientAdapter):
        def find(self, *_: object) -> Receipt | None:
            if failure:
                raise failure
            return None

    number = office.delivery()
    office.leave_in_doubt(number)
    office.adapters["ge-outbox"] = Blind()
    with pytest.raises(WrongUse, match="address"):
        operating.resolve_published(office.desk, number, None)
    assert office.world.state(number) is State.UNCLEAR


def test_the_address_of_another_delivery_is_refused(office: Office) -> None:
    """Two deliveries with one post behind them: one of them is a silent miss."""
    first, second = office.delivery(), office.delivery(text="მეორე")
    office.leave_in_doubt(first, second)
    operating.resolve_published(office.desk, first, ADDRESS)
    with pytest.raises(WrongUse, match="another delivery of ge-outbox is published at"):
        operating.resolve_published(office.desk, second, ADDRESS)
    assert office.world.state(second) is State.UNCLEAR


@pytest.mark.parametrize(
    "address", ["", "110042", "javascript:alert(1)", "https://", "https:///path", "ftp://host/a", "https://a b/c"]
)
def test_what_is_no_address_is_refused(office: Office, address: str) -> None:
    """It is shown to people as the place where the post is."""
    number = office.delivery()
    office.leave_in_doubt(number)
    with pytest.raises(WrongUse, match="is no address"):
        operating.resolve_published(office.desk, number, address)


@pytest.mark.parametrize(
    ("address", "remote_id"),
    [
        ("https://social.example/@iom/110042", "110042"),
        ("https://social.example/@iom/110042/", "110042"),
        ("https://www.linkedin.com/feed/update/urn:li:share:7042/", "urn:li:share:7042"),
        ("file:///srv/outbox/ge-outbox/0a1b2c3d4e5f6071/index.html", "0a1b2c3d4e5f6071"),
        (
            "https://facebook.example/permalink.php?story_fbid=1&id=2",
            "https://facebook.example/permalink.php?story_fbid=1&id=2",
        ),
        ("https://facebook.example/photo/", "https://facebook.example/photo/"),
        ("https://host.example", "https://host.example"),
    ],
)
def test_a_post_is_known_by_what_its_address_ends_with(address: str, remote_id: str) -> None:
    """Unless that is a page that many posts share: then the second one would be refused as taken."""
    assert remote_id_of(address) == remote_id


def test_an_unclear_delivery_that_is_not_there_goes_at_its_time_or_at_once(office: Office) -> None:
    """A person has looked; the key stays the same, so that the platform can still catch a double."""
    number = office.delivery()
    office.leave_in_doubt(number)
    key = office.world.row(number)["key"]
    operating.resolve_not_published(office.desk, number)
    (claimed,) = office.world.claim()
    assert claimed.key == key


def test_resolving_settles_the_attempt(office: Office) -> None:
    """The evidence page must say who settled it, not that it is still open."""
    first, second = office.delivery(), office.delivery(text="მეორე")
    office.leave_in_doubt(first, second)
    operating.resolve_published(office.desk, first, ADDRESS)
    operating.resolve_not_published(office.desk, second)
    outcomes = [office.world.attempts(number)[-1]["outcome"] for number in (first, second)]
    assert outcomes == ["resolved_published", "resolved_not_published"]
