"""What a message says: what happened, who must act, by when, what to type. No word of a post, and no address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scheduler.alarm.events import Case, Topic, by_reason
from scheduler.alarm.notice import Notice
from scheduler.plan import local_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from posts.model import Mission

REASONS_MAX = 8
NUMBERS_MAX = 10
RUN_MAX = 16  # so many letters in a row of a post are its words, not chance
DO = {
    Topic.HELD: (
        "{many} held for {mission}",
        "They do not go out until a person decides.",
        "An officer of {mission} decides",
        "july30 queue release {one}, or july30 queue skip {one} --why …, or what the reason says",
    ),
    Topic.UNCLEAR: (
        "{many} unclear for {mission}",
        "They may be out. july30 never sends them blindly again; it looks them up where the platform allows.",
        "Do not publish them by hand. Whoever can see the account settles what july30 cannot",
        "july30 queue show {one}, then july30 queue resolve {one} --published, or --not-published",
    ),
    Topic.FAILED: (
        "{many} failed for {mission}",
        "They are not out, and are not tried again by themselves.",
        "The author changes them and has them approved again",
        "july30 queue edit {post} --text …, or july30 queue retry {one} as it is",
    ),
    Topic.SKIPPED: (
        "{many} missed for {mission}",
        "They did not go out, and will not.",
        "Nobody must act; whoever still wants them queues them anew",
        "july30 queue list --mission {code} --state skipped",
    ),
}


def of_deliveries(
    topic: Topic,
    mission: Mission,
    cases: Sequence[Case],
    *,
    posts: Mapping[int, Sequence[str]],
    next_due: datetime | None,
    now: datetime,
) -> Notice:
    """One message about these deliveries of one mission. `posts`: each post's own words, which must not be told."""
    title, happened, who, command = DO[topic]
    facts = {"many": len(cases), "mission": mission.name, "code": mission.code}
    facts |= {"one": cases[0].id, "post": cases[0].post_id}
    groups = by_reason(cases)
    lines = [_group(those, posts) for those in groups[:REASONS_MAX]]
    if len(groups) > REASONS_MAX:
        lines.append(f"- and {len(groups) - REASONS_MAX} reasons more")
    return Notice(
        title="july30: " + title.format(**facts),
        lines=(
            f"{clock(now, mission.time_zone)}. {happened}",
            *lines,
            f"Who: {who.format(**facts)}{_by_when(topic, mission, next_due)}.",
            f"See: july30 queue list --mission {mission.code} --state {topic}",
            f"Type: {command.format(**facts)}",
        ),
    )


def of_account(
    account: str, mission: Mission, why: str, *, waiting: int, next_due: datetime | None, now: datetime
) -> Notice:
    """The one message about an account that the daemon has paused."""
    until = f", by {clock(next_due, mission.time_zone)}, when its next post is due" if next_due else ""
    wait = "1 post waits" if waiting == 1 else f"{waiting} posts wait"
    return Notice(
        title=f"july30: {account} is paused, {wait} ({mission.name})",
        lines=(
            f"{clock(now, mission.time_zone)}. july30 has paused {account}: {why}",
            "Nothing goes out there until it is connected again. What becomes late goes or is held by the usual rules.",
            f"Who: whoever keeps the account connects it again{until}.",
            f"Type: july30 accounts check {account}; if it works, the pause ends",
        ),
    )


def of_standstill(words: str, *, still: bool) -> Notice:
    """The message that nothing at all is sent; `still`: it was told before and holds on."""
    return Notice(
        title=f"july30: nothing is being sent{', still' if still else ''}",
        lines=(words, "Who: whoever looks after the machine, now.", "See: july30 status"),
    )


def of_going_on() -> Notice:
    """The message that a standstill is over."""
    return Notice(title="july30: it is sending again", lines=("What became late meanwhile goes by the usual rules.",))


def of_own_fault(kind: str) -> Notice:
    """The message that there are alerts which july30 fails to put into words."""
    return Notice(
        title="july30: alerts cannot be put together",
        lines=(
            f"A fault of july30's own ({kind}) keeps alerts from being told. Posts go out as before.",
            "Who: an officer looks by hand, now and then; whoever looks after the machine reports it, with the log.",
            "See: july30 status",
        ),
    )


def of_outage(words: str, grace_until: datetime | None) -> Notice:
    """The message after an outage: what the daemon will do, and until when it can be stopped."""
    until = f" before {grace_until.astimezone(UTC):%H:%M} UTC" if grace_until else ""
    stop = f"Who disagrees stops it{until}: july30 pause --all --why …"
    return Notice(title="july30: back after an outage", lines=(words, stop, "See: july30 status"))


def of_expiry(account: str, mission: Mission, ends_at: datetime, *, posts_after: int, now: datetime) -> Notice:
    """The message that an account's credentials will end, or have ended, and that only a person can renew them."""
    day, after = day_of(ends_at, mission.time_zone), "1 post is" if posts_after == 1 else f"{posts_after} posts are"
    when, by = ("have ended", "now") if ends_at <= now else (f"end on {day}", f"before {day}")
    return Notice(
        title=f"july30: the credentials of {account} {when} ({mission.name})",
        lines=(
            f"{clock(now, mission.time_zone)}. They {when}. {after} planned there after that, and will not go out.",
            f"Who: whoever may sign in as the account connects it again, {by}.",
            f"Type: july30 accounts connect {account}",
        ),
    )


def day_of(instant: datetime, zone: str) -> str:
    """Such as "28 July 2027", as people of the zone read it."""
    local = datetime.fromisoformat(local_text(instant, zone))
    return f"{local.day} {local:%B %Y}"


def clock(instant: datetime, zone: str) -> str:
    """Such as "12:00 on 30 July in Tbilisi (08:00 UTC)"."""
    local = datetime.fromisoformat(local_text(instant, zone))
    city = zone.rpartition("/")[2].replace("_", " ")
    return f"{local:%H:%M} on {local.day} {local:%B} in {city} ({instant.astimezone(UTC):%H:%M} UTC)"


def veiled(reason: str, words: Sequence[str], number: int) -> str:
    """The reason; only where it is to be found, if it quotes the post: what a survivor said is not for mailboxes."""
    told = _flat(reason)
    runs = {told[at : at + RUN_MAX] for at in range(len(told) - RUN_MAX + 1)}
    if any(run in flat for flat in map(_flat, words) for run in runs):
        return f"the reason quotes the post; july30 queue show {number} has it"
    return reason


def _group(those: Sequence[Case], posts: Mapping[int, Sequence[str]]) -> str:
    first = those[0]
    numbers = ", ".join(str(one.id) for one in those[:NUMBERS_MAX])
    more = f" and {len(those) - NUMBERS_MAX} more" if len(those) > NUMBERS_MAX else ""
    reason = veiled(first.reason, posts.get(first.post_id, ()), first.id)
    return f"- {len(those)} on {first.account} ({numbers}{more}), due {first.local_due[11:16]}: {reason}"


def _by_when(topic: Topic, mission: Mission, next_due: datetime | None) -> str:
    if topic is Topic.SKIPPED:
        return ""
    if next_due is None:
        return ", as soon as they can"
    return f", by {clock(next_due, mission.time_zone)}, when the mission's next post is due"


def _flat(text: str) -> str:
    return " ".join(text.casefold().split())
