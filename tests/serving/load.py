"""Clients that keep a ledger: what each sent, and whether it was answered."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

REQUEST = b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: %s\r\n\r\nhi"


class Load:
    """Posts on many connections at once until it is told to stop. `ledger` counts outcomes.

    A request is `cut` when its connection had been accepted, it was sent as a whole, and no answer
    came; `unsent` when the connection ended before; `refused` when there was nobody to connect to.
    `keep` keeps connections for the next
    request: that such a one ends between two requests is no fault (RFC 9112, 9.3.1) and is
    counted as `ended`.
    """

    def __init__(
        self, where: str | int, *, path: str = "/0", clients: int = 24, keep: bool = False
    ):
        self.ledger: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self._where = where
        self._keep = keep
        self._request = REQUEST % (path.encode(), b"keep-alive" if keep else b"close")
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._client) for _ in range(clients)]

    @contextmanager
    def running(self) -> Iterator[None]:
        """The load goes on while the block runs."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self.stop()

    def stop(self) -> None:
        """Let every client end with the answer that it waits for."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, answers: int) -> None:
        """Wait until so many more requests have been answered."""
        wanted = self.ledger["answered"] + answers
        end = time.monotonic() + 20
        while self.ledger["answered"] < wanted:
            assert time.monotonic() < end, self.ledger
            time.sleep(0.01)

    def _client(self) -> None:
        kept: socket.socket | None = None
        while not self._stop.is_set():
            try:
                client = kept or self._connect()
            except OSError:
                self.ledger["refused"] += 1
                time.sleep(0.02)
                continue
            is_sent, answer = self._ask(client)
            if answer:
                self.ledger["answered"] += 1
                self.answers[answer] += 1
            else:
                self.ledger["ended" if kept else "cut" if is_sent else "unsent"] += 1
            if answer and self._keep:
                kept = client
            else:
                client.close()
                kept = None
        if kept:
            kept.close()

    def _connect(self) -> socket.socket:
        client = socket.socket(socket.AF_INET if isinstance(self._where, int) else socket.AF_UNIX)
        client.settimeout(20)
        try:
            client.connect(
                ("127.0.0.1", self._where) if client.family == socket.AF_INET else self._where
            )
        except OSError:
            client.close()
            raise
        return client

    def _ask(self, client: socket.socket) -> tuple[bool, str]:
        is_sent, answer = False, b""
        try:
            client.sendall(self._request)
            is_sent = True
            while not _whole(answer):
                received = client.recv(65_536)
                if not received:
                    return True, ""
                answer += received
        except OSError:
            return is_sent, ""
        return True, answer.partition(b"\r\n\r\n")[2].decode()


def _whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]
    return bool(end) and len(body) >= int(length or 0)
