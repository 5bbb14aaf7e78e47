"""Texts in the scripts that missions write, with what each platform says of their length."""

from __future__ import annotations

import json
import shutil
import subprocess
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("lengths.toml")
ORACLE = Path(__file__).parents[2] / "oracle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One text; `lengths` by platform, for bluesky in graphemes and in bytes."""

    what: str
    text: str
    lengths: dict[str, Any]


def samples() -> list[Sample]:
    """Every row of the table."""
    return [_sample(row) for row in tomllib.loads(TABLE.read_text("utf-8"))["text"]]


def has_oracle() -> bool:
    """Whether JavaScript and the platform's own counter are installed."""
    return bool(shutil.which("node")) and (ORACLE / "node_modules" / "twitter-text").is_dir()


def counted_by_the_oracle(texts: list[str]) -> list[dict[str, Any]]:
    """What the oracle says of each text, by platform."""
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    answer = subprocess.run(
        ["node", "measures.js"], cwd=ORACLE, input=lines, capture_output=True, text=True, check=True, timeout=60
    )
    return [json.loads(line) for line in answer.stdout.splitlines()]


def _sample(row: dict[str, Any]) -> Sample:
    what, text, form = row.pop("what"), row.pop("text"), row.pop("form", None)
    return Sample(what=what, text=unicodedata.normalize(form, text) if form else text, lengths=row)
