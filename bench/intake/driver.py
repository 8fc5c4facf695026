"""A load generator that costs little: prepared requests, one at a time on each connection.

`flood` sends as fast as is answered; `pace` at a given rate whatever is answered, and counts from
the moment at which a request was due, so that a stall is not hidden by its own queue.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

CONNECTIONS = 32
ANSWER_S = 10.0
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.I)
_CLOSES = re.compile(rb"\r\nconnection: close", re.I)


@dataclass
class Run:
    """What a run of the generator saw. Latencies in seconds, in the order of the answers."""

    seconds: float = 0.0
    own_cpu_s: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile_ms(self, percent: float) -> float:
        """The latency below which so many answers were, in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1_000


class _Connection:
    """One keep-alive connection, opened again where the server closes it after each answer."""

    def __init__(self, port: int, waiting: selectors.BaseSelector) -> None:
        self._port, self._waiting = port, waiting
        self._socket: socket.socket | None = None
        self._answer = b""
        self.since = 0.0

    def send(self, request: bytes, since: float) -> None:
        self.since = since
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), ANSWER_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._waiting.register(self._socket, selectors.EVENT_READ, self)
        self._socket.sendall(request)

    def receive(self) -> bool:
        """True when the answer is there as a whole; raises RuntimeError for any but 201."""
        assert self._socket is not None  # noqa: S101
        got = self._socket.recv(65_536)
        self._answer += got
        head, end, body = self._answer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not got or (end and not head.startswith(b"HTTP/1.1 201")):
            raise RuntimeError(f"refused: {self._answer[:600]!r}")
        if not end or (length and len(body) < int(length[1])):
            return False
        if _CLOSES.search(head):
            self.close()
        self._answer = b""
        return True

    def close(self) -> None:
        if self._socket is not None:
            self._waiting.unregister(self._socket)
            self._socket.close()
            self._socket = None


def flood(
    port: int, requests: Iterator[bytes], seconds: float, connections: int = CONNECTIONS
) -> Run:
    """Send as fast as is answered, for `seconds` or until `requests` are used up.

    Raises RuntimeError for an answer that is not 201, and when none comes for 10 s.
    """
    run = Run()
    with selectors.DefaultSelector() as waiting:
        opened = [_Connection(port, waiting) for _ in range(connections)]
        started, cpu = time.perf_counter(), time.process_time()
        end, under_way = started + seconds, 0
        idle = list(opened)
        try:
            while True:
                now = time.perf_counter()
                while idle and now < end and (request := next(requests, None)):
                    idle.pop().send(request, time.perf_counter())
                    under_way += 1
                if not under_way:
                    break
                for connection in _answered(waiting, ANSWER_S):
                    run.latencies.append(time.perf_counter() - connection.since)
                    under_way -= 1
                    idle.append(connection)
        finally:
            run.seconds, run.own_cpu_s = time.perf_counter() - started, time.process_time() - cpu
            for connection in opened:
                connection.close()
    return run


def pace(
    port: int,
    requests: Iterator[bytes],
    per_second: float,
    seconds: float,
    connections: int = CONNECTIONS,
) -> Run:
    """Send one request every 1/`per_second` s for `seconds`; raises as `flood` does."""
    run = Run()
    with selectors.DefaultSelector() as waiting:
        opened = [_Connection(port, waiting) for _ in range(connections)]
        idle = list(opened)
        started, cpu = time.perf_counter(), time.process_time()
        sent, total = 0, int(per_second * seconds)
        try:
            while len(run.latencies) < total:
                now = time.perf_counter()
                while idle and sent < total and (due := started + sent / per_second) <= now:
                    idle.pop().send(next(requests), due)
                    sent += 1
                pause = ANSWER_S
                if idle and sent < total:
                    pause = max(0.0, started + sent / per_second - time.perf_counter())
                for connection in _answered(waiting, pause, patient=sent < total):
                    run.latencies.append(time.perf_counter() - connection.since)
                    idle.append(connection)
        finally:
            run.seconds, run.own_cpu_s = time.perf_counter() - started, time.process_time() - cpu
            for connection in opened:
                connection.close()
    return run


def _answered(
    waiting: selectors.BaseSelector, pause: float, *, patient: bool = False
) -> Iterator[_Connection]:
    events = waiting.select(pause)
    if not events and not patient:
        raise RuntimeError("no answer")
    for key, _ in events:
        if key.data.receive():
            yield key.data
