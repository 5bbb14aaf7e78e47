"""The rig's two platforms are installed, as other people's adapters are, for as long as a rig stands."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PLUGINS = str(Path(__file__).with_name("plugins"))


@contextmanager
def announced() -> Iterator[None]:
    """The entry points in `plugins/` are found, here and in every process that is started meanwhile."""
    sys.path.append(PLUGINS)
    try:
        yield
    finally:
        sys.path.remove(PLUGINS)
