"""How much is tried: a little in the suite, more by `make test-crash`, all with FULL=1."""

from __future__ import annotations

import os


def scale(suite: int, usual: int, full: int) -> int:
    """The number for this run."""
    if os.environ.get("FULL"):
        return full
    return usual if os.environ.get("CRASH") else suite
