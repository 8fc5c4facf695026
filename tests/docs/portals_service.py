"""Runs `portals` commands for transcripts without loading the program anew for each.

A process that has the program loaded forks once a command. The command gets its own arguments,
environment, folder and standard streams, as from a shell, and its exit status comes back.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

from tests.architecture.tree import ROOT

PATIENCE_S = 60

#: What stands for `portals` on the shell's PATH.
_CLIENT = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect({address!r})
    words = [sys.argv[1:], dict(os.environ), os.getcwd()]
    socket.send_fds(asked, [json.dumps(words).encode()], [0, 1, 2])
    asked.shutdown(socket.SHUT_WR)
    sys.exit(int(asked.recv(8) or b"70"))
"""


@contextmanager
def portals_on_path(folder: Path) -> Iterator[Path]:
    """A folder for PATH that holds a quick `portals`, while the block lasts."""
    address, programs = folder / "portals.socket", folder / "bin"
    programs.mkdir()
    client = programs / "portals"
    client.write_text(_CLIENT.format(python=sys.executable, address=str(address)))
    client.chmod(0o755)
    service = subprocess.Popen(
        [sys.executable, "-m", "tests.docs.portals_service", str(address)], cwd=ROOT
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not address.exists():
            assert service.poll() is None, "the service of commands ended"
            assert time.monotonic() < deadline, "the service of commands does not start"
            time.sleep(0.05)
        yield programs
    finally:
        service.terminate()
        service.wait(10)


def serve(address: Path) -> None:
    """Take commands at a socket until the process is ended; one at a time."""
    from server.cli import main

    # Commands load the application when they need it: here it is loaded once for all.
    for module in ("sqlite3", "alembic.command", "server.app", "server.web.console.views"):
        import_module(module)
    with socket.socket(socket.AF_UNIX) as listening:
        partial = address.with_suffix(".partial")
        listening.bind(str(partial))
        listening.listen()
        partial.rename(address)
        while True:
            asking, _ = listening.accept()
            with asking:
                words, streams = _read(asking)
                child = os.fork()
                if child == 0:
                    _become(words, streams, main)
                for stream in streams:
                    os.close(stream)
                _, status = os.waitpid(child, 0)
                with suppress(BrokenPipeError):
                    asking.send(str(os.waitstatus_to_exitcode(status)).encode())


def _read(asking: socket.socket) -> tuple[list, list[int]]:
    data, streams, _, _ = socket.recv_fds(asking, 1 << 20, 3)
    while more := asking.recv(1 << 20):
        data += more
    return json.loads(data), streams


def _become(words: list, streams: list[int], main) -> None:
    arguments, environment, folder = words
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    status = 70
    try:
        main(arguments, prog_name="portals")
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
