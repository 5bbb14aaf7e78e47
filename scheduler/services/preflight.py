"""Before posts are let go, everything that stands against them on their accounts is found, and all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from posts.model import Level
from scheduler.model import WrongUse
from scheduler.services.vetting import Vetting
from scheduler.store import posts
from scheduler.store.planned import to_go

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from posts.model import Problem
    from scheduler.services.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found of one post, as it read then, on the accounts where it is not out yet."""

    post_id: int
    content_hash: str
    problems: tuple[Problem, ...]


def check_posts(desk: Desk, post_ids: Sequence[int] | None) -> list[Checked]:
    """Each of the posts (of all, where None) that still has somewhere to go, with what stands against it now.

    Accounts are asked for their limits, pictures are read, nothing is changed: no transaction is open meanwhile.
    """
    with desk.database.read() as tx:
        those = to_go(tx, post_ids)
        contents = posts.load(tx, [one.post_id for one in those])
    vetting = Vetting(desk)
    return [
        Checked(
            post_id=one.post_id,
            content_hash=one.content_hash,
            problems=tuple(vetting.stored_problems(contents[one.post_id], one.accounts, one.due, one.post_id)),
        )
        for one in those
    ]


def look_over(desk: Desk, post_ids: Sequence[int] | None) -> list[dict[str, Any]]:
    """As `check_posts`, in the shape that scripts rely on. Raises WrongUse for a post that there is not."""
    checked = check_posts(desk, post_ids)
    with desk.database.read() as tx:
        rows = {row["id"]: row for row in posts.rows_of(tx, post_ids)}
    if missing := set(post_ids or ()) - set(rows):
        raise WrongUse(f"there is no post {min(missing)}; `july30 queue list` shows those there are")
    return [
        {
            "post": one.post_id,
            "mission": rows[one.post_id]["mission"],
            "review": rows[one.post_id]["review"],
            "blocked": any(found.level is Level.BLOCK for found in one.problems),
            "problems": [{"code": each.code, "level": each.level, "message": each.message} for each in one.problems],
        }
        for one in checked
    ]


def refuse_blocked(found: Sequence[Problem], on_warning: Callable[[str], None]) -> None:
    """Where none of these blocks, each is told to `on_warning`. Raises WrongUse with every one that does."""
    if blocks := said(found, Level.BLOCK):
        raise WrongUse("; ".join(blocks))
    for one in found:
        on_warning(one.message)


def refuse_blocked_posts(checked: Iterable[Checked]) -> None:
    """Nothing, where all may go out. Raises WrongUse with every reason of every post that may not."""
    told = [f"post {one.post_id}: {words}" for one in checked for words in said(one.problems, Level.BLOCK)]
    if told:
        raise WrongUse("; ".join(told))


def refuse_changed(checked: Iterable[Checked], rows: Iterable[Mapping[str, object]]) -> None:
    """Nothing, where the posts' rows are what was checked. Raises WrongUse where somebody was faster."""
    now = {row["id"]: row["content_hash"] for row in rows}
    for one in checked:
        if now.get(one.post_id, one.content_hash) != one.content_hash:
            raise WrongUse(f"post {one.post_id} was changed by somebody else meanwhile: read it, then try again")


def said(found: Iterable[Problem], *levels: Level) -> list[str]:
    """The words of those of these levels."""
    return [one.message for one in found if one.level in levels]


def warned(checked: Iterable[Checked]) -> dict[int, list[str]]:
    """By post, what speaks against it without keeping it; posts without are left out."""
    found = {one.post_id: said(one.problems, *set(Level) - {Level.BLOCK}) for one in checked}
    return {number: words for number, words in found.items() if words}
