"""A disk whose power is cut: an ext4 on a block device that loses what was not flushed to it.

Two layers: the file system in use lies in a file on another one, which stands for the disk with
its volatile cache. What the inner one submits stays in the outer one's memory until a FLUSH comes
(the loop driver's fsync), or until the kernel writes it back by itself, as a disk may at any time.
The outer one's image is what is left when the power is cut.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MIB = 1_048_576
#: Kernel documentation, Documentation/block/stat.rst: writes that ended, writes in flight.
_WRITES, _IN_FLIGHT = 4, 8


class CannotMount(Exception):
    """What `mount` said, or why there is nothing to mount."""


def mount(source: str | Path, folder: Path, *options: str) -> None:
    """Mount there; the folder is made. Raises CannotMount."""
    folder.mkdir(exist_ok=True)
    tried = subprocess.run(
        ["mount", *options, source, folder], capture_output=True, text=True, check=False
    )
    if tried.returncode != 0:
        raise CannotMount(tried.stderr.strip())


def unmount(folder: Path) -> None:
    """Unmount what is mounted there; when somebody still uses it, as soon as nobody does."""
    for options in ([], ["--lazy"]):
        if subprocess.run(["umount", *options, folder], capture_output=True).returncode == 0:
            return


class PowerCutDisk:
    """A mounted file system of `mib` MiB at `root`, until `close`.

    `barriers=False` is a file system that never tells the disk to flush: the control of the
    method itself.
    """

    def __init__(self, mib: int = 96, *, barriers: bool = True) -> None:
        if os.geteuid() != 0:
            pytest.skip("needs root, to mount file systems")
        # A short path: UNIX sockets lie in it. Others than root may pass.
        self._folder = Path(tempfile.mkdtemp(prefix="portals-disk-"))
        self._folder.chmod(0o755)
        self._barriers = barriers
        self._disk = self._folder / "disk"
        self._outer = self._folder / "outer"
        self.root = self._folder / "root"
        try:
            make_image(self._disk, mib * 5 // 4 + 16)
            mount(self._disk, self._outer, "-o", "loop")
            make_image(self._outer / "inner", mib)
            self._mount_inner()
            self.settle()
        except CannotMount as error:
            self.close()
            pytest.skip(f"cannot mount an image on this machine: {error}")

    def settle(self) -> None:
        """All that was written until now is on the disk."""
        for folder in (self.root, self._outer):
            subprocess.run(["sync", "--file-system", folder], check=True)

    @contextmanager
    def power_cut(self) -> Iterator[None]:
        """Take the power away and give it back: `root` is then what the disk held at the start of
        the block, after the replay of ext4's journal.

        Whoever writes there has to be stopped before the block, and ended in it.
        """
        left = self._folder / "left"
        while True:
            before = self._quiet()
            subprocess.run(["cp", "--sparse=always", self._disk, left], check=True)
            # Nothing reached the disk meanwhile: the copy is of one moment.
            if self._quiet() == before:
                break
        yield
        self._unmount()
        left.rename(self._disk)
        mount(self._disk, self._outer, "-o", "loop")
        self._mount_inner()

    def close(self) -> None:
        self._unmount()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _mount_inner(self) -> None:
        options = "loop" if self._barriers else "loop,nobarrier"
        mount(self._outer / "inner", self.root, "-o", options)

    def _unmount(self) -> None:
        unmount(self.root)
        unmount(self._outer)

    def _quiet(self) -> int:
        """The number of writes that the disk has seen, once it is doing none."""
        device = self._outer.stat().st_dev
        counts = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat")
        end = time.monotonic() + 10
        while time.monotonic() < end:
            fields = counts.read_text().split()
            if fields[_IN_FLIGHT] == "0":
                return int(fields[_WRITES])
        raise AssertionError("the disk is never quiet")


def make_image(path: Path, mib: int) -> None:
    """A file with an empty ext4; raises CannotMount where there is no mkfs.ext4."""
    if shutil.which("mkfs.ext4") is None:
        raise CannotMount("there is no mkfs.ext4")
    with path.open("wb") as file:
        file.truncate(mib * MIB)
    subprocess.run(
        [
            *("mkfs.ext4", "-q", "-F", "-m", "0", "-b", "4096"),
            *("-E", "lazy_itable_init=0,lazy_journal_init=0", path),
        ],
        check=True,
        capture_output=True,
    )


class SmallDisk:
    """A tmpfs of `kib` KiB at `root`, until `close`; skips the test where none can be mounted."""

    def __init__(self, kib: int, *options: str) -> None:
        if os.geteuid() != 0:
            pytest.skip("needs root, to mount file systems")
        self._kib = kib
        self.root = Path(tempfile.mkdtemp(prefix="portals-disk-"))
        try:
            mount("none", self.root, "-t", "tmpfs", "-o", ",".join([f"size={kib}k", *options]))
        except CannotMount as error:
            self.root.rmdir()
            pytest.skip(f"cannot mount a tmpfs on this machine: {error}")
        self.root.chmod(0o755)

    def fill(self, but_kib: int = 0) -> None:
        """Leave only so much room."""
        found = os.statvfs(self.root)
        size = found.f_bavail * found.f_frsize - but_kib * 1_024
        if size > 0:
            with (self.root / "ballast").open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, size)

    def grow(self) -> None:
        """Make it twice as large: there is room again."""
        self._kib *= 2
        mount("none", self.root, "-t", "tmpfs", "-o", f"remount,size={self._kib}k")

    def close(self) -> None:
        unmount(self.root)
        self.root.rmdir()
