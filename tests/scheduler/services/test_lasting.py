"""Credentials that end by themselves: said in time, to whom, and what comes after; renewed ahead where that can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.contract import AuthExpired, Horizon, Retryable
from scheduler.services.connecting import check_accounts
from scheduler.services.gathering import Gatherer
from scheduler.services.lasting import look_ahead
from tests.fakes.adapter import ObedientAdapter

if TYPE_CHECKING:
    from adapters.contract import Identity
    from tests.scheduler.services.office import Office


class Passing(ObedientAdapter):
    """Its credentials end; `renewable`: `renew` makes them last 60 days more."""

    def __init__(self, office: Office, days: float, *, renewable: bool = False):
        super().__init__()
        self.clock = office.clock
        self.ends_at = office.clock() + timedelta(days=days)
        self.renewable = renewable
        self.renewals = 0
        self.fails: Exception | None = None
        self.renewal_fails = False

    def whoami(self) -> Identity:
        if self.ends_at <= self.clock():
            raise AuthExpired("the token has run out")
        return super().whoami()

    def horizon(self) -> Horizon:
        if self.fails:
            raise self.fails
        return Horizon(ends_at=self.ends_at, renews_from=self.ends_at - timedelta(days=10) if self.renewable else None)

    def renew(self) -> None:
        if self.fails:
            raise self.fails
        if self.renewal_fails:
            raise Retryable("no answer")
        self.renewals += 1
        self.ends_at = self.clock() + timedelta(days=60)


def passing(office: Office, days: float, *, renewable: bool = False) -> Passing:
    made = office.adapters["ge-outbox"] = Passing(office, days, renewable=renewable)
    return made


def checked(office: Office) -> dict[str, object]:
    return check_accounts(office.desk, ["ge-outbox"])[0]


def warnings(office: Office) -> list[str]:
    return [row["after"] for row in office.world.audit("account:ge-outbox") if row["verb"] == "expires"]


def looked(office: Office) -> None:
    look_ahead(office.desk, lambda: False)


@pytest.mark.parametrize(
    ("days", "ok", "renew", "words"),
    [
        (40, True, False, "end on 8 September 2027, in 40 days; no post comes after that: whoever may sign in"),
        (20, True, True, "end on 19 August 2027, in 20 days; no post comes after that: whoever may sign in"),
        (5, True, True, "end on 4 August 2027, in 5 days; no post comes after that: whoever may sign in"),
        (-1, False, True, "ended on 29 July 2027; no post comes after that: connect it again now"),
    ],
)
def test_a_check_says_until_when_and_who_must_act(office: Office, days: int, ok: bool, renew: bool, words: str) -> None:
    """A token that dies on 28 July is found on the day by everybody else."""
    passing(office, days)
    told = checked(office)
    assert (told["ok"], told["renew"]) == (ok, renew)
    assert words in str(told["message"])
    assert str(told["message"]).endswith("july30 accounts connect ge-outbox")


def test_a_check_counts_what_comes_after_the_end(office: Office) -> None:
    """Forty days are far away, unless three posts are planned for the day after."""
    passing(office, 40)
    for day in ("07", "08", "09", "10"):
        office.post(id=day, date=f"2027-09-{day}")
    told = checked(office)
    assert "3 posts come after that" in str(told["message"])
    assert (told["posts_after"], told["renew"]) == (3, True)


def test_credentials_that_renew_themselves_ask_nobody(office: Office) -> None:
    """An officer who is told to act for nothing does not act the next time."""
    passing(office, 15, renewable=True)
    told = checked(office)
    assert (told["renew"], "are renewed before by july30 itself" in str(told["message"])) == (False, True)


def test_each_step_is_written_down_once(office: Office) -> None:
    """Thirty, fourteen, seven, one, and the end: nobody reads a warning that comes every hour."""
    passing(office, 40)
    for _ in range(4 * 45):
        looked(office)
        office.clock.tick(hours=6)
    assert [row.split('"days":')[1].split(",")[0] for row in warnings(office)] == ["30", "14", "7", "1", "0"]


def test_a_machine_that_was_off_says_the_step_that_holds_now(office: Office) -> None:
    """Not the three that it missed."""
    passing(office, 5)
    looked(office)
    assert len(warnings(office)) == 1
    assert '"days":7' in warnings(office)[0]


def test_a_new_end_begins_anew(office: Office) -> None:
    """Whoever connected for another sixty days is warned of those too."""
    account = passing(office, 6)
    looked(office)
    account.ends_at += timedelta(days=60)
    looked(office)
    office.clock.tick(days=60)
    looked(office)
    assert len(warnings(office)) == 2


def test_what_can_be_renewed_is_renewed_ahead_and_no_sooner(office: Office) -> None:
    """A renewal spends something; one at the last moment meets the outage of that day."""
    account = passing(office, 20, renewable=True)
    looked(office)
    assert account.renewals == 0
    office.clock.tick(days=11)
    looked(office)
    looked(office)
    assert (account.renewals, warnings(office)) == (1, [])


def test_a_renewal_that_fails_for_a_day_is_a_persons_to_see_to(office: Office) -> None:
    """It may fail until the end, and nobody would know that july30 tried."""
    account = passing(office, 10, renewable=True)
    account.renewal_fails = True
    looked(office)
    assert warnings(office) == []
    office.clock.tick(days=2)
    looked(office)
    assert ('"days":14' in warnings(office)[0], len(warnings(office))) == (True, 1)
    told = str(checked(office)["message"])
    assert (
        "end on 9 August 2027, in 8 days; no post comes after that; july30 was to renew them from 30 July 2027 on"
        in told
    )
    assert told.endswith("july30 accounts connect ge-outbox")
    account.renewal_fails = False
    looked(office)
    assert (account.renewals, checked(office)["renew"]) == (1, False)


def test_nothing_that_has_ended_is_renewed(office: Office) -> None:
    """The platform would refuse it every hour, and may take that for an attack."""
    account = passing(office, -1, renewable=True)
    looked(office)
    assert (account.renewals, len(warnings(office))) == (0, 1)


def test_what_july30_cannot_write_is_put_there_by_a_person(office: Office) -> None:
    """It is renewed by nobody, and the command that connects would refuse it."""
    passing(office, 5, renewable=True)
    accounts = [replace(one, secret="env:GE_TOKEN") for one in office.settings.accounts]
    desk = office.desk_with(replace(office.settings, accounts=tuple(accounts)))
    told = check_accounts(desk, ["ge-outbox"])[0]
    assert told["renew"] is True
    assert "july30 would renew them itself at vault:, file: or keyring:" in str(told["message"])
    assert str(told["message"]).endswith("puts new ones at env:GE_TOKEN before")


@pytest.mark.parametrize(("hours", "words"), [(47, "in 1 day;"), (23, "within a day;"), (24 * 3, "in 3 days;")])
def test_the_last_days_are_said_as_people_say_them(office: Office, hours: int, words: str) -> None:
    """A sentence that counts wrongly is not believed."""
    passing(office, hours / 24)
    assert words in str(checked(office)["message"])


def test_what_was_seen_is_written_down_when_it_changes_alone(office: Office) -> None:
    """The pages ask no platform and open no secret: they tell what was seen last."""
    account = passing(office, 40)
    for _ in range(3):
        looked(office)
    account.ends_at += timedelta(days=60)
    looked(office)
    checked(office)
    assert len([row for row in office.world.audit("account:ge-outbox") if row["verb"] == "lasts"]) == 2


@pytest.mark.parametrize("failure", [Retryable("no answer"), AuthExpired("revoked")])
def test_an_account_that_cannot_be_asked_keeps_no_other_from_being_warned(office: Office, failure: Exception) -> None:
    """One dead platform must not silence the rest."""
    passing(office, 5)
    office.adapters["ge-manual"] = office.adapters["ge-outbox"]
    dead = passing(office, 5)
    dead.fails = failure
    looked(office)
    assert [row["subject"] for row in office.world.audit() if row["verb"] == "expires"] == ["account:ge-manual"]


def test_people_are_told_with_what_to_type(office: Office) -> None:
    """A ledger row reaches nobody by itself."""
    gatherer = Gatherer(office.desk)
    with office.database.read() as tx:
        gatherer.look(tx, office.clock())
    passing(office, 5)
    looked(office)
    office.clock.tick(seconds=30)
    with office.database.read() as tx:
        (found,) = gatherer.look(tx, office.clock())
    assert "the credentials of ge-outbox end on 4 August 2027" in found.message.title
    assert "Type: july30 accounts connect ge-outbox" in found.message.lines
