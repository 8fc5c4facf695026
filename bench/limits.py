"""What limits cost a report and a challenge: `python -m bench.limits [PORTALS_REDIS_URL]`.

Processor time of this thread, so that other work on the machine counts little; of Redis that is
this side of the round trip. Beside it what the library under Flask-Limiter takes for the same.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import altcha
from limits import parse
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from server.intake.challenge import create_challenge, difficulty_at, verify_challenge
from server.intake.pressure import Level
from server.storage.bucket_key import DailyKey
from server.storage.counters import MemoryCounters
from server.storage.keyring import new_secret, parse_intake_secrets
from server.storage.redis_counters import RedisCounters
from server.web.limits import Limits

KEY = "iwfpk_live_" + "a" * 36
SENDERS = [{"REMOTE_ADDR": f"198.{18 + n // 250}.{n % 250}.7"} for n in range(500)]
NO_CEILING = 10**9


def measure(name: str, act: Callable[[int], object], times: int) -> None:
    """Print the median of seven rounds, in µs an act."""
    rounds = []
    for _ in range(7):
        started = time.thread_time()
        for number in range(times):
            act(number)
        rounds.append((time.thread_time() - started) / times * 1e6)
    print(f"{name:44} {statistics.median(rounds):7.1f} µs")


def measure_limits(name: str, limits: Limits, times: int) -> None:
    measure(f"a report, {name}", lambda n: limits.pressure_of(SENDERS[n % 500], KEY), times)
    measure(f"a challenge, {name}", lambda n: limits.difficulty_for(SENDERS[n % 500], KEY), times)


def measure_library(name: str, storage: Storage, times: int) -> None:
    """Three windows for each report: of its sender, of its key, and of all."""
    limiter, rate = MovingWindowRateLimiter(storage), parse(f"{NO_CEILING} per 10 minute")

    def hit_and_read(number: int) -> None:
        for name in (f"sender/{number % 500}", "key", "overall"):
            limiter.hit(rate, name)
            limiter.get_window_stats(rate, name)

    measure(f"a report, by the library, {name}", hit_and_read, times)


def main() -> None:
    measure_limits("memory", Limits(MemoryCounters(), DailyKey(), NO_CEILING), 10_000)
    measure_library("memory", MemoryStorage(), 5_000)
    if len(sys.argv) > 1:
        counters = RedisCounters(sys.argv[1])
        time.sleep(1)
        if counters.availability.is_away:
            raise SystemExit("Redis does not answer, or writes to a disk")
        limits = Limits(counters, DailyKey(counters.shared_secret), NO_CEILING)
        measure_limits("Redis", limits, 1_000)
        url = sys.argv[1].replace("unix://", "redis+unix://")
        measure_library("Redis", storage_from_string(url), 1_000)
    secrets = parse_intake_secrets(f"1:{new_secret()}")
    for level in Level:
        difficulty = difficulty_at(level)
        name = level.name.lower()
        measure(f"creating, {name}", lambda _, d=difficulty: create_challenge(secrets, KEY, d), 200)  # type: ignore[misc]
        challenge = altcha.Challenge.from_dict(create_challenge(secrets, KEY, difficulty))
        payload = altcha.Payload(challenge, altcha.solve_challenge(challenge)).to_base64()
        measure(f"verifying, {name}", lambda _, p=payload: verify_challenge(secrets, KEY, p), 200)  # type: ignore[misc]


if __name__ == "__main__":
    main()
