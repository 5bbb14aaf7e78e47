"""Quote cards: draw one, list the templates."""

from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli.common import Json, show, table

Text = Annotated[str, typer.Option(help="The words, with or without their quotation marks.")]


def render(
    text: Text,
    out: Annotated[Path, typer.Option(help="The picture to write: a .jpg; an older one there is replaced.")],
    speaker: Annotated[str, typer.Option(help="Who said it.")] = "",
    role: Annotated[str, typer.Option(help="What the speaker does.")] = "",
    organisation: Annotated[str, typer.Option(help="Where the speaker does it.")] = "",
    language: Annotated[str, typer.Option(help="A language tag such as ka, tg or uz-Latn.")] = "",
    mission_name: Annotated[str, typer.Option(help="The mission's name, at the bottom.")] = "",
    hashtag: Annotated[str, typer.Option(help="The hashtag, at the bottom.")] = "",
    size: Annotated[str, typer.Option(help="1080x1350, 1080x1080, 1600x900, 1200x630 or 1080x1920.")] = "1080x1350",
    template: Annotated[str, typer.Option(help="The design; `cards templates` lists them.")] = "deep-blue",
    as_json: Json = False,
) -> None:
    """Draw a quotation as a card, a JPEG, and tell its alt text."""
    from posts.cards.render import render as drawn
    from posts.cards.sizes import size_of
    from posts.model import Quote
    from scheduler.model import WrongUse

    if out.suffix.lower() not in {".jpg", ".jpeg"}:
        raise WrongUse(f"--out {out}: cards are JPEG pictures: give a name that ends with .jpg.")
    quote = Quote(words=text, speaker=speaker, role=role, organisation=organisation, language=language)
    card = drawn(quote, size=size_of(size), template=template, mission_name=mission_name, hashtag=hashtag)
    out.write_bytes(card.jpeg)
    told = {
        "file": str(out),
        "template": template,
        "language": language,
        "width_px": card.width_px,
        "height_px": card.height_px,
        "size_bytes": len(card.jpeg),
        "sha256": card.sha256,
        "alt_text": card.alt_text,
    }
    show(told, as_json, lambda console: console.print(f"{out}\n{card.alt_text}", markup=False))


def templates(as_json: Json = False) -> None:
    """List the designs that cards can be drawn in."""
    from posts.cards.sizes import SIZES
    from posts.cards.templates import names, template_of

    told = [{"template": name, "name": template_of(name).name} for name in names()]
    sizes = [str(size) for size in SIZES]
    rows = [(one["template"], one["name"], ", ".join(sizes)) for one in told]
    show(
        {"templates": told, "sizes": sizes},
        as_json,
        lambda console: console.print(table(["template", "name", "sizes"], rows)),
    )
