"""Whatever speaks in a process of ours says nothing of what a citizen sent."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache

import pytest

from tests.architecture.tree import ROOT

WORD = "canary_5e1c"


@cache
def said(how: str) -> str:
    """All that the loud program says, on both streams."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.observability.loud_program", how, WORD],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert ended.returncode == 1
    return ended.stdout


def lines() -> list[dict]:
    return [json.loads(line) for line in said("guarded").splitlines() if line.startswith("{")]


def test_control_without_the_guard_all_of_it_would_be_said():
    assert said("unguarded").count(WORD) > 15


def test_nothing_is_said_of_what_a_citizen_sent():
    assert WORD not in said("guarded")


@pytest.mark.parametrize(
    "logger",
    [
        *("root", "early", "flask-limiter", "werkzeug", "mistaken", "closed", "caught"),
        *("concurrent.futures", "sqlalchemy.pool.impl.QueuePool"),
    ],
)
def test_that_a_library_said_something_is_told_with_its_place(logger):
    found = [line for line in lines() if line.get("logger") == logger]
    assert found
    assert all(line["frames"] for line in found)


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("UserWarning", "loud_program.py"),  # warnings
        ("ValueError", "loud_program.py"),  # threads, destructors
        ("OperationalError", "<module>"),  # what ends the program
    ],
)
def test_what_went_wrong_is_told_by_its_kind_and_place(kind, place):
    found = [line for line in lines() if line.get("kind") == kind]
    assert any(place in frame for line in found for frame in line["frames"])


def test_a_crash_of_python_itself_is_told_by_frames():
    assert "Fatal Python error: Segmentation fault" in said("guarded")
    assert "loud_program.py" in said("guarded")


def test_all_else_that_is_said_is_the_crash():
    others = [line for line in said("guarded").splitlines() if not line.startswith("{")]
    allowed = ("Fatal Python error", "Current thread", "  File ", "Extension modules", "Thread ")
    assert [line for line in others if line and not line.startswith(allowed)] == []
