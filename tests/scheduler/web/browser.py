"""A browser without scripts, over the application itself: no socket is opened."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    # The client says at import that httpx will be replaced by httpx2; both serve it alike.
    warnings.simplefilter("ignore", DeprecationWarning)
    warnings.simplefilter("ignore", UserWarning)
    from starlette.testclient import TestClient

__all__ = ["TestClient"]
