"""An article's quotations: quotes."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli.common import Json, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from posts.model import Quote


def quotes(
    context: typer.Context,  # noqa: ARG001 - drafting posts of these will need the configuration
    file: Annotated[Path, typer.Argument(help="An article: .txt, .html or .docx.")],
    as_json: Json = False,
) -> None:
    """Read an article: its quotations, each whole, with who said it as what. Nothing is stored."""
    from scheduler.services.quoting import as_json as told
    from scheduler.services.quoting import quote_article

    found = quote_article(file)
    show(told(found), as_json, lambda console: _say_quotes(console, found))


def _say_quotes(console: "Console", found: "Sequence[Quote]") -> None:
    for quote in found:
        about = ", ".join(part for part in (quote.speaker, quote.role, quote.organisation) if part)
        console.print(f"{about} [{quote.language or 'language unsure'}]", markup=False)
        console.print(f"  {quote.words}\n", markup=False)
    console.print(f"{len(found)} quotations" if found else "no quotations: none has both marks and a named speaker")
