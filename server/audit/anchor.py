"""The anchor: a file outside the database, one line of JSON for each checkpoint, only appended."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

_LONGEST_LINE = 4_096

#: A line as we write it has about 390 bytes.
_USUAL_LINE = 512


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint apart from where it is kept."""

    seq: int
    hash: bytes
    signed_at: datetime
    public_key: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class AnchorLine:
    """Line `number` of the anchor; `checkpoint` is None when it is not readable, which a
    power cut explains where it has no end (`is_torn`)."""

    number: int
    checkpoint: SignedCheckpoint | None
    is_torn: bool = False


def append_to_anchor(path: Path, checkpoint: SignedCheckpoint) -> None:
    """Write a checkpoint to the file's end and to the disk; raises OSError."""
    line = json.dumps(
        {
            "seq": checkpoint.seq,
            "hash": checkpoint.hash.hex(),
            "signed_at": checkpoint.signed_at.isoformat(timespec="microseconds"),
            "public_key": checkpoint.public_key.hex(),
            "signature": checkpoint.signature.hex(),
        }
    )
    is_new = not path.exists()
    with path.open("ab", buffering=0) as file:
        # A line that a power cut tore is left as it is; ours begins on one of its own.
        torn = file.tell() > 0 and not _ends_a_line(path)
        file.write(("\n" if torn else "").encode() + line.encode() + b"\n")
        os.fsync(file.fileno())
    if is_new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def read_anchor(
    path: Path, *, end: int | None = None, newest: int | None = None
) -> Iterator[AnchorLine]:
    """Its lines in their order, up to byte `end`, and of those at least the `newest` ones. A file
    that is not there has none. Raises OSError when it may not be read."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        size = path.stat().st_size if end is None else end
        number = _skip(file, size - newest * _USUAL_LINE) if newest else 0
        while file.tell() < size:
            line = file.readline(_LONGEST_LINE)
            if not line:
                return
            number += 1
            if line.strip():
                torn = not line.rstrip().endswith(b"}")
                yield AnchorLine(number, _parse(line), torn)


def last_in_anchor(path: Path) -> SignedCheckpoint | None:
    """The last readable checkpoint in the file's last few lines."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2 * _LONGEST_LINE))
        for line in reversed(file.read().splitlines()):
            if (checkpoint := _parse(line)) is not None:
                return checkpoint
    return None


def _skip(file: BinaryIO, to: int) -> int:
    """Go to the first line that begins at byte `to` or later; returns how many are skipped."""
    skipped = 0
    while file.tell() < to and file.readline(_LONGEST_LINE):
        skipped += 1
    return skipped


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _parse(line: bytes) -> SignedCheckpoint | None:
    try:
        fields = json.loads(line)
        signed_at = datetime.fromisoformat(fields["signed_at"])
        if signed_at.tzinfo is None or type(fields["seq"]) is not int:
            return None
        return SignedCheckpoint(
            seq=fields["seq"],
            hash=bytes.fromhex(fields["hash"]),
            signed_at=signed_at,
            public_key=bytes.fromhex(fields["public_key"]),
            signature=bytes.fromhex(fields["signature"]),
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
