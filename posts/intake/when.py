"""Dates and times as people and spreadsheet programs write them. Day and month are never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

from posts.intake.table import as_text
from posts.intake.wrong import Wrong

if TYPE_CHECKING:
    from collections.abc import Iterable

    from posts.intake.table import Value

_YEARS = range(2000, 2101)
_MONTHS = 12
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_EITHER = re.compile(r"([0-9]{1,2})[-/]([0-9]{1,2})[-/]([0-9]{4})")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_FRACTION = re.compile(r"0?[.,][0-9]+")
_END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How a file writes 07/08/2027. `day_first` None: nobody knows; `question` then asks, where it matters."""

    day_first: bool | None = None
    question: str = ""


def decide_order(values: Iterable[Value], *, day_first: bool | None) -> Order:
    """The file's order: what its own dates prove, else `day_first`; unknown where the two contradict each other."""
    found = [_EITHER.match(value.strip()) for value in values if isinstance(value, str)]
    pairs = [(int(match[1]), int(match[2])) for match in found if match]
    proven = {first > _MONTHS for first, second in pairs if (first > _MONTHS) != (second > _MONTHS)}
    orders = proven if day_first is None else proven | {day_first}
    if len(orders) == 1:
        return Order(day_first=orders.pop())
    if not any(first != second and max(first, second) <= _MONTHS for first, second in pairs):
        return Order()
    if proven:
        return Order(question="Some dates have the day first and others the month: write them as 2027-07-30.")
    return Order(question="Is 07/08/2027 in this file 7 August (day first) or 8 July (month first)?")


def read_date(value: Value, order: Order, epoch: datetime = WINDOWS_EPOCH) -> date:
    """The day that a cell names. Raises Wrong where it names none, or where nobody knows which."""
    match value:
        case datetime() if value.time() != time():
            raise Wrong("date_with_time", f"{value} holds a time too: write the time in the column for it.")
        case datetime():
            return _sensible(value.date())
        case date():
            return _sensible(value)
        case int() | float() if not isinstance(value, bool):
            return _from_serial(value, epoch)
    return _sensible(_date_in_words(as_text(value).strip(), order))


def _date_in_words(words: str, order: Order) -> date:
    if match := _YEAR_FIRST.fullmatch(words):
        return _date(words, match[1], match[2], match[3])
    if match := _DOTTED.fullmatch(words):
        return _date(words, match[3], match[2], match[1])
    if match := _EITHER.fullmatch(words):
        return _date_either(words, order, match[1], match[2], match[3])
    if _SERIAL.fullmatch(words):
        return _from_serial(float(words), WINDOWS_EPOCH)
    raise Wrong("bad_date", f"“{words}” is no date that can be read: write it as 2027-07-30.")


def _date_either(words: str, order: Order, first: str, second: str, year: str) -> date:
    if int(first) > _MONTHS or first == second:
        day_first = True
    elif int(second) > _MONTHS:
        day_first = False
    elif order.day_first is None:
        raise Wrong("day_or_month", f"“{words}” can be read both ways: write it as 2027-07-30.")
    else:
        day_first = order.day_first
    return _date(words, year, second, first) if day_first else _date(words, year, first, second)


def _date(words: str, year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise Wrong("impossible_date", f"“{words}” is not in the calendar: write a day that exists.") from error


def _from_serial(serial: float, epoch: datetime) -> date:
    try:
        moment = from_excel(serial, epoch)
    except (OverflowError, ValueError):
        moment = None
    if not isinstance(moment, datetime):
        raise Wrong("bad_date", f"{serial} is no date: write it as 2027-07-30.")
    return read_date(moment, Order())


def _sensible(day: date) -> date:
    if day.year not in _YEARS:
        raise Wrong("bad_date", f"The year of {day} cannot be meant: write it as 2027-07-30.")
    return day


def read_time(value: Value) -> time:
    """The time of day that a cell names, to the second. Raises Wrong where it names none."""
    match value:
        case time():
            return _from_seconds(value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1_000_000)
        case timedelta():
            return _from_seconds(value.total_seconds())
        case int() | float() if not isinstance(value, bool):
            return _from_seconds(value * 86_400)
        case datetime() | date():
            raise Wrong("bad_time", f"{value} is a date: write only the time, as 09:00.")
    return _time_in_words(as_text(value).strip())


def _time_in_words(words: str) -> time:
    if _FRACTION.fullmatch(words):
        return _from_seconds(float(words.replace(",", ".")) * 86_400)
    match = _CLOCK.fullmatch(words)
    try:
        if match:
            return time(int(match[1]), int(match[2]), int(match[3] or 0))
    except ValueError as error:
        raise Wrong("bad_time", f"“{words}” is not on the clock: write a time from 00:00 to 23:59.") from error
    raise Wrong("bad_time", f"“{words}” is no time that can be read: write it as 09:00 or 21:30:00.")


def _from_seconds(seconds: float) -> time:
    whole = round(seconds) if abs(seconds) < 2 * 86_400 else -1
    if not 0 <= whole < 86_400:
        raise Wrong("bad_time", "This number is no time of day: write it as 09:00.")
    return time(whole // 3600, whole // 60 % 60, whole % 60)


def read_moment(value: Value, order: Order, epoch: datetime = WINDOWS_EPOCH) -> datetime:
    """The naive local moment that a cell names; a day alone means its end. Raises Wrong where it names none."""
    if isinstance(value, datetime) and value.time() != time():
        _sensible(value.date())
        return value.replace(microsecond=0)
    words = as_text(value).strip() if isinstance(value, str) else ""
    day, _, clock = words.replace("T", " ").partition(" ")
    if clock.strip():
        return datetime.combine(read_date(day, order, epoch), read_time(clock.strip()))
    return datetime.combine(read_date(value, order, epoch), _END_OF_DAY)
