"""The page on configuration names every key with what holds where it is left out, and the example is what it seems."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, get_args

import pytest

from scheduler.config import _File, load
from scheduler.secrets import KINDS
from tests.docs import ROOT, names, read, rows, section

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel

PAGE = "docs/configuration.md"
EXAMPLE = ROOT / "config.example.toml"


def tables() -> dict[str, type[BaseModel]]:
    """The shape of each table of the file, by its heading."""
    found = {}
    for name, field in _File.model_fields.items():
        many = get_args(field.annotation)
        found[f"`[[{name}]]`" if many else f"`[{name}]`"] = (many or (field.annotation,))[0]
    return found


def keys() -> list[tuple[str, str]]:
    return [(heading, key) for heading, model in tables().items() for key in model.model_fields]


def told(heading: str) -> dict[str, str]:
    """What the page says of a table: each key with its default."""
    return {names(cells[0])[0]: cells[1] for cells in rows(section(read(PAGE), heading))}


def minimal(heading: str) -> dict[str, Any]:
    """The needed keys of a table, as the example fills them."""
    if heading == "`[[app]]`":  # a note in the example: nobody needs one at first
        return {"platform": "x", "client_id": "app-1"}
    there = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))[heading.strip("`[]")]
    first = there[0] if isinstance(there, list) else there
    return {key: first[key] for key, field in tables()[heading].model_fields.items() if field.is_required()}


@pytest.mark.parametrize("heading", tables())
def test_the_page_names_every_key_and_no_other(heading: str) -> None:
    """A key that nobody tells is never set; one that does not exist stops the program."""
    assert list(told(heading)) == list(tables()[heading].model_fields)


@pytest.mark.parametrize(("heading", "key"), keys())
def test_what_holds_without_a_key_is_what_the_page_says(heading: str, key: str) -> None:
    """People leave keys out because of what they read there."""
    model, said = tables()[heading], told(heading)[key]
    if said == "needed":
        assert model.model_fields[key].is_required()
        return
    usual = getattr(model.model_validate(minimal(heading)), key)
    if said == "none":
        assert usual is None
        return
    written = tomllib.loads(f"value = {names(said)[0]}")["value"]
    assert getattr(model.model_validate({**minimal(heading), key: written}), key) == usual


def test_every_place_for_a_secret_is_told() -> None:
    """Somebody who finds no place for it writes it into the file."""
    assert {names(cells[0])[0].partition(":")[0] for cells in rows(section(read(PAGE), "Secrets"))} == set(KINDS)


def test_the_two_examples_are_one() -> None:
    """`init` writes the one, people read the other."""
    assert EXAMPLE.read_bytes() == (ROOT / "scheduler" / "data" / EXAMPLE.name).read_bytes()


def test_the_example_loads_and_stays_on_this_machine(tmp_path: Path) -> None:
    """It is the first configuration that anybody has: it must work, and touch nobody."""
    path = tmp_path / "config.toml"
    path.write_bytes(EXAMPLE.read_bytes())
    settings = load(path)
    assert settings.warnings == ()
    assert {one.platform for one in settings.accounts} == {"outbox"}
