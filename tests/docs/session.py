"""Runs a document's commands as a reader would: pasted one after the other into one shell."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.docs.comparison import Comparison
from tests.docs.markdown import Step

_MARK = "-- end of step --"
PATIENCE_S = 180


def check_transcript(
    steps: Sequence[Step],
    *,
    folder: Path,
    environment: Mapping[str, str],
    places: Mapping[str, str],
) -> None:
    """Run all steps in one `bash -euo pipefail` and compare what is shown with what comes.

    `places` maps a place that the document names (an address, a folder) to where it is in this
    test. Fails with the document's line where the two part.
    """
    outputs, status = _run(steps, folder, environment, places)
    comparison = Comparison()
    wrong: list[str] = []
    for step, output in zip(steps, outputs, strict=False):
        for name, place in places.items():
            output = output.replace(place, name)
        if step.shown is not None:
            found = comparison.differences(step.shown.text, output)
            wrong += [f"line {step.line}: {text}" for text in found]
    if status != 0 or len(outputs) < len(steps):
        line, last = steps[len(outputs) - 1].line, outputs[-1]
        wrong.append(f"line {line}: ended the shell with status {status}:\n{last}")
    assert not wrong, "\n".join(wrong)


def _run(
    steps: Sequence[Step], folder: Path, environment: Mapping[str, str], places: Mapping[str, str]
) -> tuple[list[str], int]:
    """What each step printed, the last one cut short where it failed; and the exit status."""
    script = "".join(f"{step.command}\nprintf '%s\\n' '{_MARK}'\n" for step in steps)
    for name, place in places.items():
        script = script.replace(name, place)
    finished = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_S,
    )
    outputs = finished.stdout.split(f"{_MARK}\n")
    if len(outputs) > len(steps):
        outputs.pop()  # nothing follows the last mark
    return outputs, finished.returncode
