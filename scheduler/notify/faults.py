"""What a fault of our own looks like in a log."""

from __future__ import annotations

from pathlib import PurePath
from traceback import extract_tb


def trace_of(fault: BaseException) -> str:
    """Where it was raised, innermost first: files, lines and functions; no words and no values, they may be secret."""
    frames = reversed(extract_tb(fault.__traceback__))
    return " < ".join(f"{PurePath(one.filename).name}:{one.lineno} {one.name}" for one in frames)
