"""Sixty-four connections to the two workers of a site that send at the same moment, as retries
do that pile up."""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.crash.site import Site

SIZE = 64
#: So many of them, at least, are with each worker. The system hands out connections as it likes.
WITH_EACH = 8
TIMEOUT_S = 15.0
PATIENCE_S = 30.0
#: What a connection that broke, or that nobody took, is answered with.
BROKEN = 0


@dataclass(frozen=True)
class Sent:
    """A body, and the idempotency key that it is sent under."""

    idempotency_key: str
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What came back, without when it was received: while the database is away nobody knows
    when a submission came first."""

    status: int
    said: str

    @property
    def problem(self) -> str:
        """Which problem it names, as the last part of its type."""
        return str(json.loads(self.said)["type"]).rpartition("/")[2]


class Crowd:
    """Each connection stays with the worker that took it; `holders` says which, in order."""

    def __init__(self, site: Site) -> None:
        self._connections = [_connected(site.port) for _ in range(SIZE)]
        end = time.monotonic() + PATIENCE_S
        while True:
            ours, held = Counter[int](), _holders(site)
            self.holders = [held.get(each.sock.getsockname()[1], 0) for each in self._connections]
            ours.update(self.holders)
            if len(ours) == 2 and 0 not in ours and min(ours.values()) >= WITH_EACH:
                return
            assert time.monotonic() < end, f"not two workers that take connections: {ours}"
            self._connect_anew(site.port, self.holders.index(ours.most_common(1)[0][0]))

    def __enter__(self) -> Crowd:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections:
            connection.close()

    def send(
        self,
        requests: Iterable[Sent],
        *,
        over: Iterable[int] = range(SIZE),
        meanwhile: Callable[[], None] = lambda: None,
    ) -> list[Answer]:
        """One request a connection; none waits for an answer before all are sent.

        `over` names connections by their number.
        """
        pairs = list(zip((self._connections[number] for number in over), requests, strict=False))
        for connection, sent in pairs:
            headers = {"Content-Type": "application/json", "Idempotency-Key": sent.idempotency_key}
            with suppress(OSError, http.client.HTTPException):
                connection.request("POST", "/api/v1/reports", sent.body, headers)
        meanwhile()
        return [_answer(connection) for connection, _ in pairs]

    def four_of_each(self) -> list[int]:
        """The numbers of eight connections: four with the worker of the first one, then four with
        the other."""
        numbers = range(SIZE)
        first = [number for number in numbers if self.holders[number] == self.holders[0]]
        other = [number for number in numbers if self.holders[number] != self.holders[0]]
        return first[:4] + other[:4]

    def _connect_anew(self, port: int, number: int) -> None:
        self._connections[number].close()
        self._connections[number] = _connected(port)


def _connected(port: int) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    connection.connect()
    return connection


def _answer(connection: http.client.HTTPConnection) -> Answer:
    try:
        response = connection.getresponse()
        said: dict[str, Any] = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError):
        connection.close()
        return Answer(BROKEN, "")
    said.pop("received_at", None)
    return Answer(response.status, json.dumps(said, sort_keys=True))


def _holders(site: Site) -> dict[int, int]:
    """Which process took the connection that comes from a port of ours, as Linux tells it."""
    taken = {}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, ours, theirs, *_, inode = line.split()[:10]
        if int(ours.rpartition(":")[2], 16) == site.port:
            taken[f"socket:[{inode}]"] = int(theirs.rpartition(":")[2], 16)
    return {
        taken[name]: process
        for process in site.workers()
        for name in _open_files(process)
        if name in taken
    }


def _open_files(process: int) -> Iterable[str]:
    for file in list(Path(f"/proc/{process}/fd").iterdir()):
        with suppress(OSError):
            yield str(file.readlink())
