"""Whoever was let in is answered, whatever the operator does to the server."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from tests.serving.load import Load
from tests.serving.program import program


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.mark.parametrize("kind", ["unix", "tcp"])
def test_stopping_cuts_nobody_off_and_ends_as_atexit_wants(tmp_path: Path, kind: str) -> None:
    port, path = free_port(), str(tmp_path / "s")
    options = {"socket": path} if kind == "unix" else {"port": port}
    load = Load(path if kind == "unix" else port, path="/5")
    with program(tmp_path, workers=2, threads=4, **options) as server:
        server.wait_for("serving")
        with load.running():
            load.wait_for(200)
            assert server.stop() == 0
    assert load.ledger["cut"] == load.ledger["unsent"] == 0
    assert sorted(server.goodbyes()) == sorted(load.answers)


def test_a_restart_on_a_socket_of_systemd_turns_nobody_away(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    load = Load(path, path="/1")
    with socket.socket(socket.AF_UNIX) as held:
        held.bind(path)
        held.listen(1024)
        with load.running():
            for _ in range(2):
                with program(tmp_path, handed_over=held, workers=1) as server:
                    load.wait_for(100)
                    assert server.stop() == 0
            with program(tmp_path, handed_over=held, workers=1) as server:
                load.wait_for(100)
                load.stop()
    assert load.ledger["refused"] == 0
    assert len(load.answers) == 3


def test_workers_end_with_a_first_process_that_was_killed(tmp_path: Path) -> None:
    port = free_port()
    load = Load(port, clients=1)
    with program(tmp_path, port=port) as server:
        server.wait_for("serving")
        with load.running():
            load.wait_for(1)
        server.process.kill()
        server.process.wait()
        (worker,) = load.answers
        end = time.monotonic() + 5
        while Path(f"/proc/{worker}").exists() and time.monotonic() < end:
            time.sleep(0.02)
        with pytest.raises(ProcessLookupError):
            os.kill(int(worker), 0)


def test_an_application_that_does_not_load_ends_the_server_with_a_reason(tmp_path: Path) -> None:
    with program(tmp_path, "tests.serving.absent", port=free_port()) as server:
        assert server.process.wait(20) == 1
        assert server.said("unhandled exception")[0]["kind"] == "ModuleNotFoundError"
        assert server.said("workers die as soon as they start: the server ends")
        assert "Traceback" not in server.log.read_text()
