"""The listening socket: one, that all workers share, that nobody else holds, and that can be
closed to newcomers before it is closed."""

from __future__ import annotations

import ctypes
import errno
import os
import select
import socket
import stat
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

#: The first descriptor that systemd hands over (sd_listen_fds(3)).
HANDED_OVER = 3
_SO_ATTACH_FILTER = 26
#: ldb [13]; jset SYN; ret 0; ret all: drops whatever opens a connection (Linux, classic BPF).
_REFUSE_SYN = ((0x30, 0, 0, 13), (0x45, 0, 1, 2), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))
_SETTLE_S = 0.1


class CannotListen(RuntimeError):
    """Nothing can listen there; the text says why, and what to do."""


@dataclass(frozen=True)
class Listener:
    """A bound socket. `path` is the file of a UNIX socket that is ours to remove."""

    socket: socket.socket
    where: str
    backlog: int
    path: Path | None = None
    handed_over: bool = False

    def let_in(self) -> None:
        """Begin to listen, when somebody is there to answer; again has no effect."""
        self.socket.listen(self.backlog)

    def close_to_newcomers(self, seconds: float) -> None:
        """Let no more connections in, and wait until the workers have taken those that are.

        Without this, connections that the kernel had accepted would be cut when the socket is
        closed. A socket of systemd's stays open: whoever comes waits for the next server.
        """
        listens = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        if self.handed_over:
            return
        if self.path is not None:
            self.path.unlink(missing_ok=True)
        elif sys.platform == "linux":
            _refuse_syn(self.socket)
        if not listens:
            return
        end = time.monotonic() + seconds
        time.sleep(min(seconds, _SETTLE_S))  # for handshakes that are under way
        while select.select([self.socket], [], [], 0)[0] and time.monotonic() < end:
            time.sleep(0.01)


def bind(host: str, port: int, path: Path | None, mode: int, backlog: int) -> Listener:
    """Take the socket of systemd, else the UNIX socket `path`, else `host` and `port`.

    Raises CannotListen, also when another program has the port, however it shares it.
    """
    listener = _handed_over(backlog) or (
        _on_tcp(host, port, backlog) if path is None else _on_unix(path.absolute(), mode, backlog)
    )
    listener.socket.setblocking(False)
    return listener


def _handed_over(backlog: int) -> Listener | None:
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return None
    if os.environ.get("LISTEN_FDS") != "1":
        raise CannotListen("systemd hands over several sockets: name one in the socket unit")
    handed = socket.socket(fileno=os.dup(HANDED_OVER))
    name = handed.getsockname()
    where = f"unix:{name}" if handed.family == socket.AF_UNIX else _address(name[0], name[1])
    if handed.family != socket.AF_UNIX:
        handed.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Listener(handed, where, backlog, handed_over=True)


def _on_tcp(host: str, port: int, backlog: int) -> Listener:
    where = _address(host, port)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        with _closed_unless_bound(found[0][0]) as opened:
            # Not SO_REUSEPORT: two servers would share the requests without a word.
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # Inherited by each connection: an answer in two parts would wait 40 ms for the first
            # part's acknowledgement (RFC 1122, 4.2.3.4 with 4.2.3.2).
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened.bind(found[0][4])
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(
                f"{where} is in use by another program: stop that first, or choose another port"
            ) from error
        raise CannotListen(f"cannot listen on {where}: {error.strerror}") from error
    return Listener(opened, _address(*opened.getsockname()[:2]), backlog)


def _on_unix(path: Path, mode: int, backlog: int) -> Listener:
    where = f"unix:{path}"
    before = os.umask(0o777 & ~mode)
    try:
        _clear(path)
        with _closed_unless_bound(socket.AF_UNIX) as opened:
            opened.bind(str(path))
        path.chmod(mode)
    except OSError as error:
        raise CannotListen(f"cannot listen on {where}: {error.strerror or error}") from error
    finally:
        os.umask(before)
    return Listener(opened, where, backlog, path)


@contextmanager
def _closed_unless_bound(family: int) -> Iterator[socket.socket]:
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        yield opened
    except BaseException:
        opened.close()
        raise


def _clear(path: Path) -> None:
    """Remove the socket that a killed server left behind; a live one is not touched."""
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise CannotListen(f"{path} is there and is no socket: name another place")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                path.unlink()
            else:
                raise CannotListen(f"{path} is in use by another server: stop that first")


def _refuse_syn(listening: socket.socket) -> None:
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in _REFUSE_SYN))
    program = struct.pack("HL", len(_REFUSE_SYN), ctypes.addressof(code))
    with suppress(OSError):
        listening.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
