"""What the spool asks the system for, in the order that outlives a power cut."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PUT = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from server.intake.spool import Spool
from tests.factories.new_report import new_report

spool = Spool(Path(sys.argv[1]), max_bytes=1 << 30, max_reports=100)
report = new_report()
for answered in (b"made", b"there"):
    spool.put(report)
    __import__("os").write(1, answered)
"""
CALL = re.compile(r"^\d* *(write|fsync|link|unlink|mkdir)\((.*)\) += \d+", re.MULTILINE)


def test_a_report_is_written_flushed_named_and_its_folder_flushed_before_it_is_answered(
    tmp_path: Path,
) -> None:
    if not (strace := shutil.which("strace")):
        pytest.skip("needs strace")
    trace, folder = tmp_path / "trace", tmp_path / "spool"
    subprocess.run(
        [
            *(strace, "-f", "-y", "-o", trace, "-e", "write,fsync,link,unlink,mkdir"),
            *(sys.executable, "-c", PUT, folder, ROOT),
        ],
        check=True,
        capture_output=True,
    )
    steps = list(steps_of(trace.read_text(), str(folder)))
    first, second = steps.index("answered made"), steps.index("answered there")
    assert steps[:first] == [
        *("mkdir spool", "fsync above"),
        *("mkdir shard", "fsync spool"),
        *("write unfinished", "fsync unfinished", "link report", "unlink unfinished"),
        "fsync shard",
    ]
    # Of a retry nothing is written, and nothing believed either: its writer may have died.
    assert steps[first + 1 : second] == ["fsync report", "fsync shard"]


def steps_of(trace: str, folder: str) -> Iterator[str]:
    for call, arguments in CALL.findall(trace):
        if call == "write" and re.search(r'"(made|there)"', arguments):
            yield "answered " + re.findall(r'"(made|there)"', arguments)[0]
        elif place := place_of(arguments, folder):
            yield f"{call} {place}"


def place_of(arguments: str, folder: str) -> str | None:
    """Which of the spool's files and folders the last argument that is one names."""
    if ".report" in arguments:
        return "report"
    if ".tmp" in arguments:
        return "unfinished"
    if re.search(re.escape(folder) + r'/[0-9a-f]{2}[>"]', arguments):
        return "shard"
    if re.search(re.escape(folder) + r'[>"]', arguments):
        return "spool"
    return "above" if f"<{folder.rpartition('/')[0]}>" in arguments else None
