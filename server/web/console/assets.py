"""Addresses of the console's stylesheets and scripts, changed whenever their content changes."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from flask import url_for

from server.config import bundled


def asset(name: str) -> str:
    """The address of `static/console/<name>` with a digest, so that an upgrade is seen at once."""
    return url_for("static", filename=f"console/{name}", v=_digest(name))


@lru_cache(maxsize=64)
def _digest(name: str) -> str:
    content = (bundled("static") / "console" / name).read_bytes()
    return hashlib.sha256(content).hexdigest()[:12]
