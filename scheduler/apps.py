"""The apps by which platforms know this installation, as whoever keeps config.toml registered them there."""

from __future__ import annotations

from dataclasses import dataclass

LOOPBACK = "http://127.0.0.1:8731/"  # only the machine itself reaches it (RFC 8252, section 7.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredApp:
    """One platform's. `secret` says where its secret is kept, empty where it has none; `redirect` is as registered.

    `scopes`: what is asked for instead of what july30 would ask for; none: that.
    """

    platform: str
    client_id: str
    secret: str = ""
    redirect: str = LOOPBACK
    scopes: tuple[str, ...] = ()
