"""A TCP proxy in front of a UNIX socket that cuts a connection after a given byte."""

from __future__ import annotations

import selectors
import socket
import struct
from pathlib import Path
from threading import Lock, Thread
from typing import Literal

Direction = Literal["sent", "answered"]
#: An RST instead of a polite end.
_ABORT = struct.pack("ii", 1, 0)


class CuttingProxy:
    """Forwards to `target` until `cut` says where to stop; listens on 127.0.0.1:`port`."""

    def __init__(self, target: Path) -> None:
        self._target = str(target)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = Lock()
        self._cut: tuple[Direction, int] | None = None
        self.counts = {"sent": 0, "answered": 0}
        Thread(target=self._accept, daemon=True).start()

    def cut(self, direction: Direction, after: int) -> None:
        """Let `after` more bytes pass this way, then break the connection, both ways."""
        with self._lock:
            self._cut = (direction, after)
            self.counts = {"sent": 0, "answered": 0}

    def heal(self) -> None:
        """Let all pass, and count anew."""
        with self._lock:
            self._cut = None
            self.counts = {"sent": 0, "answered": 0}

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        waiting = selectors.DefaultSelector()
        try:
            server.connect(self._target)
            waiting.register(client, selectors.EVENT_READ, ("sent", server))
            waiting.register(server, selectors.EVENT_READ, ("answered", client))
            while True:
                for event, _ in waiting.select():
                    source, (direction, other) = event.fileobj, event.data
                    data = source.recv(65_536)  # type: ignore[union-attr]
                    passes, is_cut = self._passing(direction, len(data))
                    other.sendall(data[:passes])
                    if is_cut or not data:
                        return
        except OSError:
            return
        finally:
            waiting.close()
            for each in (client, server):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
                each.close()

    def _passing(self, direction: Direction, length: int) -> tuple[int, bool]:
        """How many of these bytes pass, and whether the connection is cut behind them."""
        with self._lock:
            before = self.counts[direction]
            self.counts[direction] += length
            if self._cut is None or self._cut[0] != direction:
                return length, False
            left = self._cut[1] - before
            if left > length:
                return length, False
            self._cut = None
            return max(left, 0), True
