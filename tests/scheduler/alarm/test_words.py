"""What people are told: enough to act on, and not a word of a post."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from posts.model import Mission
from scheduler.alarm import words
from scheduler.alarm.events import BACKOFF_CAP, GATHER, GATHER_DOUBTS, ONE_A, Case, Topic, backoff, event_of, is_due
from scheduler.alarm.notice import Notice
from scheduler.alarm.postbag import OWED_MAX, Postbag
from scheduler.model import State
from tests.fakes.clock import MORNING

GEORGIA = Mission(code="GE", name="IOM Georgia", time_zone="Asia/Tbilisi", languages=("ka",))
CASE = Case(
    id=7,
    post_id=3,
    account="ge-feed",
    mission="GE",
    state=State.HELD,
    reason="it missed its time, 2027-07-30 09:00 in Asia/Tbilisi",
    local_due="2027-07-30T09:00:00",
)
SAID = "They locked the door and kept my passport for eleven months."
AT_NOON = "12:00 on 30 July in Tbilisi (08:00 UTC)"
NOON = MORNING + timedelta(hours=3)


def told(*cases: Case, topic: Topic = Topic.HELD, said: str = SAID) -> Notice:
    return words.of_deliveries(topic, GEORGIA, cases, posts={3: [said]}, next_due=NOON, now=MORNING)


def test_a_message_says_what_happened_who_acts_by_when_and_what_to_type() -> None:
    """It is read on a telephone, at night, by somebody who has not looked at july30 for a week."""
    message = told(CASE, replace(CASE, id=8))
    assert message.title == "july30: 2 held for IOM Georgia"
    assert message.lines == (
        "09:00 on 30 July in Tbilisi (05:00 UTC). They do not go out until a person decides.",
        "- 2 on ge-feed (7, 8), due 09:00: it missed its time, 2027-07-30 09:00 in Asia/Tbilisi",
        f"Who: An officer of IOM Georgia decides, by {AT_NOON}, when the mission's next post is due.",
        "See: july30 queue list --mission GE --state held",
        "Type: july30 queue release 7, or july30 queue skip 7 --why …, or what the reason says",
    )


@pytest.mark.parametrize("topic", [Topic.HELD, Topic.UNCLEAR, Topic.FAILED, Topic.SKIPPED])
def test_every_topic_says_so(topic: Topic) -> None:
    """An officer acts differently on each."""
    message = told(CASE, topic=topic)
    assert len(message.lines) == 5
    assert "{" not in message.title + message.body


def test_one_reason_is_one_line_whatever_the_numbers_in_it() -> None:
    """Forty lines that say the same hide the forty-first."""
    many = [replace(CASE, id=n, reason=f"it missed its time, 2027-07-30 {n}:00") for n in range(10, 22)]
    other = replace(CASE, id=99, account="ge-wall", reason="The platform refuses it")
    lines = told(*many, other).lines
    assert lines[1].startswith("- 12 on ge-feed (10, 11, 12, 13, 14, 15, 16, 17, 18, 19 and 2 more), due 09:00: ")
    assert lines[2] == "- 1 on ge-wall (99), due 09:00: The platform refuses it"


@pytest.mark.parametrize(
    "reason",
    [
        f'The platform refuses it as it is (422: "{SAID}" is not allowed); its author must change it.',
        "The platform refuses it as it is (near LOCKED  THE DOOR AND KEPT); its author must change it.",
    ],
)
def test_no_words_of_a_post_are_told_even_where_a_platform_repeats_them(reason: str) -> None:
    """A survivor's words do not belong into mailboxes and chats that nobody looks after."""
    line = told(replace(CASE, reason=reason)).lines[1]
    assert line.endswith("the reason quotes the post; july30 queue show 7 has it")
    assert "door" not in line


def test_the_message_about_an_account_says_how_much_waits_and_what_ends_it() -> None:
    """One message for one broken secret, not fifty."""
    message = words.of_account("ge-feed", GEORGIA, "401", waiting=7, next_due=NOON, now=MORNING)
    assert message.title == "july30: ge-feed is paused, 7 posts wait (IOM Georgia)"
    assert "july30 accounts check ge-feed" in message.body
    assert "by 12:00 on 30 July in Tbilisi" in message.body


# -- which rows are for people ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "verb", "before", "after", "topic"),
    [
        ("delivery:7", "outcome", "sending", "held", Topic.HELD),
        ("delivery:7", "outcome", "sending", "unclear", Topic.UNCLEAR),
        ("delivery:7", "outcome", "sending", "failed", Topic.FAILED),
        ("delivery:7", "late", "waiting", "skipped", Topic.SKIPPED),
        ("delivery:7", "outcome", "sending", "published", None),
        ("delivery:7", "look", "unclear", "unclear", None),
        ("pause:account:ge-feed", "pause", "", "", Topic.ACCOUNT),
        ("pause:all:", "pause", "", "", None),
        ("account:ge-feed", "identity", "", "", None),
    ],
)
def test_rows_that_ask_for_somebody_are_told_and_others_are_not(
    subject: str, verb: str, before: str, after: str, topic: Topic | None
) -> None:
    """Too many messages are as good as none."""
    row = {
        "id": 5,
        "at": MORNING,
        "subject": subject,
        "verb": verb,
        "before": f'{{"state":"{before}"}}',
        "after": f'{{"state":"{after}"}}',
    }
    event = event_of(row)
    assert (event.topic if event else None) == topic


@pytest.mark.parametrize(
    ("passed", "topic", "due"),
    [
        (GATHER - timedelta(seconds=1), Topic.HELD, False),
        (GATHER, Topic.HELD, True),
        (GATHER, Topic.UNCLEAR, False),
        (GATHER_DOUBTS, Topic.UNCLEAR, True),
        (-timedelta(days=1), Topic.HELD, True),
    ],
)
def test_what_happens_together_is_told_together(passed: timedelta, topic: Topic, due: bool) -> None:
    """And a clock that was put back keeps nobody from being told."""
    assert is_due(MORNING, topic, None, MORNING + passed) is due


def test_a_topic_is_told_once_a_minute_at_most() -> None:
    """A platform that refuses everything would otherwise ring for every post."""
    now = MORNING + timedelta(hours=1)
    told_at = now - ONE_A + timedelta(seconds=1)
    assert is_due(MORNING, Topic.HELD, told_at, now) is False
    assert is_due(MORNING, Topic.HELD, told_at, now + timedelta(seconds=1)) is True


# -- what an address is owed ------------------------------------------------------------------------------------------


def test_an_address_that_fails_is_left_alone_for_longer_and_longer() -> None:
    """But never for more than five minutes: the next hour may matter."""
    assert [backoff(tries).total_seconds() for tries in (1, 2, 3, 50)] == [10, 20, 40, BACKOFF_CAP.total_seconds()]


def test_what_an_address_did_not_take_is_kept_and_comes_in_one_message() -> None:
    """The chat was away for an hour; what happened then is still to be done."""
    bag = Postbag()
    for number in range(OWED_MAX + 2):
        bag.put(Notice(title=f"july30: {number}", lines=()))
    bag.failed(MORNING, "deaf")
    assert bag.due(MORNING + timedelta(seconds=9)) is None
    message = bag.due(MORNING + timedelta(seconds=10))
    assert message is not None
    assert message.title == f"july30: 2; 3; 4, and {OWED_MAX - 1} alerts more"
    assert message.lines[0].startswith("2 older alerts are left out")
    assert bag.failing_since == MORNING
    bag.taken()
    assert bag.due(MORNING) is None
    assert bag.failing_since is None
