"""A look over everything that has to be in order before 30 July."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from scheduler.journal.lines import JournalAwayError
from scheduler.plan import tzdata_version
from scheduler.services import lineage
from scheduler.services.alerting import bell_of, dead_man_of
from scheduler.services.connecting import check_accounts
from scheduler.services.lineage import Verdict
from scheduler.services.matters import STALE_AFTER
from scheduler.services.users import too_few_approvers
from scheduler.store import ledger, lists

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from scheduler.services.desk import Desk


def examine(desk: Desk) -> list[dict[str, object]]:
    """Each thing looked at: `check`, `ok`, and in `message` what was found or what to mend."""
    found = [_told(f"note {number}", True, words) for number, words in enumerate(desk.settings.warnings, start=1)]
    found.append(_told("zone data", True, tzdata_version()))
    found.append(_ledger(desk))
    found.append(_daemon(desk))
    found += _telling(desk)
    found += _review(desk)
    found.append(_folder("media", desk.settings.media_folder))
    found.append(_journal(desk))
    for one in check_accounts(desk, []):
        dies_early = bool(one.get("renew")) and bool(one.get("posts_after"))
        found.append(_told(f"account {one['id']}", bool(one["ok"]) and not dies_early, str(one["message"])))
    return found


def _told(check: str, ok: bool, message: str) -> dict[str, object]:
    return {"check": check, "ok": ok, "message": message}


def _ledger(desk: Desk) -> dict[str, object]:
    with desk.database.read() as tx:
        verdict = ledger.verify(tx)
    words = f"{verdict.rows} rows, first bad: {verdict.first_bad}" if verdict.first_bad else f"{verdict.rows} rows"
    return _told("ledger", verdict.first_bad is None, words)


def _daemon(desk: Desk) -> dict[str, object]:
    with desk.database.read() as tx:
        beat = lists.last_beat(tx)
    if beat is None:
        return _told("daemon", False, "never ran on this database: start july30 daemon")
    last: datetime = beat["beat_at"]  # type: ignore[assignment]
    alive = desk.now() - last <= STALE_AFTER
    if beat["standstill"]:
        return _told("daemon", False, f"it sends nothing: {beat['standstill']}")
    return _told("daemon", alive, f"last alive {last:%Y-%m-%d %H:%M:%S} UTC" + ("" if alive else ": start it"))


def _telling(desk: Desk) -> list[dict[str, object]]:
    """Whether each address for alerts means anything, and whether the dead man's switch answers."""
    found = [_told(f"alerts {one.number}", one.ok, one.why or "can be used") for one in bell_of(desk).examine()]
    if desk.settings.dead_man_ping:
        found.append(_dead_man(desk))
    return found


def _dead_man(desk: Desk) -> dict[str, object]:
    if not _daemon(desk)["ok"]:
        return _told("dead man's switch", True, "not tried: it would say that the daemon is well, and it is not")
    why = dead_man_of(desk).ping()
    return _told("dead man's switch", not why, why or "it answers")


def _review(desk: Desk) -> list[dict[str, object]]:
    levels = desk.settings.review_levels
    short = too_few_approvers(desk)
    told = [f"{code} has {count} of the {levels} approvers that it needs at least" for code, count in short.items()]
    words = f"{'; '.join(told)}: july30 users add" if told else f"{levels} other people approve each post"
    return [_told("review", not told, words)] if levels else []


def _journal(desk: Desk) -> dict[str, object]:
    """Whether the send journal can go on. A lost one is never made anew here: nobody would see that it is lost."""
    folder = desk.settings.journal_folder
    try:
        found = lineage.look(desk)
    except JournalAwayError as error:
        return _told("journal folder", False, str(error))
    if found.words and found.verdict is not Verdict.AHEAD:  # while the daemon writes, this look may see too little
        return _told("journal folder", False, found.words)
    return _folder("journal", folder)


def _folder(name: str, path: Path) -> dict[str, object]:
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        return _told(f"{name} folder", False, f"{path} cannot be written: {error.strerror}")
    return _told(f"{name} folder", True, f"{path} can be written")
