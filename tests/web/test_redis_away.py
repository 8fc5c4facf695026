"""Promise 7: whatever Redis does, reports, challenges and lookups are answered without an error."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from flask import Flask

from server.app import create_app
from server.config import load_settings
from server.storage.redis_counters import RedisCounters
from server.web.limits import EXTENSION, OVERALL
from tests.factories.report import post_report, report_body
from tests.services.redis_server import RedisServer


@pytest.fixture
def redis_app(environment, database, sealing_key, own_redis: RedisServer) -> Flask:
    """The application, counting in a Redis of its own."""
    app = create_app(load_settings({**environment, "PORTALS_REDIS_URL": own_redis.url}), database)
    deadline = time.monotonic() + 10
    while counters_of(app).availability.is_away:
        assert time.monotonic() < deadline
        app.extensions[EXTENSION].earns_normal_lane_by_pace("nobody")
        time.sleep(0.005)
    return app


def counters_of(app: Flask) -> RedisCounters:
    counters: RedisCounters = app.extensions[EXTENSION]._counters
    return counters


def full(server: RedisServer) -> None:
    server.client().config_set("maxmemory", "1")


def flapping(server: RedisServer) -> None:
    server.stop()
    server.start()


@pytest.mark.parametrize("trouble", [RedisServer.stop, RedisServer.freeze, full, flapping])
def test_nobody_is_answered_with_an_error(
    redis_app: Flask, own_redis: RedisServer, key, trouble: Callable[[RedisServer], None]
) -> None:
    client = redis_app.test_client()
    statuses = []
    for round_ in range(3):
        statuses.append(client.post("/api/v1/challenges", json={"key": key.text}).status_code)
        statuses.append(post_report(client, report_body(key.text)).status_code)
        statuses.append(client.post("/status", data={"receipt": "1"}).status_code)
        if round_ == 0:
            trouble(own_redis)
    own_redis.thaw()
    assert statuses == [200, 201, 200] * 3


def test_reports_are_counted_in_redis_under_nothing_that_names_a_sender(
    redis_app: Flask, own_redis: RedisServer, key
) -> None:
    client = redis_app.test_client()
    post_report(client, report_body(key.text))
    client.post("/status", data={"receipt": "1"})
    keys = own_redis.client().keys()
    assert b"{portals}:overall:all" in keys
    assert [name for name in keys if name.startswith(b"{portals}:lookups:LIMITER/")]
    assert all(0 < own_redis.client().ttl(name) < 48 * 3_600 for name in keys)
    assert not [name for name in keys if b"127.0.0" in name]
    (window,) = own_redis.client().hgetall("{portals}:overall:all").values()
    assert (OVERALL.window.name, window) == ("overall", b"1")
