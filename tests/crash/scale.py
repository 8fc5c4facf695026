"""How much is tried: a little in the suite, more by `make test-crash`, all with FULL=1."""

from __future__ import annotations

import os

import pytest

MORE = bool(os.environ.get("FULL") or os.environ.get("CRASH"))
#: Serves a whole installation and breaks it, which takes 10 to 20 s: the suite has one such test.
by_test_crash = pytest.mark.skipif(not MORE, reason="runs by `make test-crash`")


def scale(suite: int, usual: int, full: int) -> int:
    """The number for this run."""
    if os.environ.get("FULL"):
        return full
    return usual if os.environ.get("CRASH") else suite
