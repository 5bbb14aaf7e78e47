"""Who may do what: the local operator without levels everything, a person what their roles say, and nobody a guess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from scheduler.model import NotAllowed, Role, Scope, State
from scheduler.services import editing, operating, reviewing
from scheduler.services.confirming import Resumed
from scheduler.services.importing import import_sheet
from scheduler.services.permitting import ROLES, WITHOUT_A_NAME, Right, identified
from scheduler.services.queueing import Wish, queue_post
from scheduler.services.taking_down import take_down
from scheduler.store import people
from tests.scheduler.services.office import ROW

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.services.desk import Desk
    from tests.scheduler.services.office import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One post of Georgia with its delivery, for a verb to be tried on."""

    office: Office
    post: int
    number: int


Verb = tuple[Right, "Callable[[Desk, Case], object]"]


def _add(desk: Desk, case: Case) -> object:
    at = case.office.clock().replace(tzinfo=None, hour=20)
    return queue_post(desk, Wish(missions=["GE"], at=at, text="სხვა", accounts=["ge-outbox"]))


def _move(desk: Desk, case: Case) -> object:
    return editing.move(desk, case.post, case.office.clock().replace(tzinfo=None, hour=20))


def _import(desk: Desk, case: Case) -> object:
    return import_sheet(desk, case.office.sheet({**ROW, "id": "another", "text": "სხვა"}), commit=True)


def _resume(desk: Desk, _case: Case) -> object:
    return operating.resume(desk, Scope.MISSION, "GE", why="settled")


ADDRESS = "https://social.example/1"
VERBS: dict[str, Verb] = {
    "add": (Right.WRITE, _add),
    "edit": (Right.WRITE, lambda desk, case: editing.edit(desk, case.post, text="სხვა", link=None, language=None)),
    "move": (Right.WRITE, _move),
    "import": (Right.WRITE, _import),
    "submit": (Right.WRITE, lambda desk, case: reviewing.submit(desk, [case.post])),
    "hold": (Right.STOP, lambda desk, case: operating.hold(desk, [case.number], why="wait")),
    "cancel": (Right.STOP, lambda desk, case: operating.cancel(desk, [case.number], why="no")),
    "send-back": (Right.SEND_BACK, lambda desk, case: reviewing.send_back(desk, [case.post], why="a typo")),
    "take-down": (Right.TAKE_DOWN, lambda desk, case: take_down(desk, [case.post], why="withdrawn")),
    "resume": (Right.RESUME, _resume),
    "approve": (Right.LET_GO, lambda desk, case: reviewing.approve(desk, [case.post])),
}
OF_STOPPED: dict[str, tuple[State, Callable[[Desk, Case], object]]] = {
    "release": (State.HELD, lambda desk, case: operating.release(desk, [case.number])),
    "retry": (State.FAILED, lambda desk, case: operating.retry(desk, [case.number])),
    "resolve --not-published": (State.HELD, lambda desk, case: operating.resolve_not_published(desk, case.number)),
    "resolve --published": (State.HELD, lambda desk, case: operating.resolve_published(desk, case.number, ADDRESS)),
}


@pytest.fixture
def case(office: Office) -> Case:
    """A post that somebody queued and submitted; now one other person has to approve what goes out."""
    post = office.post()
    return Case(office=office, post=post, number=office.world.deliveries(post)[0])


def _is_allowed(act: Callable[[], object]) -> bool:
    try:
        act()
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize("name", VERBS)
def test_without_levels_the_local_operator_may_do_everything(case: Case, name: str) -> None:
    """One person alone has nobody to ask."""
    assert _is_allowed(lambda: VERBS[name][1](case.office.desk, case))


@pytest.mark.parametrize("levels", [1, 2])
@pytest.mark.parametrize("name", VERBS)
def test_with_levels_the_local_operator_may_write_and_stop(case: Case, name: str, levels: int) -> None:
    """Whoever sits at the machine must be able to silence it at once, and to let nothing go that nobody approved."""
    case.office.with_levels(levels)
    right, act = VERBS[name]
    assert _is_allowed(lambda: act(case.office.desk, case)) is (right in WITHOUT_A_NAME)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", VERBS)
def test_a_person_may_do_what_their_role_says(case: Case, name: str, role: Role) -> None:
    """A role that is not asked for somewhere would be no limit at all."""
    right, act = VERBS[name]
    desk = case.office.desk_as("ana", role)
    assert _is_allowed(lambda: act(desk, case)) is (role in ROLES[right])


@pytest.mark.parametrize("name", VERBS)
def test_a_role_for_one_mission_counts_for_no_other(case: Case, name: str) -> None:
    """Georgia's posts are Georgia's to decide about."""
    right, act = VERBS[name]
    desk = case.office.desk_as("zarina", min(ROLES[right]), "TJ")
    assert not _is_allowed(lambda: act(desk, case))


@pytest.mark.parametrize("name", OF_STOPPED)
def test_what_has_stopped_goes_on_by_a_person_only(case: Case, name: str) -> None:
    """A hold would be no hold if anybody at the machine could lift it."""
    state, act = OF_STOPPED[name]
    case.office.stands(case.number, state)
    case.office.with_levels(1)
    assert not _is_allowed(lambda: act(case.office.desk, case))
    assert case.office.world.state(case.number) is state
    assert not _is_allowed(lambda: act(case.office.desk_as("ana", Role.OFFICER), case))
    assert _is_allowed(lambda: act(case.office.desk_as("ana", Role.APPROVER, "GE"), case))
    assert case.office.world.audit(f"delivery:{case.number}")[-1]["actor"] == "ana@iom.example"


@pytest.mark.parametrize("name", OF_STOPPED)
def test_whoever_wrote_a_post_does_not_lift_its_hold(office: Office, name: str) -> None:
    """The second pair of eyes is another person's, also after something went wrong."""
    state, act = OF_STOPPED[name]
    office.desk = office.desk_as("ana", Role.APPROVER)
    post = office.post()
    case = Case(office=office, post=post, number=office.world.deliveries(post)[0])
    office.stands(case.number, state)
    office.with_levels(1)
    with pytest.raises(NotAllowed, match=f"ana@iom.example wrote post {post}"):
        act(office.desk, case)
    assert office.world.state(case.number) is state


def test_everybody_may_pause_everything(office: Office) -> None:
    """Whoever sees the wrong number must not have to find somebody first; it is logged who it was."""
    office.with_levels(2)
    desk = office.desk_as("ana", Role.OFFICER, "GE")
    assert operating.pause(desk, Scope.ALL, "", why="a wrong hotline")
    assert office.world.audit()[-1]["actor"] == "ana@iom.example"


def test_what_one_mission_stopped_is_not_ended_by_another(office: Office) -> None:
    """Resuming everything takes the right for every mission."""
    desk = office.desk_as("ana", Role.APPROVER, "GE")
    operating.pause(office.desk, Scope.ALL, "", why="a wrong hotline")
    with pytest.raises(NotAllowed, match="for TJ"):
        operating.resume(desk, Scope.ALL, "", why="mine is fine")


def test_a_pause_of_an_account_that_is_gone_can_still_be_ended(office: Office) -> None:
    """By the local operator, and by a person with the right everywhere: nobody knows whose it was."""
    assert operating.resume(office.desk, Scope.ACCOUNT, "old", why="gone") is Resumed.NOT_PAUSED
    with pytest.raises(NotAllowed, match="every mission"):
        operating.resume(office.desk_as("ana", Role.APPROVER, "GE"), Scope.ACCOUNT, "old", why="gone")


@pytest.mark.parametrize(
    ("email", "token"),
    [
        ("ana@iom.example", "token of"),
        ("ana@iom.example", "token of ana "),
        ("nobody@iom.example", "token of ana"),
        ("ana@iom.example", "\udcff"),
    ],
)
def test_a_wrong_token_opens_nothing_and_is_not_repeated(office: Office, email: str, token: str) -> None:
    """Messages end up in mails; and the words do not tell whether it is the address or the token."""
    office.desk_as("ana", Role.APPROVER)
    with pytest.raises(NotAllowed, match=f"does not open anything for {email}") as refused:
        identified(office.desk, email, token)
    assert token not in str(refused.value)


def test_a_missing_token_says_where_it_belongs(office: Office) -> None:
    """An option's value stands in every list of processes; the environment does not."""
    with pytest.raises(NotAllowed, match="in the environment variable JULY30_TOKEN"):
        identified(office.desk, "ana@iom.example", "")


def test_whoever_is_disabled_may_do_nothing(office: Office) -> None:
    """At once, with the token they still have."""
    office.desk_as("ana", Role.APPROVER)
    with office.database.write() as tx:
        people.disable(tx, "ana@iom.example", office.clock())
    with pytest.raises(NotAllowed, match="does not open anything"):
        identified(office.desk, "ana@iom.example", "token of ana")


def test_an_address_is_the_same_in_capitals(office: Office) -> None:
    """Phones write the first letter large."""
    office.desk_as("ana", Role.APPROVER)
    assert identified(office.desk, " Ana@IOM.example", "token of ana").actor == "ana@iom.example"
