"""Measure: the ready form (`frame`) and the intake (`intake`), against what else does the same.

`python -m bench frame`, `intake` or `all`; `--keep` also writes the results down.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path

from bench import frame
from bench.intake import run as intake

HERE = Path(__file__).parent
RESULTS = {"frame": HERE / "results.txt", "intake": HERE / "intake" / "results.txt"}


def main() -> None:
    """Measure what is named, print, and keep the results when asked to."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure.")
    parser.add_argument("part", nargs="?", default="all", choices=[*RESULTS, "all"])
    parser.add_argument("--keep", action="store_true", help="write the results beside the code")
    parser.add_argument("--long", action="store_true", help="memory over 100,000 reports")
    parser.add_argument("--gunicorn", type=Path, help="folder of pip install --target gunicorn")
    asked = parser.parse_args()
    parts: dict[str, Callable[[], Iterable[str]]] = {
        "frame": frame.lines,
        "intake": partial(intake.lines, gunicorn=asked.gunicorn, long=asked.long),
    }
    for name, lines in parts.items():
        if asked.part in (name, "all"):
            _measure(lines(), RESULTS[name] if asked.keep else None)


def _measure(lines: Iterable[str], file: Path | None) -> None:
    said = []
    for line in chain((_setting(), ""), lines):
        print(line, flush=True)
        said.append(line.rstrip())
    if file:
        file.write_text("\n".join(said) + "\n")


def _setting() -> str:
    """When and on what."""
    python, load = platform.python_version(), os.getloadavg()[1]
    return (
        f"{date.today()}, {os.cpu_count()} cores, Python {python}, {platform.system()}; "
        f"load of the machine before: {load:.1f}"
    )


if __name__ == "__main__":
    main()
