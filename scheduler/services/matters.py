"""What an officer should know now: what happened, what july30 will do about it, and what is asked of whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from scheduler.alarm.events import by_reason
from scheduler.alarm.words import day_of
from scheduler.model import DAEMON, Scope, State
from scheduler.store import alerts, lists, pauses

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scheduler.alarm.events import Case, Ending
    from scheduler.store.alerts import Mark
    from scheduler.store.database import Transaction
    from scheduler.traffic import Rest

STALE_AFTER = timedelta(seconds=30)
GROUPS_MAX = 8
DO = {
    State.HELD: (
        "{many} held on {account}: {reason}",
        "They do not go out until a person decides.",
        "An officer releases, moves or skips them, or does what the reason says.",
    ),
    State.FAILED: (
        "{many} failed on {account}: {reason}",
        "They are not out, and are not tried again by themselves.",
        "Their author corrects them, or an officer has them tried again.",
    ),
    State.UNCLEAR: (
        "{many} may be out on {account}, or not: {reason}",
        "They are never sent again blindly.",
        "Do not publish them by hand. Look at the channel and say which, unless july30 still looks itself.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence with `{values}`, so that a page can say it in another language; its text is the English one."""

    words: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words.format(**self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One thing to know. `of_machine`: it is about july30 itself, not about single posts."""

    kind: str
    happened: Said
    then: Said | None = None
    asked: Said | None = None
    command: str = ""
    needs_a_person: bool = True
    of_machine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the matters are read from; `beat` is the heartbeat's row, `ready` whether anything approved waits."""

    now: datetime
    beat: Mapping[str, Any] | None
    ready: bool
    paused: Sequence[Mapping[str, Any]]
    resting: Sequence[Rest]
    mark: Mark | None
    stopped: Sequence[Case]
    ending: Sequence[Ending]


def facts(tx: Transaction, now: datetime, *, posts_too: bool = True) -> Facts:
    """The facts as they are now; without `posts_too` only those about july30 itself."""
    return Facts(
        now=now,
        beat=lists.last_beat(tx),
        ready=lists.ready_count(tx) > 0,
        paused=pauses.active(tx),
        resting=[one for one in lists.resting(tx) if one.until > now],
        mark=alerts.mark(tx),
        stopped=alerts.stopped(tx) if posts_too else (),
        ending=alerts.ending(tx),
    )


def matters(known: Facts) -> list[Matter]:
    """What follows from the facts, the most urgent first."""
    found = [*_machine(known), *(_paused(one, known.now) for one in known.paused), *_alerts(known)]
    found += [_ending(one, known.now) for one in known.ending]
    for state in DO:
        found += _stopped(state, [one for one in known.stopped if one.state is state], known.now)
    return found + [_resting(one, known.now) for one in known.resting]


def _machine(known: Facts) -> Iterator[Matter]:
    beat, now = known.beat, known.now
    if beat is None or now - beat["beat_at"] > STALE_AFTER:
        yield _silent(beat, known)
    elif beat["standstill"]:
        yield Matter(
            kind="standstill",
            happened=Said(words="Nothing is being sent: july30 has found something wrong."),
            then=Said(words="{why}", values={"why": beat["standstill"]}),
            asked=Said(words="Whoever looks after this machine mends it, or does what it says."),
            command="july30 doctor",
            of_machine=True,
        )
    if beat and beat["announcement"] and beat["grace_until"] and beat["grace_until"] > now:
        yield Matter(
            kind="announcement",
            happened=Said(words="{words}", values={"words": beat["announcement"]}),
            then=Said(words="It begins at {at}.", values={"at": clock(beat["grace_until"], now)}),
            asked=Said(words="Whoever disagrees stops it before then."),
            command='july30 pause --all --why "…"',
            of_machine=True,
        )


def _silent(beat: Mapping[str, Any] | None, known: Facts) -> Matter:
    words = "Nothing is being sent: the sender is not running."
    since = {"at": clock(beat["beat_at"], known.now)} if beat else {}
    return Matter(
        kind="silent",
        happened=Said(words=f"{words} It was last alive at {{at}}." if beat else words, values=since),
        then=Said(words="Once it runs again, what is late goes, is held or is skipped by the rules of lateness."),
        asked=Said(words="Whoever looks after this machine starts it:"),
        command="july30 daemon",
        needs_a_person=known.ready,
        of_machine=True,
    )


def _paused(row: Mapping[str, Any], now: datetime) -> Matter:
    ours = row["by"] == DAEMON
    reach = "" if row["scope"] in {Scope.ALL, Scope.CAMPAIGN} else f" {row['subject']}"
    ends = f"july30 resume --{row['scope']}{reach}"
    asked = "Whoever stopped it lets it go on when it is over:"
    if ours:
        asked, ends = "Whoever keeps the account connects it again:", f"july30 accounts check {row['subject']}"
    elif row["release_asked_by"]:
        asked, ends = "{asking} asks to resume it; a second person confirms:", f"{ends} --as EMAIL"
    values = {"what": f"{row['scope']}{reach}", "at": clock(row["at"], now), "by": row["by"], "why": row["why"]}
    return Matter(
        kind="paused",
        happened=Said(words="Paused: {what}, since {at}, by {by}: {why}", values=values),
        then=Said(words="Nothing there is sent. What becomes late meanwhile goes by the rules of lateness afterwards."),
        asked=Said(words=asked, values={"asking": row["release_asked_by"]}),
        command=ends,
        needs_a_person=ours or bool(row["release_asked_by"]),
        of_machine=ours,
    )


def _ending(one: Ending, now: datetime) -> Matter:
    posts = "1 post is" if one.posts_after == 1 else f"{one.posts_after} posts are"
    is_over, day = one.ends_at <= now, day_of(one.ends_at, "UTC")
    ended = "The credentials of {account} ended on {day}, and {posts} planned there after that."
    ends = "The credentials of {account} end on {day}, and {posts} planned there after that."
    asked = "Whoever may sign in as the account connects it again now:"
    if not is_over:
        asked = "Whoever may sign in as the account connects it again before:"
    return Matter(
        kind="credentials",
        happened=Said(words=ended if is_over else ends, values={"account": one.account, "day": day, "posts": posts}),
        then=Said(words="What comes after the end does not go out."),
        asked=Said(words=asked),
        command=f"july30 accounts connect {one.account}",
        of_machine=True,
    )


def _alerts(known: Facts) -> Iterator[Matter]:
    mark = known.mark
    if mark and mark.failing_since:
        values = {"at": clock(mark.failing_since, known.now), "why": mark.failing}
        yield Matter(
            kind="alerts",
            happened=Said(words="Alerts have not gone out everywhere since {at}: {why}.", values=values),
            then=Said(words="They are kept, and tried again every few minutes."),
            asked=Said(words="Whoever looks after this machine corrects that address, and tries it:"),
            command="july30 alerts test",
            of_machine=True,
        )


def _stopped(state: State, cases: Sequence[Case], now: datetime) -> Iterator[Matter]:
    happened, then, asked = DO[state]
    groups = by_reason(cases)
    for those in groups[:GROUPS_MAX]:
        first = those[0]
        looks = [one.next_at for one in those if one.next_at and one.next_at > now]
        sees = state is State.UNCLEAR and bool(looks)
        again = (
            Said(words="july30 looks itself, next at {at}.", values={"at": clock(min(looks), now)}) if sees else None
        )
        yield Matter(
            kind=str(state),
            happened=Said(
                words=happened, values={"many": len(those), "account": first.account, "reason": first.reason}
            ),
            then=again or Said(words=then),
            asked=Said(words=asked),
            command=f"july30 queue list --state {state} --account {first.account}",
        )
    if len(groups) > GROUPS_MAX:
        more = Said(
            words="{many} more are {state} for other reasons.",
            values={"many": sum(map(len, groups[GROUPS_MAX:])), "state": state},
        )
        yield Matter(kind=str(state), happened=more, command=f"july30 queue list --state {state}")


def _resting(one: Rest, now: datetime) -> Matter:
    values = {"subject": one.subject, "at": clock(one.until, now), "why": one.why}
    return Matter(
        kind="resting",
        happened=Said(words="{subject} is left alone until {at}: {why}.", values=values),
        then=Said(words="It is asked again by itself; nobody need act."),
        needs_a_person=False,
    )


def clock(instant: datetime, now: datetime) -> str:
    """Such as "05:00 UTC", with its day where that is another one."""
    utc = instant.astimezone(UTC)
    day = "" if utc.date() == now.astimezone(UTC).date() else f"{utc.day} {utc:%B} "
    return f"{day}{utc:%H:%M} UTC"
