"""How a receiver knows that a request is ours: each is signed, with when, by a secret that both sides have."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import TYPE_CHECKING

from adapters.contract import AuthExpired

if TYPE_CHECKING:
    from adapters.contract import Secrets


def signing_key(secrets: Secrets, account: str) -> tuple[str, str]:
    """Which secret it is, and the secret. Raises AuthExpired where it is not whole."""
    secret = secrets.load().strip()
    try:
        parts = json.loads(secret)
    except ValueError:
        parts = None
    if not isinstance(parts, dict):
        parts = {"secret": secret}
    key_id, secret = str(parts.get("key_id") or ""), str(parts.get("secret") or "")
    if len(secret) < 16 or not re.fullmatch(r"[\w.-]*", key_id, re.ASCII):
        raise AuthExpired(
            f"account '{account}': its secret must have 16 characters or more, alone or as"
            ' {"key_id": "…", "secret": "…"}; put it in again here and at the receiver'
        )
    return key_id, secret


def signature(secret: str, at: str, signed: bytes) -> str:
    """What proves that whoever knows the secret signed these bytes at that second."""
    made = hmac.new(secret.encode(), at.encode() + b"." + signed, hashlib.sha256).hexdigest()
    return f"sha256={made}"
