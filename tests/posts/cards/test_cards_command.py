from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import typer
from PIL import Image
from typer.testing import CliRunner

from posts.cards.errors import CardError
from posts.intake.opening import open_all
from scheduler.cli.cards import render, templates
from scheduler.model import WrongUse

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


def run(*words: str) -> Result:
    app = typer.Typer()
    app.command("render")(render)
    app.command("templates")(templates)
    return CliRunner().invoke(app, list(words))


def test_render_writes_the_card_and_tells_its_alt_text(tmp_path: Path) -> None:
    """The file, its hash and the alt text are what a script needs to queue it."""
    out = tmp_path / "card.jpg"
    words = ["--text", "«Намуна: гӯш кунед.»", "--speaker", "Намуна", "--language", "tg", "--size", "1200x630"]
    done = run("render", *words, "--out", str(out), "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert told["alt_text"] == "Варақа бо иқтибос: «Намуна: гӯш кунед.» — Намуна."
    assert told["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    with Image.open(out) as picture:
        assert picture.size == (told["width_px"], told["height_px"]) == (1200, 630)


def test_render_draws_it_as_other_platforms_show_it_best(tmp_path: Path) -> None:
    """The names are those under which a sheet's pictures, and `queue add --picture`, take them as one."""
    out = tmp_path / "card.jpg"
    words = ["--text", "Sample", "--out", str(out), "--also-for", "x", "--also-for", "instagram", "--json"]
    told = json.loads(run("render", *words).stdout)
    wide = tmp_path / "card.1600x900.jpg"
    assert sorted(tmp_path.iterdir()) == [wide, out]
    assert [one["file"] for one in told["shapes"]] == [str(wide)]
    (picture,) = open_all([wide, out])
    assert [(one.width_px, one.height_px) for one in (picture, *picture.shapes)] == [(1080, 1350), (1600, 900)]
    assert isinstance(run("render", *words, "--also-for", "fax").exception, WrongUse)


def test_a_name_that_is_no_jpeg_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    """A JPEG under the name .png is refused by the platforms later, when nobody looks."""
    done = run("render", "--text", "Sample", "--out", str(tmp_path / "card.png"))
    assert isinstance(done.exception, WrongUse)
    assert not list(tmp_path.iterdir())


def test_nothing_is_written_when_the_words_do_not_fit(tmp_path: Path) -> None:
    """No half of a card, no empty file."""
    done = run("render", "--text", "word " * 999, "--out", str(tmp_path / "card.jpg"))
    assert isinstance(done.exception, CardError)
    assert not list(tmp_path.iterdir())


def test_templates_are_listed_with_the_sizes() -> None:
    """What can be given to --template and --size."""
    told = json.loads(run("templates", "--json").stdout)
    assert {"template": "deep-blue", "name": "Deep blue"} in told["templates"]
    assert "1080x1350" in told["sizes"]
