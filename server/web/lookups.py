"""What can be guessed or scraped is looked up so often a minute from one network, and no more.

Flask-Limiter says where and how often; the counts stand with those of reports (`limits.py`), in
Redis or in memory, so that there is one breaker, one time to wait, and one bound to what is kept.
Taking reports, and all that leads to one, is never limited here.
"""

from __future__ import annotations

import time

from flask import Flask
from limits.storage import MovingWindowSupport, Storage

from server.extensions import LOOKUP_WINDOWS, limiter
from server.storage.counters import Hit, Window
from server.web.limits import limits

SLOTS = 6

#: Each is for a whole network, in which a town may be: far more than it looks up, and of no use to
#: who guesses. Windows of a minute: that is what RETRY_AFTER says.
RECEIPTS = limiter.shared_limit("120 per minute", scope="receipts")
STATISTICS = limiter.shared_limit("120 per minute", scope="statistics")
#: A kit that is left open asks 6 times a minute.
KITS = limiter.shared_limit("300 per minute", scope="kits")
PREVIEWS = limiter.shared_limit("120 per minute", scope="previews")
#: By network; how often an account may fail is in `server.staff.throttle`.
SIGN_INS = limiter.shared_limit("60 per minute", scope="sign-ins")


class LookupWindows(Storage, MovingWindowSupport):
    """Flask-Limiter's counts in the `Limits` of the current application. Nothing here raises.

    The library's own memory keeps every name for ever, and its Redis storage would use one that
    writes to a disk.
    """

    STORAGE_SCHEME = [LOOKUP_WINDOWS]

    @property
    def base_exceptions(self) -> type[Exception]:
        return OSError

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Whether `amount` more within `expiry` seconds are no more than `limit`.

        What is refused is not counted.
        """
        return _count(Hit(_window(expiry), key, amount, cap=limit)) <= limit

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the window began, at the latest, and what it holds."""
        return time.time(), min(_count(Hit(_window(expiry), key, amount=0)), limit)

    def check(self) -> bool:
        return True

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise NotImplementedError("windows that move are the only strategy")

    def get(self, key: str) -> int:
        raise NotImplementedError("windows that move are the only strategy")

    def get_expiry(self, key: str) -> float:
        raise NotImplementedError("windows that move are the only strategy")

    def reset(self) -> int | None:
        raise NotImplementedError("counts go when their window is over")

    def clear(self, key: str) -> None:
        raise NotImplementedError("counts go when their window is over")


def init_lookups(app: Flask) -> None:
    """Hold the limits of this file; `app` has its `Limits`."""
    limiter.init_app(app)


def _window(seconds: int) -> Window:
    return Window("lookups", seconds // SLOTS, SLOTS)


def _count(hit: Hit) -> int:
    return limits().count_lookup(hit)
