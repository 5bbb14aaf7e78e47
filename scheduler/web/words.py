"""Every word that the console itself says goes through here; what missions wrote never does."""

from __future__ import annotations

from gettext import NullTranslations
from typing import TYPE_CHECKING

from scheduler.model import Review, SchedulerError, State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime, timedelta

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
STANDINGS: Mapping[State | Review, str] = {
    State.WAITING: "Waiting",
    State.SENDING: "Sending",
    State.PUBLISHED: "Published",
    State.UNCLEAR: "Unclear",
    State.HELD: "Held",
    State.FAILED: "Failed",
    State.REMOVED: "Removed",
    State.SKIPPED: "Skipped",
    State.CANCELLED: "Cancelled",
    Review.DRAFT: "Draft",
    Review.SUBMITTED: "Submitted",
    Review.APPROVED: "Approved",
    Review.SENT_BACK: "Sent back",
}
METRIC_WORDS = {
    "likes": "Likes",
    "comments": "Comments",
    "shares": "Shares",
    "views": "Views",
    "clicks": "Clicks",
    "saves": "Saves",
}


class UntranslatableError(SchedulerError):
    """A translated sentence lacks a value that it names, or names one that does not exist."""


class Words:
    """The console's sentences in one language; without translations they are English, as written in the source."""

    def __init__(self, language: str = "en", translations: NullTranslations | None = None):
        self.language = language
        self._translations = translations or NullTranslations()

    def __call__(self, sentence: str, **values: object) -> str:
        """The sentence in this language with its `{values}` filled in; they are content and never translated."""
        return self._filled(self._translations.gettext(sentence), values)

    def many(self, one: str, more: str, count: int, **values: object) -> str:
        """The sentence for so many things; `{count}` is the number."""
        return self._filled(self._translations.ngettext(one, more, count), {"count": count, **values})

    def standing(self, standing: State | Review) -> str:
        """The word for a state."""
        return self(STANDINGS[standing])

    def metric(self, name: str) -> str:
        """The word for a count; its own name where it is not one of the common ones."""
        return self(METRIC_WORDS[name]) if name in METRIC_WORDS else name

    def number(self, count: int) -> str:
        """A number at the beginning of a sentence: a word up to ten."""
        return self(NUMBERS[count]) if count < len(NUMBERS) else str(count)

    def day(self, day: date) -> str:
        """Such as "Friday 30 July 2027"."""
        return self(
            "{weekday} {day} {month} {year}",
            weekday=self(WEEKDAYS[day.weekday()]),
            day=day.day,
            month=self.month(day),
            year=day.year,
        )

    def short_day(self, day: date) -> str:
        """Such as "Fri 30 July"."""
        return self("{weekday} {day} {month}", weekday=self.weekday(day), day=day.day, month=self.month(day))

    def weekday(self, day: date) -> str:
        """Such as "Fri"."""
        return self(SHORT_WEEKDAYS[day.weekday()])

    def month(self, day: date) -> str:
        """Such as "July"."""
        return self(MONTHS[day.month - 1])

    def span(self, span: timedelta) -> str:
        """How long, in at most two units: "9 s", "48 min", "1 h 3 min", "2 days"."""
        seconds = abs(int(span.total_seconds()))
        minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
        if days >= 2:
            return self.many("{count} day", "{count} days", days)
        if hours:
            return self("{hours} h {minutes} min", hours=hours, minutes=minutes % 60)
        return self("{minutes} min", minutes=minutes) if minutes else self("{seconds} s", seconds=seconds)

    def _filled(self, sentence: str, values: Mapping[str, object]) -> str:
        try:
            return sentence.format(**values)
        except (KeyError, IndexError, ValueError) as error:
            raise UntranslatableError(f"'{sentence}' ({self.language}) cannot be filled in: {error}") from error


def clock(moment: datetime) -> str:
    """What a clock shows, on 24 hours."""
    return f"{moment:%H:%M}"


def city(zone: str) -> str:
    """The zone's city: "Asia/Tbilisi" → "Tbilisi"."""
    return zone.rpartition("/")[2].replace("_", " ")


def offset(local: datetime, instant: datetime) -> str:
    """How far a zone's clock is from UTC: "+4", "+5:30", "-3"."""
    minutes = round((local - instant.replace(tzinfo=None)).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")
