"""A throw-away Redis for tests: real server, UNIX socket only, nothing on a disk.

It ends with the process that started it, also when that is killed.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import redis

HOW_TO_INSTALL = (
    "These tests need the server program of Redis or Valkey. On Debian or Ubuntu: apt-get install "
    "redis-server. `make test` installs it when it runs as root on Debian."
)
_PR_SET_PDEATHSIG = 1


class RedisMissing(RuntimeError):
    """No Redis on this machine; the text says what to install."""


class RedisServer:
    """A running server; `stop` and `start` let it go away and come back, empty, at its address."""

    def __init__(self, *settings: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="portals-redis-"))
        self.url = f"unix://{self.folder}/redis.sock"
        self._settings = settings
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [
                    *(find_program(), "--port", "0", "--unixsocket", self.folder / "redis.sock"),
                    *("--save", "", "--appendonly", "no", "--dir", self.folder),
                    *self._settings,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,
            )
        deadline = time.monotonic() + 10
        while True:
            try:
                self.client().ping()
            except redis.ConnectionError as error:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    log_text = (self.folder / "log").read_text(errors="replace")
                    raise RuntimeError(f"Redis did not start:\n{log_text}") from error
                time.sleep(0.01)
            else:
                return

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)

    def stop(self) -> None:
        """End it by its process id, at once."""
        self._server.kill()
        self._server.wait()

    def freeze(self) -> None:
        """It takes connections, and answers nothing."""
        self._server.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._server.send_signal(signal.SIGCONT)

    def remove(self) -> None:
        """End it and delete its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def find_program() -> str:
    """The path of redis-server or valkey-server; raises RedisMissing."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found is None:
        raise RedisMissing(HOW_TO_INSTALL)
    return found


def _die_with_parent() -> None:
    if os.uname().sysname == "Linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
