"""A load generator that costs little: keep-alive connections, one request at a time on each."""

from __future__ import annotations

import selectors
import socket
import time
from typing import cast

CONNECTIONS = 8


def requests_per_second(port: int, path: str, headers: dict[str, str], seconds: float) -> float:
    """Ask for `path` as fast as it is answered, on `CONNECTIONS` connections.

    All answers have to be as long as the first, which has to be 200 or 304: nothing is parsed
    while time counts. Raises RuntimeError otherwise.
    """
    named = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{named}\r\n".encode()
    connections = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(CONNECTIONS)]
    try:
        length = max(_first(connection, request) for connection in connections)
        return _run(connections, request, length, seconds)
    finally:
        for connection in connections:
            connection.close()


def _run(connections: list[socket.socket], request: bytes, length: int, seconds: float) -> float:
    waiting = selectors.DefaultSelector()
    missing = dict.fromkeys(connections, length)
    for connection in connections:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        waiting.register(connection, selectors.EVENT_READ)
        connection.sendall(request)
    answered, started = 0, time.perf_counter()
    end = started + seconds
    while (now := time.perf_counter()) < end:
        for event, _ in waiting.select(1):
            connection = cast(socket.socket, event.fileobj)
            missing[connection] -= len(connection.recv(65_536)) or length + 1
            if missing[connection] < 0:
                raise RuntimeError("an answer is not like the first")
            if missing[connection] == 0:
                answered += 1
                missing[connection] = length
                connection.sendall(request)
    return answered / (now - started)


def _first(connection: socket.socket, request: bytes) -> int:
    """The length of a whole answer in bytes, with its head."""
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65_536)
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().split("\r\n")
    if lines[0].split()[1] not in ("200", "304"):
        raise RuntimeError(lines[0])
    told = [line.partition(":")[2] for line in lines if line.startswith("content-length:")]
    length = int(told[0]) if told else 0
    while len(body) < length:
        body += connection.recv(65_536)
    return len(head) + 4 + length
