"""P7: while Redis is stopped, hangs, is full, comes and goes, or is a black hole, each report under
load is answered with 201.

How long they took is said, not judged: a busy machine would decide. FULL=1 takes 12 s for each.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from bench.intake.driver import Run, pace
from bench.intake.reports import requests
from server.config import load_settings
from tests.crash.scale import by_test_crash, scale
from tests.crash.site import Site
from tests.services.redis_server import RedisServer

PER_SECOND = 50
SECONDS = scale(2, 4, 12)  # less than a server keeps an idle connection


@contextmanager
def stopped(server: RedisServer) -> Iterator[None]:
    server.stop()
    yield
    server.start()


@contextmanager
def hanging(server: RedisServer) -> Iterator[None]:
    server.freeze()
    yield
    server.thaw()


@contextmanager
def full(server: RedisServer) -> Iterator[None]:
    server.client().config_set("maxmemory", "1")
    yield
    server.client().config_set("maxmemory", "0")


@contextmanager
def coming_and_going(server: RedisServer) -> Iterator[None]:
    ended = threading.Event()

    def flap() -> None:
        while not ended.wait(0.3):
            server.stop()
            ended.wait(0.3)
            server.start()

    flapping = threading.Thread(target=flap)
    flapping.start()
    try:
        yield
    finally:
        ended.set()
        flapping.join()


@contextmanager
def black_hole() -> Iterator[str]:
    """An address that takes no connection and refuses none: its queue is full."""
    with socket.socket() as listening, ExitStack() as waiting:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        where = listening.getsockname()
        for _ in range(4):
            each = waiting.enter_context(socket.socket())
            each.setblocking(False)
            each.connect_ex(where)
        yield f"redis://127.0.0.1:{where[1]}"


@by_test_crash
@pytest.mark.parametrize("trouble", [stopped, hanging, full, coming_and_going])
def test_redis_in_trouble_costs_no_report_its_201(tmp_path, sealing_files, own_redis, trouble):
    with served(tmp_path, sealing_files, own_redis.url) as site:
        runs = [reports(site)]
        assert own_redis.client().exists("{portals}:overall:all")
        with trouble(own_redis):
            runs.append(reports(site))
        runs.append(reports(site))
    say(trouble.__name__.replace("_", " "), *runs)


@by_test_crash
def test_a_redis_that_never_answers_costs_no_report_its_201(tmp_path, sealing_files):
    with black_hole() as url, served(tmp_path, sealing_files, url) as site:
        run = reports(site)
    say("a black hole", run)


def served(tmp_path, sealing_files, redis_url: str) -> Site:
    return Site(
        tmp_path,
        f"sqlite:///{tmp_path / 'portals.db'}",
        sealing_files,
        {"PORTALS_REDIS_URL": redis_url},
    )


def reports(site: Site) -> Run:
    """Reports at an even pace; raises RuntimeError for an answer that is not 201."""
    secrets = load_settings(site.environment).intake_secrets
    return pace(site.port, requests(secrets, [site.key]), PER_SECOND, SECONDS)


def say(name: str, *runs: Run) -> None:
    told = ", ".join(f"{run.percentile_ms(99):.0f}" for run in runs)
    count = sum(len(run.latencies) for run in runs)
    print(f"redis: {name}: {count} reports, all 201; p99 in ms before, during, after: {told}")
