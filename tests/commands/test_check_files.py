"""`portals check` tells what is wrong with the spool's folder, and who reads the private keys."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.commands import check_files
from server.commands.check import check
from server.commands.check_files import file_system, spool_findings

SIZE = 1_048_576


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(autouse=True)
def disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The tests' own folder may lie in memory."""
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/sda / ext4 rw 0 0\n")
    monkeypatch.setattr(check_files.file_system, "__defaults__", (mounts,))
    return mounts


def test_a_good_folder_is_named_with_its_disk_and_nothing_stays_in_it(spool):
    findings = spool_findings(spool, SIZE)
    assert findings.known.startswith(f"{spool}, ext4, ")
    assert (findings.warnings, findings.refusals) == ((), ())
    assert list(spool.iterdir()) == []


def test_one_that_is_missing_can_be_made_and_is_not_made_by_the_check(tmp_path):
    findings = spool_findings(tmp_path / "far" / "spool", SIZE)
    assert findings.known.endswith("made with the first report that waits")
    assert not findings.refusals
    assert not (tmp_path / "far").exists()


def test_a_file_in_its_place_is_refused(tmp_path):
    (tmp_path / "spool").touch()
    for folder in (tmp_path / "spool", tmp_path / "spool" / "in-it"):
        (refusal,) = spool_findings(folder, SIZE).refusals
        assert refusal == f"PORTALS_SPOOL: {tmp_path / 'spool'} is not a folder"


def test_one_that_nobody_can_write_to_is_refused():
    (refusal,) = spool_findings(Path("/proc/spool"), SIZE).refusals
    assert "cannot write to /" in refusal


def test_one_without_hard_links_is_refused(spool, monkeypatch):
    def link(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", link)
    (refusal,) = spool_findings(spool, SIZE).refusals
    assert "takes no hard links (Operation not permitted)" in refusal
    assert list(spool.iterdir()) == []


def test_one_in_memory_would_not_outlive_a_reboot(spool, disk):
    disk.write_text(f"/dev/sda / ext4 rw 0 0\ntmpfs {spool.parent} tmpfs rw 0 0\n")
    (warning,) = spool_findings(spool, SIZE).warnings
    assert "is in memory (tmpfs): reports that wait would not outlive a reboot" in warning


def test_the_file_system_is_that_of_the_last_and_nearest_mount(tmp_path):
    named = tmp_path / "a b"
    mounts = tmp_path / "these"
    mounts.write_text(
        f"x {tmp_path}/a\\040b xfs rw 0 0\nx / ext4 rw 0 0\nx / overlay rw 0 0\n"
        f"x {tmp_path}/a tmpfs rw 0 0\n"
    )
    assert file_system(named / "spool", mounts) == "xfs"
    assert file_system(tmp_path / "spool", mounts) == "overlay"
    assert file_system(named, tmp_path / "none") is None


def test_too_little_room_is_said_with_what_to_do(spool):
    free = shutil.disk_usage(spool).free
    (warning,) = spool_findings(spool, free * 2).warnings
    assert "less than PORTALS_SPOOL_MAX_BYTES" in warning
    assert warning.endswith("make room, or lower it")


def test_another_owner_of_the_folder_is_said(spool, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: spool.stat().st_uid + 1)
    (warning,) = spool_findings(spool, SIZE).warnings
    assert "check as the user who serves" in warning


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("mode", "said"), [(0o600, False), (0o640, False), (0o604, True)])
def test_a_key_file_that_everybody_can_read_is_said(environment, mode, said):
    path = Path(environment["PORTALS_SEALING_KEY_FILE"])
    path.chmod(mode)
    result = CliRunner().invoke(check, env=environment)
    assert (f"chmod 600 {path}" in result.stderr) is said


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_start_that_could_keep_no_report_is_refused(environment, tmp_path):
    (tmp_path / "taken").touch()
    result = CliRunner().invoke(check, env=environment | {"PORTALS_SPOOL": str(tmp_path / "taken")})
    assert result.exit_code == 1
    assert "refused: PORTALS_SPOOL: " in result.stderr
