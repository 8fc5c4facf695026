"""Files that are whole and on the disk when the call returns, or not there at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

#: How the name of a file ends that is being written.
UNFINISHED = ".tmp"


def create_durably(path: Path, data: bytes) -> None:
    """Make this file: write, fsync, give it its name, fsync the folder (Pillai et al., OSDI 2014).

    Raises FileExistsError when the name is taken (`link` gives it to one of many), OSError when
    anything failed. After a failed fsync nothing is tried again with that file: its pages may
    count as clean then, and a second fsync says that all is well ("fsyncgate").
    """
    unfinished = path.with_name(f".{os.getpid()}-{os.urandom(8).hex()}{UNFINISHED}")
    try:
        _write(unfinished, data)
        # Whoever sees the name sees a file that is whole and on the disk.
        os.link(unfinished, path)
    finally:
        with suppress(OSError):
            unfinished.unlink()
    # When this fails the file stays: another process may have acknowledged it by now.
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """fsync a folder: the names in it are on the disk."""
    _sync(folder, os.O_RDONLY | os.O_DIRECTORY)


def make_folder_durably(folder: Path) -> None:
    """Make a folder that only its owner enters, and those above it that are missing."""
    if not folder.parent.is_dir():
        make_folder_durably(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    # Also when it was there: whoever made it may not have come to this line.
    sync_folder(folder.parent)


def _write(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    descriptor = os.open(path, flags, mode=0o600)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
