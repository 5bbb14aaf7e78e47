"""A spreadsheet becomes posts: every row gets a verdict, then all that are ready are stored in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from posts.cards.errors import CardError
from posts.intake.draft import ALT_TEXT_SEPARATOR, CellProblem, SheetError, Status, Verdict
from posts.intake.sheet import read_sheet
from posts.model import Level, Post
from scheduler.model import State, WrongUse
from scheduler.plan import GapError, resolve
from scheduler.services.carding import draw_card
from scheduler.services.drafting import from_draft, keep_pictures
from scheduler.services.editing import can_be_edited, dropped, replace_post
from scheduler.services.permitting import Right, require
from scheduler.services.preflight import check_posts
from scheduler.services.reviewing import OPEN_TO_A_ROW, wish_review
from scheduler.services.vetting import Vetting
from scheduler.store import cards, posts
from scheduler.store.ledger import Entry, write_down

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from posts.intake.draft import Draft, Row, Sheet
    from posts.model import Problem
    from scheduler.services.carding import Drawn
    from scheduler.services.desk import Desk
    from scheduler.store.cards import NewCard
    from scheduler.store.database import Transaction
    from scheduler.store.posts import Known, NewPost, When


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One row with its final verdict: added, unchanged, changed, needs_fixing or skipped."""

    row: Row
    verdict: str
    problems: tuple[CellProblem, ...]
    new: NewPost | None = None
    known: Known | None = None
    cards: tuple[NewCard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a spreadsheet did, or would do in a dry run."""

    file: str
    rows: tuple[Judged, ...]
    questions: tuple[Mapping[str, str], ...]
    committed: bool
    counts: Mapping[str, int] = field(default_factory=dict)


def import_sheet(
    desk: Desk,
    path: Path,
    *,
    mission: str | None = None,
    day_first: bool | None = None,
    commit: bool,
    on_row: Callable[[int, int], None] = lambda _done, _all: None,
) -> Imported:
    """Every row has its verdict and, with `commit`, those that are ready are in the database: all or, on failure, none.

    Nothing is stored while a question is open. Raises WrongUse for a file that cannot be read as a whole.
    """
    sheet = _read(desk, path, mission, day_first)
    require(desk, Right.WRITE, sorted({row.draft.mission for row in sheet.rows if row.draft}))
    commit = commit and not sheet.questions
    judged = _judge(desk, sheet, on_row, keep=commit)
    if commit:
        _store(desk, judged)
    verdicts = [one.verdict for one in judged]
    return Imported(
        file=str(path),
        rows=tuple(judged),
        questions=tuple(dict(one) for one in sheet.questions),
        committed=commit,
        counts={name: verdicts.count(name) for name in ("added", "unchanged", "changed", "needs_fixing", "skipped")},
    )


def as_json(done: Imported) -> dict[str, object]:
    """The shape that scripts rely on."""
    return {
        "file": done.file,
        **done.counts,
        "committed": done.committed,
        "questions": list(done.questions),
        "rows": [_row_json(one) for one in done.rows],
    }


def _read(desk: Desk, path: Path, mission: str | None, day_first: bool | None) -> Sheet:
    if mission is not None:
        desk.settings.mission(mission)
    missions = {one.code: one for one in desk.settings.missions}
    try:
        return read_sheet(path, missions, desk.settings.accounts, default_mission=mission, day_first=day_first)
    except SheetError as error:
        raise WrongUse(str(error)) from error


def _judge(desk: Desk, sheet: Sheet, on_row: Callable[[int, int], None], *, keep: bool) -> list[Judged]:
    """Every row with its verdict; with `keep`, cards that were drawn lie in our media folder."""
    keys = [(row.draft.mission, row.draft.row_key) for row in sheet.rows if row.draft]
    with desk.database.read() as tx:
        known = posts.known(tx, desk.campaign_id, keys)
        ended = {one.post_id: dropped(tx, one.post_id) for one in known.values() if State.CANCELLED in one.states}
    vetting = Vetting(desk)
    judged = []
    for number, row in enumerate(sheet.rows, start=1):
        draft = row.draft
        there = known.get((draft.mission, draft.row_key)) if draft else None
        one = _judge_row(desk, vetting, row, there, keep=keep)
        gone = ended.get(there.post_id, frozenset()) if there else frozenset()
        judged.append(_without_ended(one, gone) if one.verdict == "changed" else one)
        on_row(number, len(sheet.rows))
    return _as_stored(desk, _crowded(vetting, judged))


def _crowded(vetting: Vetting, judged: Sequence[Judged]) -> list[Judged]:
    """The judged rows, with a warning for each that is planned where too many are, those of the file among them."""
    planned = {one.row.number: one.new for one in judged if one.new and one.verdict in {"added", "changed"}}
    for one in judged:
        if new := planned.get(one.row.number):
            key = one.known.post_id if one.known else (new.content.mission, new.external_id)
            vetting.plan(new.content, new.accounts, new.when.instant, key)
    return [
        _with_problems(one, vetting.crowded(new.accounts, new.when.instant))
        if (new := planned.get(one.row.number))
        else one
        for one in judged
    ]


def _as_stored(desk: Desk, judged: Sequence[Judged]) -> list[Judged]:
    """The judged rows; of those that say nothing new but ask to be let go, what is stored is judged as it is now."""
    asked = {one.known.post_id for one in judged if one.known and _asks_to_be_let_go(one)}
    found = {one.post_id: one.problems for one in check_posts(desk, sorted(asked))} if asked else {}
    return [
        _with_problems(one, found[one.known.post_id]) if one.known and one.known.post_id in found else one
        for one in judged
    ]


def _asks_to_be_let_go(one: Judged) -> bool:
    still_asks = one.row.draft is not None and one.row.draft.status is not Status.DRAFT
    return one.verdict == "unchanged" and still_asks and one.known is not None and one.known.review in OPEN_TO_A_ROW


def _with_problems(one: Judged, found: Iterable[Problem]) -> Judged:
    problems = tuple(_in_cell(one.row, problem) for problem in found)
    blocked = any(problem.level is Level.BLOCK for problem in problems)
    return replace(one, verdict="needs_fixing" if blocked else one.verdict, problems=(*one.problems, *problems))


def _in_cell(row: Row, found: Problem) -> CellProblem:
    return CellProblem(code=found.code, level=found.level, cell=f"row {row.number}", message=found.message)


def _without_ended(one: Judged, ended: frozenset[str]) -> Judged:
    """The judged row; one that names an account again that it once left out needs fixing: that delivery has ended."""
    again = sorted(ended & set(one.new.accounts)) if one.new else []
    left_out = ", ".join(again)
    words = f"this row once left out {left_out}, and what was cancelled stays so: give this account a row of its own"
    return _to_fix(one.row, "account_ended", "account", words) if again else one


def _judge_row(desk: Desk, vetting: Vetting, row: Row, known: Known | None, *, keep: bool) -> Judged:
    draft = row.draft
    if draft is None or row.verdict is not Verdict.READY:
        verdict = "skipped" if row.verdict is Verdict.SKIPPED else "needs_fixing"
        return Judged(row=row, verdict=verdict, problems=tuple(row.problems))
    try:
        drawn = _drawn(desk, vetting, draft)
    except CardError as error:
        return _to_fix(row, "card", "quote", str(error))
    if drawn and keep:
        drawn.keep()
    content = _content(draft, drawn)
    try:
        new = from_draft(desk, draft, content)
    except GapError as error:
        return _to_fix(row, "time_does_not_exist", "not_after" if error.wish == draft.not_after else "time", str(error))
    problems = list(row.problems)
    if known and known.source_hash == new.source_hash:
        return Judged(row=row, verdict="unchanged", problems=tuple(problems), new=new, known=known)
    if known and not can_be_edited(known.states):
        words = "this row was changed, but its post is out, on its way or ended; give the new text a new id"
        return _to_fix(row, "already_out", "id", words)
    if new.when.instant <= desk.now():
        words = f"{new.when.local.replace('T', ' ')} in {new.when.zone} is already past; nothing past is ever sent"
        return _to_fix(row, "past", "date", words)
    problems += [*_twice(row, new.when), *(_in_cell(row, one) for one in vetting.problems(content, draft.accounts))]
    if any(one.level is Level.BLOCK for one in problems):
        return Judged(row=row, verdict="needs_fixing", problems=tuple(problems))
    verdict, cards = "changed" if known else "added", drawn.cards if drawn else ()
    return Judged(row=row, verdict=verdict, problems=tuple(problems), new=new, known=known, cards=cards)


def _twice(row: Row, when: When) -> list[CellProblem]:
    """A warning where clocks go back over the local time."""
    if not resolve(datetime.fromisoformat(when.local), when.zone).twice:
        return []
    words = f"{when.local.replace('T', ' ')} happens twice in {when.zone}; the first of the two is taken"
    return [CellProblem(code="happens_twice", level=Level.WARN, cell=f"row {row.number}", message=words)]


def _to_fix(row: Row, code: str, cell: str, message: str) -> Judged:
    problem = CellProblem(code=code, level=Level.BLOCK, cell=f"{cell}, row {row.number}", message=message)
    return Judged(row=row, verdict="needs_fixing", problems=(*row.problems, problem))


def _drawn(desk: Desk, vetting: Vetting, draft: Draft) -> Drawn | None:
    """The card that the row asks for, in the sizes of its accounts; None where it asks for none. Raises CardError."""
    if not draft.card or draft.quote is None:
        return None
    mission, folder = desk.settings.mission(draft.mission), desk.settings.media_folder
    tag = next(iter(desk.settings.campaign.hashtags), "")
    drawn = draw_card(draft.quote, vetting.card_sizes(draft.accounts), mission, folder, hashtag=tag)
    alt_text = draft.card_alt_text or drawn.picture.alt_text
    return replace(drawn, picture=replace(drawn.picture, alt_text=alt_text))


def _content(draft: Draft, drawn: Drawn | None) -> Post:
    return Post(
        mission=draft.mission,
        text=draft.text,
        language=draft.language,
        link=draft.link,
        first_comment=draft.first_comment,
        media=(drawn.picture,) if drawn else draft.media,
        overrides=draft.overrides,
    )


def _store(desk: Desk, judged: Sequence[Judged]) -> None:
    """Pictures first: a file without a row is harmless, a row without its file is not."""
    folder = desk.settings.media_folder
    ready = [
        replace(one, new=replace(one.new, content=keep_pictures(one.new.content, folder)))
        for one in judged
        if one.new and one.verdict in {"added", "changed"}
    ]
    same = [one for one in judged if one.verdict == "unchanged"]
    with desk.database.write() as tx:
        _refuse_stale(tx, desk, ready)
        fresh = [one for one in ready if one.verdict == "added"]
        ids = posts.add_many(tx, [one.new for one in fresh if one.new], desk.now())
        numbered = list(zip(ids, fresh, strict=True))
        for one in ready:
            if one.verdict == "changed" and one.known and one.new:
                replace_post(tx, desk, one.known.post_id, one.new)
                numbered.append((one.known.post_id, one))
        _store_cards(tx, numbered)
        now = desk.now()
        write_down(
            tx,
            [
                Entry(
                    at=now,
                    actor=desk.actor,
                    verb="import" if one.verdict == "added" else "edit",
                    subject=f"post:{number}",
                    after={"content_hash": one.new.content_hash, "due": one.new.when.local, "review": "draft"},
                )
                for number, one in numbered
                if one.new
            ],
        )
        numbered += [(one.known.post_id, one) for one in same if one.known]
        warned = {number: [found.message for found in one.problems] for number, one in numbered}
        wish_review(tx, desk, [(number, one.row.draft.status) for number, one in numbered if one.row.draft], warned)


def _store_cards(tx: Transaction, numbered: Sequence[tuple[int, Judged]]) -> None:
    """Of each post those cards are kept that it shows."""
    fresh = {}
    for number, one in numbered:
        shown = [shape.sha256 for it in one.new.content.media for shape in (it, *it.shapes)] if one.new else []
        there = cards.keep_shown(tx, number, shown) if one.known else frozenset()
        fresh[number] = [card for card in one.cards if card.sha256 not in there]
    cards.add_many(tx, fresh)


def _refuse_stale(tx: Transaction, desk: Desk, ready: Sequence[Judged]) -> None:
    """Nothing, where the rows are still what they were when they were judged. Raises WrongUse where they are not."""
    keys = {(one.new.content.mission, one.new.external_id): one for one in ready if one.new}
    there = posts.known(tx, desk.campaign_id, keys)
    for key, one in keys.items():
        now = there.get(key)
        if (now and now.source_hash) != (one.known and one.known.source_hash):
            raise WrongUse(
                f"row {one.row.number} was imported or changed by somebody else meanwhile;"
                " nothing was stored: import again"
            )


def _row_json(one: Judged) -> dict[str, object]:
    return {
        "row": one.row.number,
        "verdict": one.verdict,
        "problems": [
            {"code": found.code, "level": str(found.level), "cell": found.cell, "message": found.message}
            for found in one.problems
        ],
        "post": _post_json(one.row.draft, one.new) if one.row.draft else None,
    }


def _post_json(draft: Draft, new: NewPost | None) -> dict[str, object]:
    media = new.content.media if new and draft.card else draft.media
    return {
        "id": draft.row_key,
        "mission": draft.mission,
        "text": draft.text,
        "local_due": f"{draft.local_date.isoformat()}T{draft.local_time.isoformat('seconds')}",
        "time_zone": new.when.zone if new else None,
        "accounts": list(draft.accounts),
        "link": draft.link,
        "media": [one.path.name for one in media],
        "alt_text": ALT_TEXT_SEPARATOR.join(one.alt_text for one in media),
        "language": draft.language,
        "status": str(draft.status),
        "notes": draft.notes,
    }
