"""What is in the memory of another process: Linux lets its owner and root look."""

from __future__ import annotations

import re
from io import FileIO
from pathlib import Path


def memory_holds(process: int, pieces: list[bytes]) -> bool:
    """Whether any readable part of a process's memory holds one of the pieces."""
    folder = Path("/proc") / str(process)
    with (folder / "mem").open("rb", buffering=0) as memory:
        regions = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) r", (folder / "maps").read_text(), re.M)
        found = any(
            piece in content
            for start, end in regions
            for content in [_region(memory, int(start, 16), int(end, 16))]
            for piece in pieces
        )
    assert len(regions) > 50
    return found


def _region(memory: FileIO, start: int, end: int) -> bytes:
    """A region's bytes; empty for those of the kernel, which cannot be read."""
    try:
        memory.seek(start)
        return bytes(memory.read(end - start))
    except (OSError, OverflowError):
        return b""
