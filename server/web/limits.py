"""How much comes in: by sender, by partner key, and overall. It sets prices, and refuses nobody.

A sender is a client's network, or a partner's server by its secret key, as an HMAC under a key
that is replaced daily and gone within 48 hours: nothing that is kept leads back to an address.
"""

from __future__ import annotations

import hmac
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import current_app

from server.config import Settings
from server.extensions import LIMITS
from server.intake.service import Difficulty, Level, Pressure, difficulty_at, errors
from server.observability import metrics
from server.storage.bucket_key import DailyKey
from server.storage.counters import Counters, Hit, MemoryCounters, Window
from server.web.api.tokens import bearer_token
from server.web.client_network import network_of

EXTENSION = LIMITS


@dataclass(frozen=True, slots=True)
class Rate:
    """From how many within the window on the level is RAISED, HIGH and EXTREME."""

    window: Window
    levels: tuple[int, int, int]

    def level(self, count: int) -> Level:
        return Level(bisect_right(self.levels, count))


#: A whole town may stand behind one address of its mobile network: 10 a minute are more than that.
SENDER = Rate(Window("sender", 60, 10), (101, 401, 1_601))
#: A partner's server with its secret key: a chat gateway of a whole country.
SERVER = Rate(Window("server", 60, 10), (3_001, 10_001, 40_001))
KEY = Rate(Window("key", 10, 6), (61, 301, 1_501))
OVERALL = Rate(Window("overall", 2, 5), (101, 501, 3_001))
#: Who asks for challenges and sends nothing collects them.
CHALLENGES = Rate(Window("challenges", 60, 10), (301, 1_001, 4_001))
#: How many reports a minute may earn a key the normal lane by pace alone, without a challenge.
#: More than a busy partner gets; a program that waits its 3 s in parallel ends in the low lane.
TIMED_FORMS, MOST_TIMED_FORMS = Window("timed", 10, 6), 60
ALL = "all"
#: Longer than any key: what claims to be one was not looked up yet.
MAX_KEY_LENGTH = 64


class Limits:
    """Counts what comes in, for one process or, through Redis, for all of them."""

    def __init__(self, counters: Counters, daily_key: DailyKey, ceiling: int) -> None:
        self._counters = counters
        self._daily_key = daily_key
        self._most = ceiling * OVERALL.window.seconds

    def pressure_of(
        self, environ: Mapping[str, Any], key_text: str, *, trusted: bool = False
    ) -> Pressure:
        """Count one report by the WSGI `environ` of its request: the pressure with it.

        `trusted`: its secret key is right, and the sender is that partner's server. Raises
        TooManyReports above the ceiling; that one is not counted overall.
        """
        rate, name = SENDER, environ.get("REMOTE_ADDR", "")
        if trusted:  # by the key itself: a header can be spelled in many ways
            rate, name = SERVER, bearer_token(environ) or ""
        sender, key, overall = self._counters.count(
            (
                Hit(rate.window, self._bucket(name, is_address=not trusted)),
                Hit(KEY.window, key_text[:MAX_KEY_LENGTH]),
                Hit(OVERALL.window, ALL, cap=self._most),
            )
        )
        if overall > self._most:
            raise errors.TooManyReports
        return Pressure(rate.level(sender), max(KEY.level(key), OVERALL.level(overall)))

    def difficulty_for(self, environ: Mapping[str, Any], key_text: str) -> Difficulty:
        """Count one challenge that is asked for: how hard it has to be."""
        bucket = self._bucket(environ.get("REMOTE_ADDR", ""), is_address=True)
        asked, sent, key, overall = self._counters.count(
            (
                Hit(CHALLENGES.window, bucket),
                Hit(SENDER.window, bucket, amount=0),
                Hit(KEY.window, key_text[:MAX_KEY_LENGTH], amount=0),
                Hit(OVERALL.window, ALL, amount=0),
            )
        )
        crowd = max(KEY.level(key), OVERALL.level(overall))
        level = max(CHALLENGES.level(asked), SENDER.level(sent), crowd)
        metrics.challenge_given(level)
        return difficulty_at(level)

    def earns_normal_lane_by_pace(self, key_text: str) -> bool:
        """Count one unhurried form without script for a partner key; False above the key's rate.

        Above it nobody is refused: the report goes into the low lane.
        """
        return self._counters.count([Hit(TIMED_FORMS, key_text)])[0] <= MOST_TIMED_FORMS

    def sender_of(self, environ: Mapping[str, Any]) -> str:
        """The bucket of a request's network, today."""
        return self._bucket(environ.get("REMOTE_ADDR", ""), is_address=True)

    def count_lookup(self, hit: Hit) -> int:
        """Count what is no report: see `server.web.lookups`."""
        return self._counters.count((hit,))[0]

    def _bucket(self, name: str, *, is_address: bool) -> str:
        """16 hexadecimal digits; another bucket tomorrow."""
        text = network_of(name) if is_address else name.encode("utf-8", "surrogateescape")
        # Not hmac.digest: with OpenSSL 3 that costs twice as much.
        return hmac.new(self._daily_key.current(), text, "sha256").digest()[:8].hex()


def make_limits(settings: Settings) -> Limits:
    """The limits of a process, as its settings say."""
    ceiling = settings.max_reports_per_second
    if settings.redis_url is None:
        return Limits(MemoryCounters(), DailyKey(), ceiling)
    from server.storage.redis_counters import RedisCounters  # 4 MiB, where it is used

    counters = RedisCounters(settings.redis_url)
    return Limits(counters, DailyKey(counters.shared_secret), ceiling)


def limits() -> Limits:
    """The current application's; outside of a request take them from `app.extensions`."""
    return cast(Limits, current_app.extensions[EXTENSION])
