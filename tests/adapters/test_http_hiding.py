"""Secrets are blacked out of what platforms say, in whatever dress they come back."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from adapters.http_hiding import HIDDEN, hide, hide_bytes

SECRET = 'my "own" wörd/&+<%'


@pytest.mark.parametrize(
    "dress",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        json.dumps(SECRET)[1:-1],
        json.dumps({"message": json.dumps({"password": SECRET})}),
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        "my &quot;own&quot; wörd/&amp;+&lt;%",
    ],
)
def test_no_dress_shows_the_secret(dress: str) -> None:
    """A platform that quotes our own request in its error must not bring a password into the log."""
    assert HIDDEN in hide(f"wrong: {dress}.", (SECRET,))
    assert "own" not in hide(f"wrong: {dress}.", (SECRET,))
    assert b"own" not in hide_bytes(f"wrong: {dress}.".encode(), (SECRET,))


@pytest.mark.parametrize("before", ["", "c", "cl", "client:"])
def test_base64_does_not_show_it_whatever_stands_before_it(before: str) -> None:
    """HTTP Basic sends a name and a secret as one word of base64."""
    word = base64.b64encode(f"{before}{SECRET}".encode()).decode()
    shown = hide(word, (SECRET,)).replace(HIDDEN, "")
    assert len(shown) <= len(word) - len(SECRET)


def test_a_word_too_short_to_be_a_secret_stays() -> None:
    """Else every 'a' would be black, and the platform's words worth nothing."""
    assert hide("a wrong password", ("a", "")) == "a wrong password"
