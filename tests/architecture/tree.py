"""The files of the project that rules about the whole tree look at."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def project_files(*folders: str) -> list[Path]:
    """All files that are tracked, or would be with the next commit; relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = sorted(set(listed.split("\0")) - {""})
    return [Path(name) for name in names if (ROOT / name).is_file()]


def text_lines(*folders: str) -> Iterator[tuple[Path, int, str]]:
    """Each line of each text file: its path, its number from 1, and the line."""
    for path in project_files(*folders):
        content = (ROOT / path).read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
            yield path, number, line
