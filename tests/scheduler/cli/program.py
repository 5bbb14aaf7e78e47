"""The program as a person at a terminal or a script meets it: arguments in, two streams and an exit code out."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from scheduler.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
[campaign]
name = "World Day"
day = 2027-07-30

[[mission]]
code = "GE"
name = "IOM Georgia"
time_zone = "Asia/Tbilisi"
languages = ["ka"]

[[mission]]
code = "TJ"
name = "IOM Tajikistan"
time_zone = "Asia/Dushanbe"
languages = ["tg"]

[[account]]
id = "ge-outbox"
mission = "GE"
platform = "outbox"

[[account]]
id = "tj-outbox"
mission = "TJ"
platform = "outbox"
"""
AT = "2099-07-30T09:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one call of the program left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout; whatever else is there makes this fail."""
        return json.loads(self.out)


class Program:
    """july30 over one folder; `run` calls it in this process, exactly as its entry point would."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.config = folder / "config.toml"

    def run(self, *arguments: str, stdin: bytes = b"") -> Run:
        """The program ran in a pipe, with these arguments after its configuration."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
            with pytest.raises(SystemExit) as ended:
                main(["--config", str(self.config), *arguments])
            out.flush()
            err.flush()
        texts = [one.buffer.getvalue().decode("utf-8") for one in (out, err)]
        assert "Traceback" not in texts[1]
        return Run(code=int(ended.value.code or 0), out=texts[0], err=texts[1])

    def write(self, name: str, content: str | bytes) -> Path:
        """The file is in the folder."""
        path = self.folder / name
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    def ready(self) -> Program:
        """Configured, with a database."""
        self.write("config.toml", CONFIG)
        assert self.run("init").code == 0
        return self

    def add(self, text: str = "ადამიანი არ იყიდება", *more: str) -> int:
        """One post is queued; its number, which is its delivery's too in a fresh database."""
        done = self.run("queue", "add", "--mission", "GE", "--at", AT, "--text", text, "--json", *more)
        assert done.code == 0, done.err
        return int(done.json["posts"][0])
