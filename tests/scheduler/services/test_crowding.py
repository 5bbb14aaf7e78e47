"""Whoever plans more than a platform takes is told before the day, with how many and by when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.contract import Retryable, Usage
from posts.limits import Counted, Quota
from scheduler.model import State
from scheduler.services import editing, reviewing
from scheduler.services.preflight import check_posts
from tests.fakes.adapter import OBEDIENT, ObedientAdapter
from tests.scheduler.services.office import codes

if TYPE_CHECKING:
    from tests.scheduler.services.office import Office

DAY = timedelta(hours=24)


@dataclass(slots=True, kw_only=True)
class Meter(ObedientAdapter):
    """A platform that tells how much of its quota is used."""

    usage: Usage | None = None
    fails: bool = False

    def quota(self) -> Usage | None:
        if self.fails:
            raise Retryable("no answer")
        return self.usage


def take(office: Office, *quotas: Quota, parts_max: int = 1) -> None:
    """From now on the outbox takes no more than that."""
    limits = replace(OBEDIENT.limits, quotas=quotas, parts_max=parts_max)
    office.adapters["ge-outbox"] = ObedientAdapter(profile=replace(OBEDIENT, limits=limits))


def warnings(office: Office, post: int) -> list[str]:
    (checked,) = check_posts(office.desk, [post])
    return [one.message for one in checked.problems if one.code in {"quota_exceeded", "budget_used_up"}]


def three(office: Office, **cells: str) -> list[int]:
    """Three posts of 30 July, at noon, at one and at two o'clock in Tbilisi."""
    return [office.post(text=f"words {hour}", time=f"{hour}:00", **cells) for hour in (12, 13, 14)]


def test_a_warning_names_the_account_the_day_how_many_and_by_when(office: Office) -> None:
    """And who must act; the posts may be approved all the same."""
    posts = three(office, status="draft")
    take(office, Quota(most=2, within=DAY))
    told: list[str] = []
    reviewing.approve(office.desk, posts[:1], on_warning=told.append)
    (words,) = told
    for one in ("ge-outbox: 3 posts", "within 24 h", "30 July 2027", "takes 2", "moves 1", "before 30 July 2027 10:00"):
        assert one in words
    assert office.review(posts[0]) == "approved"


def test_as_many_as_are_taken_warn_of_nothing(office: Office) -> None:
    """A warning that is always there is read by nobody."""
    posts = three(office)
    take(office, Quota(most=3, within=DAY))
    assert [warnings(office, one) for one in posts] == [[], [], []]


@pytest.mark.parametrize("state", [State.CANCELLED, State.SKIPPED, State.FAILED])
def test_what_goes_nowhere_takes_no_room(office: Office, state: State) -> None:
    """It is not going to be made."""
    posts = three(office)
    take(office, Quota(most=2, within=DAY))
    office.stands(office.world.deliveries(posts[2])[0], state)
    assert warnings(office, posts[0]) == []


def test_what_is_out_takes_room_by_when_it_went(office: Office) -> None:
    """The platform looks back from the call."""
    number = office.published(time="12:00")
    late = office.post(text="late", date="2027-07-31", time="11:00")
    later = office.post(text="later", date="2027-07-31", time="13:00")
    take(office, Quota(most=1, within=DAY))
    assert office.world.row(number)["published_at"] is not None
    assert len(warnings(office, late)) == 1
    take(office, Quota(most=2, within=DAY))
    assert warnings(office, late) == []
    assert warnings(office, later) == []


@pytest.mark.parametrize(
    ("counted", "most", "warned"),
    [(Counted.PARTS, 3, True), (Counted.PARTS, 4, False), (Counted.POSTS, 2, False), (Counted.REPLIES, 1, True)],
)
def test_parts_of_threads_count_where_they_are_counted(
    office: Office, counted: Counted, most: int, *, warned: bool
) -> None:
    """Also those of other posts of the plan; a first comment that is a part is one."""
    office.post(text="one\n---\ntwo", time="12:00")
    post = office.post(text="three\n---\nfour", time="13:00")
    take(office, Quota(most=most, within=DAY, counted=counted), parts_max=5)
    assert bool(warnings(office, post)) is warned


def test_rows_of_one_file_are_counted_together(office: Office) -> None:
    """A plan comes as a file: none of it is in the database while it is judged."""
    take(office, Quota(most=2, within=DAY))
    rows = [{"id": f"r{one}", "time": f"{one}:00", "text": f"words {one}"} for one in (12, 13, 14)]
    done = office.import_rows(*rows, commit=False)
    assert codes(done) == ["quota_exceeded"] * 3
    assert codes(office.import_rows(*rows[:2])) == []


def test_moving_one_away_is_enough(office: Office) -> None:
    """The post's old time is no longer counted."""
    posts = three(office)
    take(office, Quota(most=2, within=DAY))
    told: list[str] = []
    editing.move(office.desk, posts[2], office.clock() + timedelta(days=3), on_warning=told.append)
    assert told == []
    assert warnings(office, posts[0]) == []


def test_an_accounts_own_quota_holds_instead(office: Office) -> None:
    """Where the platform's pages contradict each other, whoever runs the account knows better."""
    posts = three(office)
    take(office, Quota(most=2, within=DAY))
    own = tuple(replace(one, quota=Quota(most=3, within=DAY)) for one in office.settings.accounts)
    office.desk = office.desk_with(replace(office.settings, accounts=own))
    assert warnings(office, posts[0]) == []


@pytest.mark.parametrize(
    ("used", "fails", "warned"),
    [(0, False, False), (7, False, False), (8, False, True), (8, True, False), (None, False, False)],
)
def test_what_others_have_used_takes_room_where_the_platform_tells(
    office: Office, used: int | None, *, fails: bool, warned: bool
) -> None:
    """Somebody posts by hand as well; one that cannot be asked leaves what is documented."""
    posts = three(office)
    usage = None if used is None else Usage(quota=Quota(most=10, within=DAY), used=used)
    office.adapters["ge-outbox"] = Meter(usage=usage, fails=fails)
    take_too = replace(OBEDIENT.limits, quotas=(Quota(most=20, within=DAY),))
    office.adapters["ge-outbox"].profile = replace(OBEDIENT, limits=take_too)  # type: ignore[misc]
    assert bool(warnings(office, posts[0])) is warned


def test_a_month_is_that_of_the_posts_own_time(office: Office) -> None:
    """July may be full and August empty; what is planned for August counts there."""
    july = three(office)
    august = [office.post(text=f"August {day}", date=f"2027-08-0{day}") for day in (1, 2)]
    limited = tuple(replace(one, posts_per_month=2) for one in office.settings.accounts)
    office.desk = office.desk_with(replace(office.settings, accounts=limited))
    (words,) = warnings(office, july[0])
    for one in ("3 posts", "July 2027", "posts_per_month is 2", "move 1", "before 30 July 2027 10:00 UTC"):
        assert one in words
    assert warnings(office, august[0]) == []
