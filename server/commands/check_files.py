"""What `portals check` says of the files: the spool's folder, and who can read the private keys."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from server.config import Settings
from server.intake.service import Spool, errors

MOUNTS = Path("/proc/self/mounts")
#: File systems that are empty after a reboot.
IN_MEMORY = frozenset({"tmpfs", "ramfs", "devtmpfs"})
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SpoolFindings:
    """A line each: where the spool is, what to see to, and why reports cannot be kept there."""

    known: str
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()


def spool_findings(folder: Path, max_bytes: int) -> SpoolFindings:
    """Try what the spool will do, and leave nothing behind: a folder that this made would belong to
    whoever runs the check."""
    there = folder if os.path.lexists(folder) else _nearest(folder)
    if not there.is_dir():
        return SpoolFindings("none", refusals=(f"PORTALS_SPOOL: {there} is not a folder",))
    if wrong := _refusal(there):
        return SpoolFindings("none", refusals=(f"PORTALS_SPOOL: {wrong}",))
    kind, free = file_system(there), shutil.disk_usage(there).free
    known = f"{folder}, {kind or 'file system unknown'}, {free // _MIB} MiB free"
    return SpoolFindings(
        known if there == folder else f"{known}; made with the first report that waits",
        tuple(f"PORTALS_SPOOL: {each}" for each in _warnings(folder, there, max_bytes)),
    )


def key_file_warning(settings: Settings) -> str | None:
    """Whether others than its owner and group can read the file with the private keys."""
    path = settings.sealing_key_file
    if path is None:
        return None
    try:
        mode = path.stat().st_mode
    except OSError:  # it is made with the first sealing key
        return None
    if not mode & stat.S_IROTH:
        return None
    return f"PORTALS_SEALING_KEY_FILE: every user of this machine can read it: chmod 600 {path}"


def file_system(folder: Path, mounts: Path = MOUNTS) -> str | None:
    """The kind that `folder` is on, as Linux names it; None where that is not known."""
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return None
    real, best, kind = folder.resolve(), -1, None
    for line in lines:
        _, point, named, *_ = line.split(" ")
        # Blanks and the like stand there as \040.
        place = Path(point.encode().decode("unicode_escape"))
        # Of two in one place the later one covers the other.
        if real.is_relative_to(place) and len(place.parts) >= best:
            best, kind = len(place.parts), named
    return kind


def _nearest(folder: Path) -> Path:
    """The folder above it that is there."""
    return next(above for above in folder.parents if os.path.lexists(above))


def _refusal(there: Path) -> str | None:
    """Why no report can be kept in a folder, or in one that is made there."""
    try:
        with tempfile.NamedTemporaryFile(dir=there, prefix=".portals-check-") as file:
            linked = Path(f"{file.name}-linked")
            try:
                os.link(file.name, linked)
            except OSError as error:
                return f"{there} takes no hard links ({error.strerror}): choose another file system"
            finally:
                with suppress(OSError):
                    linked.unlink()
    except OSError as error:
        return f"cannot write to {there} ({error.strerror}): give it to the service's user"
    return None


def _warnings(folder: Path, there: Path, max_bytes: int) -> Iterator[str]:
    kind = file_system(there)
    if kind in IN_MEMORY:
        yield (
            f"{there} is in memory ({kind}): reports that wait would not outlive a reboot; name a "
            "folder on a disk"
        )
    owner, this = there.stat().st_uid, os.geteuid()
    if there == folder and owner != this:
        yield (
            f"{folder} belongs to user {owner}, this is user {this}: check as the user who serves"
        )
    try:
        taken = Spool(folder, max_bytes=max_bytes, max_reports=1).state().bytes
    except errors.SpoolFailed:
        taken = 0
    room = shutil.disk_usage(there).free + taken
    if room < max_bytes:
        yield (
            f"room for {room // _MIB} MiB, less than PORTALS_SPOOL_MAX_BYTES "
            f"({max_bytes // _MIB} MiB): make room, or lower it"
        )
