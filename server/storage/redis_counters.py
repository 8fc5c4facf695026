"""The same counts in Redis or Valkey, for all processes together; in memory while it is away.

One script counts in all windows in one round trip. Whatever goes wrong, the request goes on: the
first to notice waits `TIMEOUT_S`, then all count in memory, and a thread tries until Redis takes
a count again. One that writes to a disk is not used: it would keep who sent how much.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar, cast

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from server.storage.availability import Availability
from server.storage.counters import Hit, MemoryCounters, Window

Answer = TypeVar("Answer")

TIMEOUT_S = 0.2
#: Everything is in one slot of a cluster, as the script asks for.
PREFIX = "{portals}"
DAY_S = 86_400

#: Keys: a hash for each name, its fields are slots. The time is Redis's own, the same for all.
_SCRIPT = """
local now = tonumber(redis.call('TIME')[1])
local totals = {}
for i, key in ipairs(KEYS) do
  local length, slots = tonumber(ARGV[4 * i - 3]), tonumber(ARGV[4 * i - 2])
  local total, cap = tonumber(ARGV[4 * i - 1]), tonumber(ARGV[4 * i])
  local amount, slot = total, math.floor(now / length)
  local counts = redis.call('HGETALL', key)
  for j = 1, #counts, 2 do
    if tonumber(counts[j]) > slot - slots then
      total = total + tonumber(counts[j + 1])
    else
      redis.call('HDEL', key, counts[j])
    end
  end
  if amount > 0 and (cap == 0 or total <= cap) then
    redis.call('HINCRBY', key, slot, amount)
    redis.call('EXPIRE', key, length * (slots + 1))
  end
  totals[i] = total
end
return totals
"""
_TRIAL = Hit(Window("trial", 1, 1), "trial")

_log = structlog.get_logger("portals")


class RedisCounters:
    """Counts of all processes with the same `url`; in this one's memory while Redis is away."""

    def __init__(self, url: str, availability: Availability | None = None) -> None:
        self.availability = availability or Availability()
        self._redis = connect(url)
        self._script = self._redis.register_script(_SCRIPT)
        self._memory = MemoryCounters()
        self._looking = threading.Lock()
        self._refused = False
        # Until a first probe has seen that it is there and keeps nothing.
        self.availability.failed()
        self._look_aside()

    def count(self, hits: Sequence[Hit]) -> list[int]:
        answer = self._ask(lambda: self._count(hits))
        return self._memory.count(hits) if answer is None else answer

    def shared_secret(self, day: int) -> bytes | None:
        """32 random bytes, the same for all processes on a day (since 1970); gone an hour after
        its end. None while Redis is away."""
        return self._ask(lambda: self._secret(day))

    def _ask(self, question: Callable[[], Answer]) -> Answer | None:
        """The answer; None when Redis is away, which one request in a second has looked into."""
        if self.availability.is_away:
            if self.availability.may_try():
                self._look_aside()
            return None
        try:
            return question()
        except (redis.RedisError, OSError):
            if not self.availability.is_away:
                _log.warning("redis is away: limits are counted in memory")
            self.availability.failed()
            return None

    def _count(self, hits: Sequence[Hit]) -> list[int]:
        keys = [f"{PREFIX}:{hit.window.name}:{hit.name}" for hit in hits]
        numbers = [
            number
            for hit in hits
            for number in (hit.window.slot_s, hit.window.slots, hit.amount, hit.cap)
        ]
        return cast(list[int], self._script(keys=keys, args=numbers))

    def _secret(self, day: int) -> bytes:
        name = f"{PREFIX}:secret:{day}"
        self._redis.set(name, secrets.token_bytes(32), nx=True, exat=(day + 1) * DAY_S + 3_600)
        return cast(bytes, self._redis.get(name))

    def _look_aside(self) -> None:
        if self._looking.acquire(blocking=False):
            threading.Thread(target=self._look_once, name="redis-look", daemon=True).start()

    def _look_once(self) -> None:
        try:
            self._look()
        finally:
            self._looking.release()

    def _look(self) -> None:
        """Whether it is back, keeps nothing, and takes a count."""
        try:
            if keeps_on_disk(self._redis):
                if not self._refused:
                    _log.error("redis writes to a disk and is not used: see portals check")
                self._refused = True
                return
            self._count([_TRIAL])
            self.availability.answered()
        except (redis.RedisError, OSError):
            self.availability.failed()


def connect(url: str) -> redis.Redis:
    """A client that waits `TIMEOUT_S` at most and tries nothing twice."""
    return redis.Redis.from_url(
        url,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )


def keeps_on_disk(client: redis.Redis) -> str | None:
    """What of its memory the server writes to a disk, in words; None when nothing, or when it
    does not say (hosted ones refuse the question). Raises redis.RedisError when it is away."""
    try:
        said = cast(dict[str, str], client.config_get("save", "appendonly"))
    except (redis.ResponseError, redis.exceptions.NoPermissionError):
        return None
    if said.get("appendonly") == "yes":
        return "an append-only file (appendonly yes)"
    if said.get("save"):
        return f"snapshots (save {said['save']})"
    return None
