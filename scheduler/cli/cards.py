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
    also_for: Annotated[
        list[str] | None, typer.Option(help="Also as this platform shows it best, beside it: card.1600x900.jpg.")
    ] = None,
    template: Annotated[str, typer.Option(help="The design; `cards templates` lists them.")] = "deep-blue",
    as_json: Json = False,
) -> None:
    """Draw a quotation as a card, a JPEG, and tell its alt text; with --also-for in several sizes."""
    from posts.cards.render import render as drawn
    from posts.cards.sizes import size_of
    from posts.model import Quote
    from scheduler.model import WrongUse
    from scheduler.services.previewing import card_size_for

    if out.suffix.lower() not in {".jpg", ".jpeg"}:
        raise WrongUse(f"--out {out}: cards are JPEG pictures: give a name that ends with .jpg.")
    quote = Quote(words=text, speaker=speaker, role=role, organisation=organisation, language=language)
    usual = size_of(size)
    wanted = {usual: out}
    for other in map(size_of, map(card_size_for, also_for or ())):
        wanted.setdefault(other, out.with_name(f"{out.stem}.{other}{out.suffix}"))
    cards = {
        path: drawn(quote, size=each, template=template, mission_name=mission_name, hashtag=hashtag)
        for each, path in wanted.items()
    }
    for path, card in cards.items():
        path.write_bytes(card.jpeg)
    files = [
        {
            "file": str(path),
            "template": template,
            "language": language,
            "width_px": card.width_px,
            "height_px": card.height_px,
            "size_bytes": len(card.jpeg),
            "sha256": card.sha256,
            "alt_text": card.alt_text,
        }
        for path, card in cards.items()
    ]
    told = {**files[0], "shapes": files[1:]}
    names = "\n".join(str(path) for path in cards)
    show(told, as_json, lambda console: console.print(f"{names}\n{files[0]['alt_text']}", markup=False))


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
