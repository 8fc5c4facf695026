"""All processes of a server count together, and none that ends takes its counts along."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from server.observability.counts import Counts
from server.observability.metrics import FOLDER_VARIABLE, counting_together

COUNT = """
import sys
from pathlib import Path
from server.observability.counts import Counts
counts = Counts(4, Path(sys.argv[1]))
counts.add(2, 5)
print("counted", flush=True)
sys.stdin.read()
"""


def test_a_killed_process_loses_nothing_and_its_row_is_used_again(tmp_path):
    ours = Counts(4, tmp_path)
    ours.add(2)
    for round_ in (1, 2):
        other = subprocess.Popen(
            [sys.executable, "-c", COUNT, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        with other:
            assert other.stdout
            assert other.stdout.readline() == b"counted\n"
            other.send_signal(signal.SIGKILL)
        assert ours.totals() == [0, 0, 1 + 5 * round_, 0]
        assert len(list(tmp_path.iterdir())) == 2


def test_a_process_alone_counts_in_its_memory():
    counts = Counts(3)
    counts.add(1)
    counts.add(1, 4)
    assert counts.totals() == [0, 5, 0]


def test_a_folder_that_cannot_be_written_keeps_nobody_from_counting(tmp_path):
    counts = Counts(3, tmp_path / "nowhere")
    counts.add(0)
    assert counts.totals() == [1, 0, 0]


def test_each_server_begins_from_nothing_and_leaves_nothing():
    with counting_together():
        folder = os.environ[FOLDER_VARIABLE]
        assert os.listdir(folder) == []  # noqa: PTH208
    assert FOLDER_VARIABLE not in os.environ
    assert not os.path.exists(folder)  # noqa: PTH110
