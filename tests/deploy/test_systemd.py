"""The shipped systemd units: sound, narrow, and each surface with its own secrets only."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

UNITS = sorted((ROOT / "deploy/systemd").glob("portals-*.service"))


def lines(unit: Path) -> list[str]:
    return unit.read_text().splitlines()


def test_there_is_one_for_each_program() -> None:
    assert [unit.stem for unit in UNITS] == ["portals-console", "portals-public", "portals-worker"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_the_unit_sound_and_narrow(tmp_path: Path, unit: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("without systemd there is nobody to ask")
    for part in (ROOT / "deploy/systemd").iterdir():
        text = part.read_text().replace("/opt/portals/bin/portals", "/bin/true")
        (tmp_path / part.name).write_text(text)
    asked = [str(tmp_path / unit.name)]
    sound = subprocess.run([program, "verify", *asked], capture_output=True, text=True)
    assert unit.name not in sound.stderr, sound.stderr
    narrow = [program, "security", "--offline=true", "--threshold=10", "--no-pager", *asked]
    assert subprocess.run(narrow, capture_output=True).returncode == 0


def test_only_the_console_is_given_the_private_sealing_keys() -> None:
    given = {unit.stem for unit in UNITS if "sealing-keys" in unit.read_text()}
    assert given == {"portals-console"}
    users = {line for unit in UNITS for line in lines(unit) if line.startswith("User=")}
    assert len(users) == 3
    for unit in UNITS:
        assert "InaccessiblePaths=-/etc/portals" in lines(unit)
        assert f"EnvironmentFile=/etc/portals/{unit.stem.partition('-')[2]}.env" in lines(unit)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_stopping_lets_requests_end(unit: Path) -> None:
    assert "KillMode=mixed" in lines(unit)
    assert "TimeoutStopSec=60" in lines(unit)  # more than `portals serve` takes: 15 s and 30 s


@pytest.mark.parametrize("surface", ["public", "console"])
def test_the_socket_is_where_nginx_looks(surface: str) -> None:
    socket = configparser.ConfigParser()
    socket.read(ROOT / f"deploy/systemd/portals-{surface}.socket")
    path = socket["Socket"]["ListenStream"]
    assert f"server unix:{path} " in (ROOT / "deploy/nginx/portals.conf").read_text()
    assert socket["Socket"]["SocketGroup"] == "www-data"
