"""What a person has published by hand is measured by an account of ours that can read it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.contract import Reading
from scheduler.bootstrap import rhythm_of
from scheduler.config import ConfigError, load
from scheduler.measure import measure_due
from scheduler.services import operating
from tests.fakes.adapter import ObedientAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.contract import Gone
    from scheduler.services.desk import Desk
    from tests.scheduler.services.office import Office

BY_HAND = 'id = "ge-manual"\nmission = "GE"\nplatform = "manual"\n'


class Reader(ObedientAdapter):
    """It has read three likes of whatever it is asked for, and calls posts otherwise than their address does."""

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading | Gone]:
        return [Reading(remote_id=one, metric="likes", value=3, source="there") for one in remote_ids]

    def remote_id_at(self, address: str) -> str | None:
        return f"name of {address}" if address.startswith("https://there.example/") else None


def desk_of(office: Office, **options: str) -> Desk:
    accounts = tuple(
        replace(one, options=options) if one.id == "ge-manual" else one for one in office.settings.accounts
    )
    office.adapters["ge-outbox"] = Reader()
    return office.desk_with(replace(office.settings, accounts=accounts))


def given_back(office: Office, desk: Desk, address: str) -> int:
    number = office.delivery(account="ge-manual")
    operating.hold(desk, [number], why="by hand")
    operating.resolve_published(desk, number, address)
    return number


def measured(office: Office, desk: Desk) -> list[tuple[int, int]]:
    office.clock.tick(minutes=2)
    measure_due(desk.database, desk.reader_of, rhythm_of(desk.settings), desk.now)
    return [(row["delivery_id"], row["value"]) for row in office.world.view("engagement")]


def test_an_address_given_back_is_logged_and_measured(office: Office) -> None:
    """The report must not leave out the channels that need a hand."""
    desk = desk_of(office, measured_by="ge-outbox")
    number = given_back(office, desk, "https://there.example/@iom/117")
    row = office.world.row(number)
    assert (row["permalink"], row["remote_id"]) == (
        "https://there.example/@iom/117",
        "name of https://there.example/@iom/117",
    )
    assert measured(office, desk) == [(number, 3)]


def test_an_address_that_the_reader_does_not_know_is_named_by_its_last_part(office: Office) -> None:
    """As most platforms do."""
    desk = desk_of(office, measured_by="ge-outbox")
    number = given_back(office, desk, "https://elsewhere.example/@iom/117")
    assert office.world.row(number)["remote_id"] == "117"


def test_without_a_reader_nothing_is_counted(office: Office) -> None:
    """A zero that nobody counted is a lie in the report."""
    desk = desk_of(office)
    given_back(office, desk, "https://there.example/@iom/117")
    assert measured(office, desk) == []


def test_a_reader_that_is_no_account_is_told_with_its_line(office: Office) -> None:
    """A slip would be a report without counts, noticed in September."""
    path = office.folder / "config.toml"
    path.write_text(path.read_text("utf-8").replace(BY_HAND, f'{BY_HAND}options = {{ measured_by = "ge-outbx" }}\n'))
    with pytest.raises(ConfigError, match=r"measured_by.*no \[\[account\]\] with the id 'ge-outbx'.*ge-outbox"):
        load(path)
