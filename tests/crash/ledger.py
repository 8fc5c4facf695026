"""Citizens who write down, on a disk, each report that was acknowledged to them."""

from __future__ import annotations

import http.client
import json
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread

from server.intake.service import new_idempotency_key
from tests.factories.report import report_body

#: A citizen's own patience; the form tries for longer.
TIMEOUT_S = 10.0
AGAIN_S = 0.05
REPEATED = 0.1


@dataclass
class Ledger:
    """What was acknowledged, by idempotency key. A line is on the disk before the next report."""

    path: Path
    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    contradictions: list[tuple[str, object, object]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def acknowledged(self, key: str, answer: dict[str, str]) -> None:
        """Note a 201; a second answer to one submission gives what the first one gave.

        But for `received_at`: while the database is away nobody knows when it came first.
        """
        answer = {name: answer[name] for name in ("reference", "receipt", "status")}
        with self.lock:
            first = self.answers.setdefault(key, answer)
            if first != answer:
                self.contradictions.append((key, first, answer))
            with self.path.open("a") as file:
                file.write(json.dumps({"key": key} | answer) + "\n")
                file.flush()
                os.fsync(file.fileno())

    def answered(self, status: int) -> None:
        """Count a status; 0 is a connection that broke, or that nobody took."""
        with self.lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1

    def references(self) -> list[str]:
        return [answer["reference"] for answer in self.answers.values()]


class Citizens:
    """`number` of them, each with one report after the other, sent until it is acknowledged.

    `pause_s` seconds after it each has another to report.
    """

    def __init__(
        self, ledger: Ledger, port: int, key: str, number: int = 8, pause_s: float = 0.0
    ) -> None:
        self.ledger = ledger
        self._port = port
        self._key = key
        self._pause_s = pause_s
        self._stop = Event()
        self._threads = [Thread(target=self._live, args=(n,)) for n in range(number)]

    @contextmanager
    def reporting(self) -> Iterator[None]:
        """They report while the block runs; at its end each has an answer to its last report."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()

    def wait_for(self, reports: int, within_s: float = 120) -> None:
        """Until so many have been acknowledged in all."""
        end = time.monotonic() + within_s
        while len(self.ledger.answers) < reports:
            assert time.monotonic() < end, (len(self.ledger.answers), self.ledger.statuses)
            time.sleep(0.02)

    def _live(self, seed: int) -> None:
        chance = random.Random(seed)
        while not self._stop.is_set():
            key = new_idempotency_key()
            body = json.dumps(
                report_body(self._key, description=f"Row {chance.randrange(10**9)}.")
            ).encode()
            self._report(key, body)
            if chance.random() < REPEATED:
                self._report(key, body)
            self._stop.wait(self._pause_s)

    def _report(self, key: str, body: bytes) -> None:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            status, answer = self._ask(key, body)
            self.ledger.answered(status)
            if status == 201:
                self.ledger.acknowledged(key, answer)
                return
            time.sleep(AGAIN_S)
        raise AssertionError(f"nobody took a report: {self.ledger.statuses}")

    def _ask(self, key: str, body: bytes) -> tuple[int, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S)
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        try:
            connection.request("POST", "/api/v1/reports", body, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"{}")
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}
        finally:
            connection.close()
