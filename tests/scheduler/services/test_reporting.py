"""Where everything stands, said so that somebody can act on it."""

from __future__ import annotations

import shutil
from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest

from adapters import registry
from adapters.contract import Reading
from scheduler.model import Role, State, WrongUse
from scheduler.services import doctoring, lineage, operating, reporting
from scheduler.services.previewing import preview
from scheduler.services.reporting import Filter
from scheduler.store import lists, readings
from scheduler.traffic import Rest
from tests.adapters.raw_server import RawServer, answering

if TYPE_CHECKING:
    from typing import Any

    from tests.scheduler.services.office import Office


def checks(office: Office) -> dict[str, tuple[bool, str]]:
    return {str(one["check"]): (bool(one["ok"]), str(one["message"])) for one in doctoring.examine(office.desk)}


def beat(office: Office, standstill: str | None = None) -> None:
    with office.database.write() as tx:
        now = office.clock()
        lists.beat(tx, owner="here:1", started_at=now, now=now, tzdata="2027a", standstill=standstill)


def test_the_status_counts_every_state(office: Office) -> None:
    """A state that is missing from the count is a delivery that nobody looks for."""
    for number, state in enumerate(State, start=1):
        office.stands(office.delivery(text=f"post {number}"), state)
    told = reporting.status(office.desk)
    assert {state: told[state] for state in State} == dict.fromkeys(State, 1)


def test_the_status_of_an_empty_database_is_all_noughts(office: Office) -> None:
    """And not an error."""
    told = reporting.status(office.desk)
    assert [told[state] for state in State] == [0] * len(State)
    assert (told["heartbeat_at"], told["due"], told["paused"], told["drafts"]) == (None, 0, [], 0)


def test_why_nothing_is_sent_is_told_by_status_and_doctor(office: Office) -> None:
    """Somebody must act, and a heartbeat alone says that all is well."""
    beat(office, "The clock is wrong: set it.")
    assert reporting.status(office.desk)["standstill"] == "The clock is wrong: set it."
    assert checks(office)["daemon"] == (False, "it sends nothing: The clock is wrong: set it.")
    beat(office)
    assert reporting.status(office.desk)["standstill"] is None


def test_a_lost_journal_is_told_by_doctor_and_not_made_anew(office: Office) -> None:
    """An empty folder in its place would say that all is well, and stand in the way of the right one."""
    folder = office.settings.journal_folder
    lineage.settle_in(office.desk, lineage.look(office.desk))
    assert checks(office)["journal folder"][0]
    shutil.rmtree(folder)
    ok, words = checks(office)["journal folder"]
    assert (ok, "is not there" in words, folder.exists()) == (False, True, False)


def test_the_queue_says_how_late_what_waits_is_by_now(office: Office) -> None:
    """A list of wishes alone looks as if all went well."""
    late, fresh = office.delivery(text="one"), office.delivery(text="two", time="14:01")
    office.due(late)
    office.clock.tick(hours=2, minutes=10)

    told = {one["id"]: one["late_by_s"] for one in reporting.queue(office.desk, Filter())}
    assert told == {late: 2 * 3600 + 600, fresh: None}


def test_what_waits_for_the_end_of_the_grace_says_so(office: Office) -> None:
    """Nobody must think that it is stuck."""
    late = office.delivery()
    office.due(late)
    now = office.clock.tick(hours=2)
    beat(office)
    with office.database.write() as tx:
        lists.announce(tx, "1 missed", now + timedelta(minutes=10), now)

    (told,) = cast("list[str]", reporting.story(office.desk, late)["waits_for"])
    assert f"before {now + timedelta(minutes=10):%H:%M} UTC" in told


def test_the_status_tells_what_was_missed_and_how_many_are_late(office: Office) -> None:
    """A monitor reads it in the ten minutes in which somebody can still say no."""
    number = office.delivery()
    office.due(number)
    now = office.clock.tick(hours=2)
    beat(office)
    with office.database.write() as tx:
        lists.announce(tx, "1 missed: 1 go", now, now)
    told = reporting.status(office.desk)

    assert (told["announcement"], told["grace_until"], told["late"]) == ("1 missed: 1 go", now, 1)


def test_too_few_approvers_are_told_by_doctor(office: Office) -> None:
    """With levels and nobody to approve, everything would wait for ever, and 30 July pass."""
    assert "review" not in checks(office)
    office.with_levels(1)
    office.desk_as("ana", Role.APPROVER, "GE", "TJ")
    office.desk_as("zarina", Role.OFFICER)
    ok, words = checks(office)["review"]
    assert (ok, "UA has 0 of the 1" in words, "GE has" in words) == (False, True, False)
    office.desk_as("boris", Role.APPROVER, "UA")
    assert checks(office)["review"] == (True, "1 other people approve each post")
    office.with_levels(2)
    assert "GE has 1 of the 2" in checks(office)["review"][1]


def test_who_is_left_alone_is_told_by_status_and_story(office: Office) -> None:
    """Else a post that waits for a broken platform looks like one that was forgotten."""
    beat(office)
    number, other = office.delivery(), office.delivery(account="ge-manual", text="other")
    over = Rest(scope="account", subject="ge-outbox", until=office.clock(), why="the platform asked to wait")
    now = Rest(scope="server", subject="outbox", until=office.clock() + timedelta(minutes=5), why="5 failures in a row")
    with office.database.write() as tx:
        lists.say_resting(tx, [over, now])
    assert reporting.status(office.desk)["resting"] == [asdict(now)]
    assert reporting.story(office.desk, number)["waits_for"] == [
        "outbox is left alone until 05:05:00 UTC: 5 failures in a row"
    ]
    assert reporting.story(office.desk, other)["waits_for"] == []
    office.stands(number, State.HELD)
    assert reporting.story(office.desk, number)["waits_for"] == []


def test_what_is_due_and_not_sent_is_counted(office: Office) -> None:
    """It is the number that says whether the daemon keeps up."""
    office.delivery()
    assert reporting.status(office.desk)["due"] == 0
    office.clock.tick(hours=3)
    assert reporting.status(office.desk)["due"] == 1


def test_what_nobody_approved_is_counted(office: Office) -> None:
    """On the day it would simply not go out."""
    office.post(status="draft")
    assert reporting.status(office.desk)["drafts"] == 1


def test_the_queue_is_in_the_order_of_time(office: Office) -> None:
    """The next one is on top."""
    late, early = office.delivery(time="18:00"), office.delivery(time="12:00")
    assert [row["id"] for row in reporting.queue(office.desk, Filter())] == [early, late]


def test_the_queue_can_be_narrowed(office: Office) -> None:
    """By mission, account and state, and by number."""
    first = office.delivery()
    second = office.delivery(mission="TJ", account="tj-outbox", time="14:00")
    operating.hold(office.desk, [second], why="wait")

    def numbers(**which: Any) -> list[object]:
        return [row["id"] for row in reporting.queue(office.desk, Filter(**which))]

    assert numbers(mission="GE") == [first]
    assert numbers(account="tj-outbox") == numbers(state="held") == [second]
    assert numbers(limit=1) == [first]


def test_a_state_that_there_is_not_is_refused(office: Office) -> None:
    """An empty list for "hold" instead of "held" reads as "all is well"."""
    with pytest.raises(WrongUse, match=r"'hold' is no state.*held"):
        reporting.queue(office.desk, Filter(state="hold"))


def test_a_mission_or_account_that_there_is_not_is_refused(office: Office) -> None:
    """An empty list for a mistyped account reads as "nothing is held there"."""
    office.delivery()
    for wrong in (Filter(account="ge-outbx"), Filter(mission="ge")):
        with pytest.raises(WrongUse, match=r"no (account|mission) '.*' in config.toml"):
            reporting.queue(office.desk, wrong)
    with pytest.raises(WrongUse, match="no mission 'ge'"):
        reporting.log(office.desk, Filter(mission="ge"))
    assert reporting.queue(office.desk, Filter(account="ge-outbox", state="held")) == []


def test_the_log_has_the_latest_counts_and_no_others(office: Office) -> None:
    """A count that nobody gave is not nought."""
    number = office.published()
    for value in (1, 3):
        reading = Reading(remote_id=f"r{number}", metric="likes", value=value, source="obedient")
        with office.database.write() as tx:
            readings.append(tx, [(number, reading)], read_at=office.clock.tick(minutes=1))
    (row,) = reporting.log(office.desk, Filter())
    assert (row["metrics"], row["text"]) == ({"likes": 3}, "ადამიანი არ იყიდება")


def test_the_log_can_begin_at_an_instant(office: Office) -> None:
    """Last year's campaign is in the same database."""
    office.delivery(time="12:00")
    office.delivery(time="18:00")
    since = office.clock() + timedelta(hours=5)
    assert [row["local_due"] for row in reporting.log(office.desk, Filter(since=since))] == ["2027-07-30T18:00:00"]


def test_the_story_of_a_delivery_is_whole(office: Office) -> None:
    """A person who has to decide sees every attempt with its evidence, and who did what."""
    number = office.delivery()
    office.leave_in_doubt(number)
    told: dict[str, Any] = reporting.story(office.desk, number)
    assert told["delivery"]["state"] == "unclear"
    assert told["post"]["text"] == "ადამიანი არ იყიდება"
    assert [(one["stage"], one["outcome"]) for one in told["attempts"]] == [("posting", "ambiguous")]
    assert [one["verb"] for one in told["audit"]] == ["import", "import", "claim", "outcome"]


def test_an_untouched_ledger_is_verified(office: Office) -> None:
    """Every row fits the one before."""
    office.published()
    verdict = reporting.verify(office.desk)
    assert (verdict.first_bad, verdict.rows) == (None, office.world.count("audit"))


# -- the doctor ----------------------------------------------------------------------------------------------------


def test_the_doctor_finds_nothing_in_a_healthy_house(office: Office) -> None:
    """So that a finding is one."""
    beat(office)
    assert [name for name, (ok, _) in checks(office).items() if not ok] == []


def test_the_doctor_says_that_the_daemon_never_ran(office: Office) -> None:
    """The most frequent reason why nothing goes out."""
    ok, words = checks(office)["daemon"]
    assert (ok, "july30 daemon" in words) == (False, True)


def test_the_doctor_says_since_when_the_daemon_is_dead(office: Office) -> None:
    """The posts since then are the ones to look at."""
    beat(office)
    office.clock.tick(seconds=31)
    ok, words = checks(office)["daemon"]
    assert (ok, "2027-07-30 05:00:00 UTC" in words) == (False, True)


def test_the_doctor_names_a_folder_that_cannot_be_used(office: Office) -> None:
    """A file stands where the pictures should go."""
    office.settings.media_folder.write_text("in the way", encoding="utf-8")
    ok, words = checks(office)["media folder"]
    assert (ok, str(office.settings.media_folder) in words) == (False, True)


def test_the_doctor_says_which_address_for_alerts_cannot_be_used(office: Office) -> None:
    """By its number: the address is a secret."""
    office.desk = office.desk_with(replace(office.settings, alert_urls=("json://chat.example/canary", "env:NOBODY")))
    found = checks(office)
    assert found["alerts 1"] == (True, "can be used")
    assert found["alerts 2"][0] is False
    assert not any("canary" in words for _, words in found.values())


def test_the_doctor_tries_the_dead_mans_switch_only_while_the_daemon_is_well(office: Office) -> None:
    """A try is a sign of life: it would keep the switch quiet for a daemon that is dead."""
    with RawServer(answering(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")) as outside:
        office.desk = office.desk_with(replace(office.settings, dead_man_ping=outside.url))
        assert checks(office)["dead man's switch"][0] is True
        assert outside.heads == []
        beat(office)
        assert checks(office)["dead man's switch"] == (False, "it answers 404")
        assert len(outside.heads) == 1


# -- the preview ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", registry.platforms())
def test_every_platform_can_be_previewed(platform: str) -> None:
    """Also those that cannot be published to yet: texts are written weeks before."""
    told = preview(platform, "ადამიანი არ იყიდება")
    assert list(told) == ["platform", "length", "limit", "unit", "parts", "problems"]
    assert told["parts"] == ["ადამიანი არ იყიდება"]


def test_a_thread_is_shown_part_by_part_and_measured_by_its_fullest() -> None:
    """Two posts that each fit are fine, however long they are together; where there are no threads they are one."""
    told: dict[str, Any] = preview("bluesky", f"{'a' * 200}\n---\n{'b' * 301}")
    assert (told["parts"], told["length"]) == (["a" * 200, "b" * 301], 301)
    assert [(one["code"], one["message"][:6]) for one in told["problems"]] == [("too_long", "Part 2")]
    assert preview("telegram", "a\n---\nb")["parts"] == ["a\n\nb"]


@pytest.mark.parametrize(
    ("platform", "parts", "comment"),
    [("x", ["one", "More"], None), ("linkedin", ["one"], "More"), ("telegram", ["one"], None)],
)
def test_a_first_comment_is_shown_where_it_will_be(platform: str, parts: list[str], comment: str | None) -> None:
    """As the last part of a thread, below the post, or nowhere, which is a warning."""
    told: dict[str, Any] = preview(platform, "one", first_comment="More")
    assert (told["parts"], told.get("first_comment")) == (parts, comment)
    assert [one["code"] for one in told["problems"]] == (
        ["first_comment_unsupported"] if platform == "telegram" else []
    )


def test_a_text_that_is_too_long_is_a_block(office: Office) -> None:
    """With its code, on which scripts act."""
    told: dict[str, Any] = preview("mastodon", "a" * 501)
    assert [(one["code"], one["level"]) for one in told["problems"]] == [("too_long", "block")]


def test_a_platform_that_there_is_not_is_refused_with_those_there_are() -> None:
    """Nobody remembers whether it is "x" or "twitter"."""
    with pytest.raises(WrongUse, match="mastodon"):
        preview("twitter", "text")
