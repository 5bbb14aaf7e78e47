"""Whether something that is shown or written down holds a secret, in whatever dress."""

from __future__ import annotations

import base64
import html
import json
import traceback
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Collection

    from adapters.contract import Failure


def shown(failure: Failure) -> str:
    """All that anybody can see of a failure: its words, its evidence, and what it came from."""
    trace = "".join(traceback.format_exception(failure))
    return f"{failure} {failure!r} {failure.evidence} {json.dumps(failure.evidence, default=repr)} {trace}"


def leaks(text: str, secrets: Collection[str]) -> bool:
    """Whether any of the secrets stands in the text, as it is or written for addresses, pages, JSON or headers."""
    return any(form in text for secret in secrets for form in _dresses(secret))


def _dresses(secret: str) -> set[str]:
    plain = {secret, repr(secret)[1:-1], quote(secret), quote(secret, safe=""), quote_plus(secret), html.escape(secret)}
    coded = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return plain | coded | {json.dumps(one)[1:-1] for one in coded} | _base64(secret)


def _base64(secret: str) -> set[str]:
    """What base64 makes of it wherever it begins: alone, or after one or two other bytes."""
    whole = {base64.b64encode(b"\0" * start + secret.encode()).decode()[(start * 4 + 2) // 3 :] for start in range(3)}
    return {one.rstrip("=")[1:-2] for one in whole}
