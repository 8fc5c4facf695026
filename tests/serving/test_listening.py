"""One server listens in one place, and no other slips in beside it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.listening import CannotListen, Listener, bind


@pytest.fixture
def taken() -> Iterator[int]:
    """A port of another program, which would share it."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def listening(host: str, port: int, path: Path | None, mode: int, backlog: int) -> Listener:
    listener = bind(host, port, path, mode, backlog)
    listener.let_in()
    return listener


def on_unix(path: Path, mode: int = 0o660) -> Listener:
    return listening("", 0, path, mode, 128)


def test_a_port_in_use_is_refused_although_its_holder_would_share_it(taken: int) -> None:
    with pytest.raises(CannotListen, match=f"127.0.0.1:{taken} is in use by another program"):
        listening("127.0.0.1", taken, None, 0, 128)


def test_nobody_can_share_our_port() -> None:
    with listening("127.0.0.1", 0, None, 0, 128).socket as ours, socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind(ours.getsockname())


def test_an_answer_in_two_parts_does_not_wait_for_the_first_to_be_acknowledged() -> None:
    listener = listening("127.0.0.1", 0, None, 0, 128)
    with listener.socket, socket.create_connection(listener.socket.getsockname()):
        accepted, _ = listener.socket.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(CannotListen, match="cannot listen on 192"):
        listening("192.0.2.1", 80, None, 0, 128)


@pytest.mark.parametrize("mode", [0o600, 0o660, 0o666])
def test_a_unix_socket_has_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "portals.sock"
    with on_unix(path, mode).socket:
        assert path.stat().st_mode & 0o777 == mode


def test_the_socket_of_a_killed_server_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "portals.sock"
    on_unix(path).socket.close()
    assert path.exists()
    with on_unix(path).socket, socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_the_socket_of_a_live_server_is_not(tmp_path: Path) -> None:
    path = tmp_path / "portals.sock"
    with on_unix(path).socket, pytest.raises(CannotListen, match="in use by another server"):
        on_unix(path)
    assert path.exists()


def test_a_file_that_is_no_socket_stays(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    with pytest.raises(CannotListen, match="is no socket"):
        on_unix(path)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("is_unix", [True, False])
def test_who_was_let_in_is_served_before_the_socket_closes(tmp_path: Path, is_unix: bool) -> None:
    listener = on_unix(tmp_path / "s") if is_unix else listening("127.0.0.1", 0, None, 0, 128)
    with (
        listener.socket as ours,
        socket.socket(ours.family) as early,
        socket.socket(ours.family) as late,
    ):
        address = ours.getsockname()
        early.connect(address)
        listener.close_to_newcomers(0.05)
        late.settimeout(0.05)
        with pytest.raises(OSError, match=r"No such file|timed out"):
            late.connect(address)
        ours.accept()[0].close()
        assert early.recv(1) == b""
