"""What the parts of a report cost, and the form when it is ready, against a bare Flask.

`python -m bench` prints; `--keep` also writes `bench/results.txt`. The parts of a report: in one
process, without a network, on a throw-away SQLite file: proportions, not throughput.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from flask import Flask, request

from bench import frame
from server.app import create_app
from server.config import load_settings
from server.demo.environment import demo_environment
from server.demo.seed import seed
from server.intake.service import canonical_address, create_challenge, new_idempotency_key
from server.reports.sealing import PublicSealingKey, generate_key_pair, seal
from server.reports.vocabulary import EnvelopeKind
from server.storage.ids import new_id

ROUNDS = 15
CALLS = 40

Work = Callable[[], object]


def main() -> None:
    """Measure, print, and keep the results when asked to."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure.")
    parser.add_argument("--keep", action="store_true", help="write bench/results.txt")
    keep = parser.parse_args().keep
    said = []
    for line in chain((_setting(), ""), frame.lines(), ("",), report_lines()):
        print(line, flush=True)
        said.append(line.rstrip())
    if keep:
        Path(__file__).with_name("results.txt").write_text("\n".join(said) + "\n")


def _setting() -> str:
    """When and on what."""
    python = platform.python_version()
    return f"{date.today()}, {os.cpu_count()} cores, Python {python}, {platform.system()}"


def report_lines() -> Iterable[str]:
    """Measure every part in turn, round after round: medians and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        works = parts(Path(folder))
        seconds: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(ROUNDS):
            for name, work in works.items():
                seconds[name].append(per_call(work))
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    base = medians["bare Flask POST"]
    yield f"in one process: median of {ROUNDS} interleaved rounds of {CALLS} calls"
    yield f"{'part':42} {'µs':>8} {'× bare Flask':>13}"
    for name, median in medians.items():
        yield f"{name:42} {median * 1e6:8.0f} {median / base:13.2f}"


def parts(folder: Path) -> dict[str, Work]:
    """The measured parts by name; the first is what the others are compared with."""
    settings = load_settings(demo_environment(folder, 8000))
    key = seed(settings, folder, 8001).partners[0]["key"]
    app, bare = create_app(settings), bare_flask()
    body = {
        "key": key,
        "language": "fr",
        "report_type": "not_sure",
        "addresses": [{"url": "https://files.example/a/1"}],
        "description": "Third row of the list. " * 30,
    }
    report = json.dumps(body).encode()
    public = PublicSealingKey(new_id(), generate_key_pair()[1])

    def send_report() -> None:
        status = call(app, "POST", "/api/v1/reports", report, new_idempotency_key())
        assert status.startswith("201"), status  # noqa: S101

    return {
        "bare Flask POST": lambda: call(bare, "POST", "/", report),
        "a report of 1 KB, to the commit": send_report,
        "the frame, served": lambda: call(app, "GET", f"/embed/{key}"),
        "a challenge, created": lambda: create_challenge(settings.intake_secrets, key),
        "the content, sealed": lambda: seal(body, new_id(), EnvelopeKind.REPORT, public),
        "an address, made canonical": lambda: canonical_address("hxxps://files[.]example/a/1"),
    }


def per_call(work: Work) -> float:
    """Seconds of one call, averaged over a round."""
    started = time.perf_counter()
    for _ in range(CALLS):
        work()
    return (time.perf_counter() - started) / CALLS


def call(app: Flask, method: str, path: str, body: bytes = b"", idempotency: str = "") -> str:
    """One request through the application's WSGI entry; returns the status line."""
    answered: list[str] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_IDEMPOTENCY_KEY": idempotency,
        "HTTP_ACCEPT_ENCODING": "br",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
    }

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
        answered.append(status)

    for _ in app.wsgi_app(environ, start):
        pass
    return answered[0]


def bare_flask() -> Flask:
    """A Flask application that reads a body and answers 201, and nothing else."""
    app = Flask("bare")

    @app.post("/")
    def take() -> tuple[dict[str, int], int]:
        return {"length": len(request.get_data())}, 201

    return app


if __name__ == "__main__":
    main()
