"""Telling people what needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.alarm.notice import Notice
from scheduler.notify.alerts import Bell

if TYPE_CHECKING:
    from scheduler.notify.alerts import Told
    from scheduler.services.desk import Desk


def bell_of(desk: Desk) -> Bell:
    """The bell at the addresses of `[alerts] urls`."""
    return Bell(desk.settings.alert_urls, desk.settings.path.parent, desk.environment)


def try_out(desk: Desk) -> list[Told]:
    """Every address has been sent a test message; whether each took it. Empty where none is configured."""
    bell = bell_of(desk)
    message = Notice(
        title="july30: this is a test",
        lines=(
            f"Alerts about {desk.settings.campaign.name} come to this place.",
            f"Nobody need do anything. It was asked for by {desk.actor}.",
        ),
    )
    return bell.ring(dict.fromkeys(bell.numbers, message))
