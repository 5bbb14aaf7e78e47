"""The README's way from nothing to a first published post works when it is copied."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.docs import read

SECONDS_MAX = 60


def test_a_newcomer_who_copies_the_readme_has_published_a_post(tmp_path: Path) -> None:
    """It is the first thing that anybody tries, and the last if it fails."""
    found = re.search(r"^<!-- runs: first-post -->\n```sh\n(.*?)^```$", read("README.md"), re.MULTILINE | re.DOTALL)
    assert found is not None
    code, said = run(found[1], tmp_path)
    assert code == 0, said
    assert "published" in said
    texts = list((tmp_path / "first-post" / "outbox" / "ge-outbox").glob("*/text.txt"))
    assert [one.read_text(encoding="utf-8") for one in texts] == [
        "Sample. People are not for sale. #EndHumanTrafficking"
    ]
    assert states(tmp_path / "first-post") == ["published"]


def run(script: str, folder: Path) -> tuple[int, str]:
    """The script's exit code and all that it said. Nothing of it runs on afterwards, however it ended."""
    bash = subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    try:
        said, _ = bash.communicate(timeout=SECONDS_MAX)
    except subprocess.TimeoutExpired:
        os.killpg(bash.pid, signal.SIGKILL)
        said, _ = bash.communicate()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(bash.pid, signal.SIGKILL)
    return bash.returncode, said


def states(folder: Path) -> list[str]:
    told = subprocess.run(
        ["july30", "log", "--json"], cwd=folder, env=environment(), capture_output=True, check=True, timeout=SECONDS_MAX
    )
    return [row["state"] for row in json.loads(told.stdout)["rows"]]


def environment() -> dict[str, str]:
    """As after the README's first line: the program is found, and nobody has named a configuration."""
    inherited = {name: value for name, value in os.environ.items() if name != "JULY30_CONFIG"}
    return {**inherited, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
