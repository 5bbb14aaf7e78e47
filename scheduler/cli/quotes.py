"""An article's quotations: quotes."""

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli.common import NEEDS_A_PERSON, As, Json, desk_of, instant_of, show
from scheduler.model import WrongUse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from posts.model import Quote
    from scheduler.services.drawing import Drawn

UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def quotes(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="An article: .txt, .html or .docx.")],
    draft: Annotated[bool, typer.Option("--draft", help="Make drafts of them, each with its card.")] = False,
    mission: Annotated[list[str] | None, typer.Option(help="For this mission; may be given several times.")] = None,
    at: Annotated[
        str | None, typer.Option(help="The first: 2027-07-30T10:00 is local time everywhere; with Z, one instant.")
    ] = None,
    apart: Annotated[str | None, typer.Option(help="From one to the next: 1d, 2h or 30m; a day if not given.")] = None,
    account: Annotated[list[str] | None, typer.Option(help="Only to this account; may be given several times.")] = None,
    template: Annotated[str | None, typer.Option(help="The cards' design; `cards templates` lists them.")] = None,
    hashtag: Annotated[str | None, typer.Option(help="Instead of the campaign's first; empty for none.")] = None,
    only: Annotated[
        list[int] | None, typer.Option(min=1, help="Only the quotation of this number; may be given several times.")
    ] = None,
    acting: As = None,
    as_json: Json = False,
) -> None:
    """Read an article: its quotations, each whole, with who said it as what. With --draft, drafts with cards too."""
    from scheduler.services import quoting

    found = quoting.quote_article(file)
    if not draft:
        _refuse_without_draft(
            {
                "--mission": mission,
                "--at": at,
                "--apart": apart,
                "--account": account,
                "--template": template,
                "--hashtag": hashtag,
                "--only": only,
                "--as": acting,
            }
        )
        show(quoting.as_json(found), as_json, lambda console: _say_quotes(console, found))
        return
    from posts.cards.templates import DEFAULT
    from scheduler.services import drawing

    if not mission or at is None:
        raise WrongUse("say for whom and when: --draft needs --mission and --at")
    wish = drawing.DrawWish(
        missions=mission,
        at=instant_of(at),
        apart=_span("1d" if apart is None else apart),
        accounts=account or (),
        template=DEFAULT if template is None else template,
        hashtag=hashtag,
        only=only or (),
    )
    with desk_of(context, acting) as desk:
        done = drawing.draft_quotes(desk, found, wish)
    told = {**quoting.as_json(found), **drawing.as_json(done)}
    show(told, as_json, lambda console: _say_drafts(console, found, done))
    if done.not_drafted:
        raise typer.Exit(NEEDS_A_PERSON)


def _refuse_without_draft(options: "Mapping[str, object]") -> None:
    """Nothing, where none was given: options that did nothing would look like drafts that were made."""
    if given := [name for name, value in options.items() if value not in (None, [])]:
        raise WrongUse(f"{' '.join(given)}: this goes with --draft; without it, nothing is stored")


def _span(written: str) -> timedelta:
    match = re.fullmatch(r"([0-9]{1,3})([dhm])", written)
    if not match or int(match[1]) == 0:
        raise WrongUse(f"--apart {written}: write a number and d, h or m, such as 1d, 2h or 30m")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def _say_quotes(console: "Console", found: "Sequence[Quote]") -> None:
    for number, quote in enumerate(found, start=1):
        about = ", ".join(part for part in (quote.speaker, quote.role, quote.organisation) if part)
        console.print(f"{number}. {about} [{quote.language or 'language unsure'}]", markup=False)
        console.print(f"  {quote.words}\n", markup=False)
    console.print(f"{len(found)} quotations" if found else "no quotations: none has both marks and a named speaker")


def _say_drafts(console: "Console", found: "Sequence[Quote]", done: "Drawn") -> None:
    if not found:
        _say_quotes(console, found)
    for one in done.drafts:
        when = f"{one.when.local} in {one.when.zone}"
        console.print(f"quotation {one.quote} for {one.mission}: post {one.post_id}, {when}", markup=False)
    for failed in done.not_drafted:
        console.print(f"quotation {failed.quote} for {failed.mission}: not drafted: {failed.reason}", markup=False)
    counts = f"{len(done.drafts)} drafted, {len(done.not_drafted)} not drafted, {done.there_already} were there already"
    console.print(counts)
    if done.drafts:
        numbers = " ".join(str(one.post_id) for one in done.drafts)
        console.print("Having been quoted is no agreement to a card: ask who was quoted, then let them go out with")
        console.print(f"july30 queue submit {numbers}")
