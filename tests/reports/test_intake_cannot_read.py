"""With all that the intake has nothing opens: no private key in its settings or in its memory."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from server.config import load_settings
from server.reports.private_keys import PrivateKeysError, load_private_keys
from server.reports.service import PrivateKeySource
from server.storage.keyring import new_secret
from tests.architecture.tree import ROOT
from tests.services.memory import memory_holds
from tests.services.sealing import PASSPHRASE, SealingFiles

#: Any so many bytes of the private key give it away.
PIECE = 16


@pytest.fixture
def public(tmp_path: Path) -> dict[str, str]:
    """The settings of a public surface."""
    return {
        "PORTALS_DATABASE_URL": f"sqlite:///{tmp_path / 'portals.db'}",
        "PORTALS_PUBLIC_URL": "https://report.example.org",
        "PORTALS_CONSOLE_URL": "https://console.example.org",
        "PORTALS_INTAKE_SECRETS": f"1:{new_secret()}",
        "PORTALS_SPOOL": str(tmp_path / "spool"),
        "PORTALS_SURFACES": "public",
    }


@pytest.fixture
def console(public: dict[str, str], sealing_files: SealingFiles) -> dict[str, str]:
    return public | {
        "PORTALS_SURFACES": "public,console",
        "PORTALS_CONSOLE_SECRET": new_secret(),
        "PORTALS_SEALING_KEY_FILE": str(sealing_files.private_keys),
        "PORTALS_SEALING_PASSPHRASE": PASSPHRASE,
    }


def test_the_settings_of_the_intake_reach_no_private_key(public: dict[str, str]) -> None:
    settings = load_settings(public)
    source = PrivateKeySource(
        settings.sealing_key_file, settings.sealing_passphrase, settings.sealing_keys
    )
    assert not source.is_configured
    assert source.ids() == frozenset()
    with pytest.raises(PrivateKeysError):
        source.keys()


def test_the_memory_of_the_intake_holds_no_piece_of_the_private_key(
    public: dict[str, str], console: dict[str, str], sealing_files: SealingFiles
) -> None:
    private = load_private_keys(sealing_files.private_keys, PASSPHRASE).find(sealing_files.key_id)
    assert private
    pieces = [private[at : at + PIECE] for at in range(0, len(private), PIECE)]
    with ExitStack() as running:
        intake, control = (
            running.enter_context(sealing(environment, sealing_files))
            for environment in (public, console)
        )
        found = [memory_of(process, pieces) for process in (intake, control)]
    assert found == [False, True]


def sealing(environment: dict[str, str], files: SealingFiles) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.reports.sealing_process"),
            *(str(files.key_id), files.public_key.hex()),
        ],
        cwd=ROOT,
        env=environment | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def memory_of(process: subprocess.Popen[str], pieces: list[bytes]) -> bool:
    """Whether its memory holds one of the pieces when all is sealed; ends the process."""
    assert process.stdout
    assert process.stdin
    assert process.stdout.readline() == "sealed\n"
    found = memory_holds(process.pid, pieces)
    process.stdin.close()
    return found
