"""The plan as a spreadsheet of our own: importing it back changes nothing."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING, Any, cast

from posts.intake.columns import TEXT_FOR
from posts.intake.draft import ALT_TEXT_SEPARATOR, SheetError
from posts.intake.opening import shape_name
from posts.intake.write import write_plan
from scheduler.model import Review, WrongUse
from scheduler.plan import local_text
from scheduler.services.editing import left_out
from scheduler.store import posts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from posts.model import Captions, Media, Post
    from scheduler.services.desk import Desk


def export_plan(desk: Desk, path: Path, *, mission: str | None = None) -> int:
    """The plan is in the file (.xlsx or .csv), its pictures in a folder beside it; how many posts it holds.

    Posts of all campaigns are left out but the current one's. Raises WrongUse for another kind of file.
    """
    if path.suffix.casefold() not in {".xlsx", ".csv"}:
        raise WrongUse(f"{path.name}: the plan is written as .xlsx or .csv; give the file one of these endings")
    if mission is not None:
        desk.settings.mission(mission)
    with desk.database.read() as tx:
        rows = [
            row
            for row in cast("list[dict[str, Any]]", posts.rows_of(tx))
            if row["campaign_id"] == desk.campaign_id and mission in {None, row["mission"]}
        ]
        content = posts.load(tx, [row["id"] for row in rows])
        deliveries = {row["id"]: cast("list[dict[str, Any]]", posts.deliveries_of(tx, row["id"])) for row in rows}
    try:
        write_plan(path, [_row(row, deliveries[row["id"]], content[row["id"]], path) for row in rows])
    except SheetError as error:
        raise WrongUse(str(error)) from error
    return len(rows)


def _row(row: dict[str, Any], deliveries: Sequence[dict[str, Any]], content: Post, path: Path) -> dict[str, str]:
    first = deliveries[0]
    date, _, time = str(first["local_due"]).partition("T")
    named = [one["account_id"] for one in deliveries if not left_out(one)]
    limit = local_text(row["not_after"], first["time_zone"]).replace("T", " ") if row["not_after"] else ""
    return {
        "id": row["external_id"],
        "mission": row["mission"],
        "account": ";".join(named),
        "platform": "",
        "date": date,
        "time": time,
        "kind": row["kind"],
        "not_after": limit,
        "language": row["language"],
        "text": row["text"],
        **{f"{TEXT_FOR}{platform}": words for platform, words in content.overrides.items()},
        "link": row["link"],
        "media": ";".join(name for one in content.media for name in _copies(one, path)),
        "alt_text": ALT_TEXT_SEPARATOR.join(one.alt_text for one in content.media),
        "quote": row["quote_words"] or "",
        "speaker": row["quote_speaker"] or "",
        "role": row["quote_role"] or "",
        "organisation": row["quote_organisation"] or "",
        "consent": row["quote_consent"] or "",
        "first_comment": row["first_comment"],
        "status": _status(row["review"]),
        "notes": row["notes"],
    }


def _status(review: str) -> str:
    return "draft" if review == Review.SENT_BACK else review


def _copies(one: Media, path: Path) -> list[str]:
    """The names of the copies beside the sheet: the picture and its shapes; the film, its captions, its cover."""
    folder = path.parent / f"{path.stem}-media"
    folder.mkdir(parents=True, exist_ok=True)
    if one.shapes:
        named = one.path.with_stem(_stem(one))
        files = [(one, named.name), *((shape, shape_name(named, shape)) for shape in one.shapes)]
        return [_copy(file.path, folder, file.size_bytes, name) for file, name in files]
    beside: list[Media | Captions] = [one, *one.captions, *([one.cover] if one.cover else [])]
    return [_copy(file.path, folder, file.size_bytes, file.path.name) for file in beside]


def _stem(one: Media) -> str:
    """A name for the picture with just these shapes: another post may show it with others."""
    told = "".join(sorted(shape.sha256 for shape in one.shapes))
    return f"{one.path.stem}-{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def _copy(source: Path, folder: Path, size_bytes: int, name: str) -> str:
    target = folder / name
    if not target.exists() or target.stat().st_size != size_bytes:
        shutil.copyfile(source, target)
    return f"{folder.name}/{target.name}"
