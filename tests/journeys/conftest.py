"""The browser that journeys go by."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys.browser import launched, what_is_missing

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def chromium() -> Iterator[Any]:
    """A headless Chromium; where there is none the test is skipped, and fails where CI should have installed it."""
    if words := what_is_missing():
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    with launched() as browser:
        yield browser
