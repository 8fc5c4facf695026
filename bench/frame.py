"""The form when it is ready, against a bare Flask "hello": in one process, and on the real server.

All take turns, round after round; each server is one worker that answers the same generator.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

from bench.bare import application
from bench.load import CONNECTIONS, requests_per_second
from bench.served import Served, served
from server.app import create_app
from server.config import load_settings
from server.demo.environment import demo_environment
from server.demo.seed import seed

ROUNDS = 7
SECONDS = 1.5
CALLS = 2_000
BARE = "bare Flask hello"
Asked = dict[str, tuple[str, dict[str, str]]]
BROTLI = {"Accept-Encoding": "gzip, deflate, br"}


@dataclass
class Figures:
    """What was measured of one address, round by round."""

    per_second: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)


def lines() -> Iterable[str]:
    """Measure, and say the results as lines of a table."""
    with tempfile.TemporaryDirectory() as folder:
        environment = demo_environment(Path(folder), 8000)
        settings = load_settings(environment)
        key = seed(settings, Path(folder), 8001).partners[0]["key"]
        app = create_app(settings)
        with app.test_client() as client:
            etag = client.get(f"/embed/{key}").headers["ETag"]
        asked = {
            "form in a frame": (f"/embed/{key}?lang=fr", BROTLI),
            "form as a page": (f"/r/{key}?lang=fr", BROTLI),
            "form with a campaign": (f"/embed/{key}?campaign=spring", BROTLI),
            "form that has not changed: 304": (f"/embed/{key}", BROTLI | {"If-None-Match": etag}),
            "loader": ("/widget/v1.js", BROTLI),
        }
        yield from _in_process(app.wsgi_app, asked)
        yield ""
        with served("bench.bare", {}) as bare, served("server.wsgi", environment) as ours:
            yield from _on_servers(bare, ours, asked)


def _in_process(wsgi_app: WSGIApplication, asked: Asked) -> Iterable[str]:
    apps: dict[str, tuple[WSGIApplication, str, dict[str, str]]] = {
        BARE: (application.wsgi_app, "/", {})
    }
    apps |= {name: (wsgi_app, path, headers) for name, (path, headers) in asked.items()}
    seconds: dict[str, list[float]] = {name: [] for name in apps}
    for _ in range(ROUNDS):
        for name, (app, path, headers) in apps.items():
            environ = _environ(path, headers)
            started = time.perf_counter()
            for _ in range(CALLS):
                _call(app, environ)
            seconds[name].append((time.perf_counter() - started) / CALLS)
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    yield f"in one process: median of {ROUNDS} interleaved rounds of {CALLS} calls"
    yield f"{'GET':34} {'µs':>8} {'requests/s, share of bare':>26}"
    for name, median in medians.items():
        yield f"{name:34} {median * 1e6:8.0f} {medians[BARE] / median:26.2f}"


def _on_servers(bare: Served, ours: Served, asked: Asked) -> Iterable[str]:
    runs = {BARE: (bare, "/", BROTLI)}
    runs |= {name: (ours, path, headers) for name, (path, headers) in asked.items()}
    figures = {name: Figures() for name in runs}
    for round_ in range(ROUNDS + 1):
        for name, (server, path, headers) in runs.items():
            before = server.cpu_seconds()
            rate = requests_per_second(server.port, path, headers, SECONDS)
            used = server.cpu_seconds() - before
            if round_:  # the first one warms up
                figures[name].per_second.append(rate)
                figures[name].cpu_us.append(used / (rate * SECONDS) * 1e6)
    yield (
        f"on granian, one worker each, {CONNECTIONS} connections: "
        f"median of {ROUNDS} interleaved rounds of {SECONDS} s"
    )
    yield f"{'GET':34} {'requests/s':>10} {'share of bare':>14} {'CPU µs a request':>17}"
    base = statistics.median(figures[BARE].per_second)
    for name, found in figures.items():
        rate, cpu = statistics.median(found.per_second), statistics.median(found.cpu_us)
        yield f"{name:34} {rate:10.0f} {rate / base:14.2f} {cpu:17.0f}"


def _environ(path: str, headers: dict[str, str]) -> dict[str, object]:
    path, _, query = path.partition("?")
    environ: dict[str, object] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
    }
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return environ | named


def _call(app: WSGIApplication, environ: dict[str, object]) -> None:
    def start(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
        if not status.startswith(("200", "304")):
            raise RuntimeError(status)

    for _ in app(dict(environ), start):
        pass
