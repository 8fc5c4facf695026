"""The server-to-server example, run as a partner's server runs it, against the real thing."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType
from urllib.request import Request, urlopen

import pytest

from tests.browser.demo import ROOT, Demo

PROGRAM = ROOT / "examples/server-to-server/report.py"
REPORT = {
    "language": "en",
    "report_type": "not_sure",
    "addresses": [{"url": "https://pictures.example/7"}],
}


@pytest.fixture(scope="module")
def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("report_example", PROGRAM)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(demo: Demo, *addresses: str, **settings: str) -> subprocess.CompletedProcess[str]:
    partner = demo.partners["police"]
    environment = {
        "PATH": os.environ["PATH"],
        "PORTALS_URL": demo.public_url,
        "PORTALS_KEY": partner.key,
        "PORTALS_SECRET_KEY": partner.secret_key,
        **settings,
    }
    # -I -S: nothing but the standard library is in reach.
    words = [sys.executable, "-I", "-S", str(PROGRAM), *addresses]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)


def test_it_reports_and_looks_the_receipt_up(demo: Demo) -> None:
    done = run(demo, "https://pictures.example/7", "hxxps://pictures[.]example/8")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert len(answer["receipt"]) == 20
    assert answer["status"] == "received"
    assert "Nobody has looked at it yet" in answer["status_text"]


def test_it_says_what_the_server_refuses(demo: Demo) -> None:
    refused = run(demo, "javascript:alert(1)")
    assert refused.returncode == 1
    assert "addresses" in refused.stderr
    stranger = run(demo, "https://pictures.example/7", PORTALS_SECRET_KEY="iwfsk_live_wrong")
    assert stranger.returncode == 1
    assert "secret key" in stranger.stderr
    assert stranger.stdout == refused.stdout == ""


def test_it_sends_a_secret_key_over_https_only(demo: Demo) -> None:
    done = run(demo, "https://pictures.example/7", PORTALS_URL="http://report.example.org")
    assert done.returncode == 2
    assert "https" in done.stderr


class Flaky(BaseHTTPRequestHandler):
    """Between the program and the demo: loses what `troubles` says, hands all else on."""

    demo_url: str
    troubles: list[str]
    passed_on: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        trouble = self.troubles.pop(0) if self.troubles else ""
        if trouble == "busy":
            self._answer(503, b"{}")
            return
        if trouble == "elsewhere":
            self.send_response(302)
            self.send_header("Location", f"{self.demo_url}/api/v1/reports")
            self.end_headers()
            return
        names = ("Content-Type", "Authorization", "Idempotency-Key")
        headers = {name: self.headers[name] for name in names if self.headers[name]}
        with urlopen(Request(self.demo_url + self.path, body, headers)) as answer:
            content = answer.read()
        self.passed_on.append(self.headers["Idempotency-Key"])
        if trouble == "lost answer":
            self.close_connection = True
        else:
            self._answer(201, content)

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def flaky(demo: Demo) -> Iterator[tuple[type[Flaky], str]]:
    """A connection that fails as told, and its address."""
    handler = type("Handler", (Flaky,), {})
    handler.demo_url, handler.troubles, handler.passed_on = demo.public_url, [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield handler, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def reporting(
    program: ModuleType, demo: Demo, flaky: tuple[type[Flaky], str], monkeypatch: pytest.MonkeyPatch
) -> object:
    monkeypatch.setattr(program, "FIRST_PAUSE_S", 0.01)
    partner = demo.partners["police"]
    return program.Reporting(flaky[1], partner.key, partner.secret_key)


def test_a_retry_after_a_lost_answer_is_the_same_report(
    program: ModuleType, reporting: object, flaky: tuple[type[Flaky], str]
) -> None:
    handler, _ = flaky
    handler.troubles = ["busy", "lost answer", "lost answer"]
    identity = program.new_idempotency_key()
    first = reporting.send(REPORT, identity)
    again = reporting.send(REPORT, identity)
    assert handler.passed_on == [identity] * 4
    assert again == first
    assert reporting.send(REPORT, program.new_idempotency_key())["receipt"] != first["receipt"]


def test_it_gives_up_in_the_end(
    program: ModuleType, reporting: object, flaky: tuple[type[Flaky], str]
) -> None:
    handler, _ = flaky
    handler.troubles = ["busy"] * program.TRIES
    with pytest.raises(program.NotSentError):
        reporting.send(REPORT, program.new_idempotency_key())
    assert handler.passed_on == handler.troubles == []


def test_the_secret_key_follows_no_redirect(
    program: ModuleType, reporting: object, flaky: tuple[type[Flaky], str]
) -> None:
    flaky[0].troubles = ["elsewhere"]
    with pytest.raises(program.ReportRefusedError, match="302"):
        reporting.send(REPORT, program.new_idempotency_key())
