"""No document names a file or a picture that is not there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

LINK = re.compile(r"\]\(<?([^)\s>#]+)")
ELSEWHERE = re.compile(r"[a-z]+:")


def documents() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split()]


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(path: Path) -> None:
    links = [link for link in LINK.findall(path.read_text("utf-8")) if not ELSEWHERE.match(link)]
    assert [link for link in links if not (path.parent / link).exists()] == []
