"""Counters: exact under a race, moving with the time, bounded, the same in memory and in Redis."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.storage import counters as module
from server.storage.availability import Availability
from server.storage.counters import Counters, Hit, MemoryCounters, Window
from server.storage.redis_counters import RedisCounters, keeps_on_disk
from tests.services.redis_server import RedisServer

MINUTE = Window("minute", 10, 6)
TEN_MINUTES = Window("ten-minutes", 60, 10)


def connected(url: str) -> RedisCounters:
    """Counters that use Redis, and look for it again after a twentieth of the usual time."""
    counters = RedisCounters(url, Availability(lambda: time.monotonic() * 20))
    until(lambda: uses_redis(counters))
    return counters


def uses_redis(counters: RedisCounters) -> bool:
    counters.count([Hit(MINUTE, "nobody", amount=0)])  # whoever asks has it looked for
    return not counters.availability.is_away


def until(true) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.005)


@pytest.fixture(params=["memory", "redis"])
def counters(request: pytest.FixtureRequest) -> Counters:
    if request.param == "memory":
        return MemoryCounters()
    return connected(request.getfixturevalue("redis_url"))


def test_all_windows_are_counted_at_once_each_for_itself(counters):
    hits = [Hit(MINUTE, "a"), Hit(MINUTE, "b"), Hit(TEN_MINUTES, "a")]
    assert counters.count(hits) == [1, 1, 1]
    assert counters.count([*hits, Hit(MINUTE, "a")]) == [2, 2, 2, 3]


def test_asking_counts_nothing(counters):
    counters.count([Hit(MINUTE, "a")])
    asked = Hit(MINUTE, "a", amount=0)
    assert [counters.count([asked]) for _ in range(3)] == [[1]] * 3


def test_what_a_cap_keeps_out_is_not_counted(counters):
    capped = Hit(MINUTE, "a", cap=2)
    assert [counters.count([capped])[0] for _ in range(5)] == [1, 2, 3, 3, 3]


def test_200_parallel_hits_of_one_process_are_counted_exactly():
    counters = MemoryCounters()
    with ThreadPoolExecutor(16) as threads:
        counts = list(threads.map(lambda _: counters.count([Hit(MINUTE, "a")])[0], range(200)))
    assert sorted(counts) == list(range(1, 201))


def _hit_fifty_times(url: str) -> list[int]:
    counters = connected(url)
    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(lambda _: counters.count([Hit(TEN_MINUTES, "a")])[0], range(50)))


def test_200_parallel_hits_of_four_processes_are_counted_exactly(redis_url):
    with multiprocessing.get_context("spawn").Pool(4) as processes:
        counts = processes.map(_hit_fifty_times, [redis_url] * 4, chunksize=1)
    assert sorted(count for part in counts for count in part) == list(range(1, 201))


def test_the_window_moves_and_forgets_slot_by_slot():
    now = [1_000.0]
    counters = MemoryCounters(lambda: now[0])
    for _ in range(6):
        counters.count([Hit(MINUTE, "a")])
        now[0] += 10
    assert counters.count([Hit(MINUTE, "a", amount=0)]) == [5]
    now[0] += 20
    assert counters.count([Hit(MINUTE, "a", amount=0)]) == [3]
    now[0] += 3_600
    assert counters.count([Hit(MINUTE, "a", amount=0)]) == [0]


def test_redis_forgets_what_is_older_than_the_window(redis_url, running_redis):
    second = Window("second", 1, 1)
    counters = connected(redis_url)
    running_redis.client().hset("{portals}:second:a", mapping={"1": 7})
    assert counters.count([Hit(second, "a")]) == [1]
    assert b"1" not in running_redis.client().hgetall("{portals}:second:a")
    assert 0 < running_redis.client().ttl("{portals}:second:a") <= 2


def test_a_flood_of_names_takes_no_memory_without_end(monkeypatch):
    monkeypatch.setattr(module, "MAX_NAMES", 3)
    counters = MemoryCounters(lambda: 1.0)
    assert [counters.count([Hit(MINUTE, str(name))])[0] for name in range(9)] == [1] * 9
    assert counters.count([Hit(MINUTE, "2"), Hit(MINUTE, "8")]) == [2, 1]


# Promise 7: Redis stopped, hanging, full or coming and going costs no request more than a moment.


def test_while_redis_is_stopped_memory_counts_and_then_redis_again(own_redis: RedisServer):
    counters = connected(own_redis.url)
    assert counters.count([Hit(MINUTE, "a")]) == [1]
    own_redis.stop()
    assert [counters.count([Hit(MINUTE, "a")])[0] for _ in range(3)] == [1, 2, 3]
    assert counters.availability.is_away
    own_redis.start()
    until(lambda: uses_redis(counters))
    assert counters.count([Hit(MINUTE, "a")]) == [1]


def test_a_frozen_redis_is_asked_once_and_then_left_alone(own_redis: RedisServer, monkeypatch):
    counters = connected(own_redis.url)
    asked = []
    real = counters._count
    monkeypatch.setattr(counters, "_count", lambda hits: asked.append(hits) or real(hits))
    own_redis.freeze()
    try:
        assert [counters.count([Hit(MINUTE, "a")])[0] for _ in range(100)] == list(range(1, 101))
        assert len([hits for hits in asked if hits[0].window is MINUTE]) == 1
    finally:
        own_redis.thaw()


def test_a_full_redis_counts_as_away(own_redis: RedisServer):
    counters = connected(own_redis.url)
    own_redis.client().config_set("maxmemory-policy", "noeviction")
    own_redis.client().config_set("maxmemory", "1")
    assert [counters.count([Hit(MINUTE, "a")])[0] for _ in range(3)] == [1, 2, 3]
    assert own_redis.client().ping()  # it answers, and takes nothing
    counters._look()
    assert counters.availability.is_away


def test_a_redis_that_writes_to_a_disk_is_not_used(own_redis: RedisServer):
    assert keeps_on_disk(own_redis.client()) is None
    own_redis.client().config_set("save", "3600 1")
    assert "save" in (keeps_on_disk(own_redis.client()) or "")
    counters = RedisCounters(own_redis.url)
    until(lambda: not counters._looking.locked())
    assert counters.count([Hit(MINUTE, "a")]) == [1]
    assert own_redis.client().keys() == []
    own_redis.client().config_set("save", "")
    own_redis.client().config_set("appendonly", "yes")
    assert "appendonly" in (keeps_on_disk(own_redis.client()) or "")


def test_all_processes_share_the_secret_of_a_day_which_ends(redis_url, running_redis):
    today = int(time.time() // 86_400)
    one, other = connected(redis_url), connected(redis_url)
    secret = one.shared_secret(today)
    assert secret is not None
    assert len(secret) == 32
    assert other.shared_secret(today) == secret
    assert other.shared_secret(today + 1) != secret
    assert 0 < running_redis.client().ttl(f"{{portals}}:secret:{today}") <= 25 * 3_600
