"""docs/api.md shows what the API really answers: its commands are run against a served demo."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.browser.demo import Demo
from tests.docs.markdown import document, steps
from tests.docs.session import check_transcript

DOCUMENT = document("docs/api.md")


def test_the_transcript_is_what_a_reader_sees(
    documented_demo: tuple[Demo, str], tmp_path: Path
) -> None:
    demo, demo_json = documented_demo
    transcript = steps(DOCUMENT)
    assert len(transcript) > 10
    check_transcript(
        transcript,
        folder=tmp_path,
        environment={
            # Here `python3` is the one with the project's packages.
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "LC_ALL": "C.UTF-8",
        },
        places={"http://localhost:8000": demo.public_url, "var/demo/demo.json": demo_json},
    )
