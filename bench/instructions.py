"""Instructions per report by callgrind: what costs what, where no other program moves the figure.

`python -m bench.instructions` counts the application in one process, the store left out, against
a bare Flask's POST. It needs valgrind with its headers, and gcc.
"""

from __future__ import annotations

import ctypes
import gc
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from bench.intake.parts import BARE, HPKE, TOKENS, WHOLE, parts, prepare

MARKS = Path(__file__).with_name("callgrind_marks.c")
HEADER = Path("/usr/include/valgrind/callgrind.h")
#: As often is each work done uncounted, so that what is made once is made; then counted.
WARM_UP, CALLS = 100, 20
NOTHING = "nothing"
TIME_LIMIT_S = 300


def missing() -> str | None:
    """What this machine lacks for counting, or None."""
    for program in ("valgrind", "gcc"):
        if shutil.which(program) is None:
            return program
    return None if HEADER.exists() else str(HEADER)


def counted(names: Iterable[str] = ()) -> dict[str, int]:
    """Instructions of one call of each work of `bench.intake.parts`, or of those named.

    Raises CalledProcessError when the run fails.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder / "intake")
        marks = folder / "marks.so"
        subprocess.run(  # noqa: S603  (our own source)
            ["gcc", "-O2", "-shared", "-fPIC", "-o", marks, MARKS],  # noqa: S607
            check=True,
        )
        subprocess.run(  # noqa: S603  (our own module)
            [
                *("valgrind", "--tool=callgrind", "--instr-atstart=no", "--quiet"),
                f"--callgrind-out-file={folder}/counts",
                *(sys.executable, "-m", __spec__.name, "--count", marks, folder / "intake", *names),
            ],
            env=os.environ | {"PYTHONHASHSEED": "0"},
            check=True,
            timeout=TIME_LIMIT_S,
        )
        files = sorted(folder.glob("counts.*"), key=lambda file: int(file.suffix[1:]))
        sums = dict(_sum(file) for file in files)
    loop = sums.pop(NOTHING)
    return {name: (total - loop) // CALLS for name, total in sums.items()}


def gate(found: dict[str, int]) -> float:
    """A report without its store, HPKE and derived tokens, against a bare Flask's POST."""
    left_out = found[HPKE] + found[TOKENS]
    return (found[WHOLE] - left_out) / found[BARE]


def _sum(file: Path) -> tuple[str, int]:
    text = file.read_text()
    name = re.search(r"^desc: Trigger: Client Request: (.+)$", text, re.M)
    total = re.search(r"^(?:summary|totals): (\d+)$", text, re.M)
    if name is None or total is None:
        return "", 0
    return name[1], int(total[1])


def _count(marks: Path, folder: Path, names: list[str]) -> None:
    """In the child: do each work, and let callgrind write down what it took."""
    callgrind = ctypes.CDLL(str(marks))
    with parts(folder, store=False) as works:
        chosen = {name: work for name, work in works.items() if name in names or not names}
        chosen |= {NOTHING: lambda: None}
        for work in chosen.values():
            for _ in range(WARM_UP):
                work()
        gc.collect()
        gc.disable()  # a collection falls upon whoever comes when it is due
        callgrind.start_counting()
        for name, work in chosen.items():
            callgrind.count_from_here()
            for _ in range(CALLS):
                work()
            callgrind.counted_as(name.encode())


def main() -> None:
    """Print a table, or do the child's part."""
    if sys.argv[1:2] == ["--count"]:
        _count(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
        return
    if lacks := missing():
        sys.exit(f"instructions were not counted: {lacks} is missing")
    for line in lines(counted()):
        print(line)


def lines(found: dict[str, int]) -> Iterable[str]:
    """The table of the parts."""
    yield f"{'instructions of one call':42} {'thousand':>9} {'× bare Flask':>13}"
    for name, count in found.items():
        yield f"{name:42} {count / 1_000:9.0f} {count / found[BARE]:13.2f}"
    yield f"without store, HPKE and derived tokens: {gate(found):.2f} × bare Flask's POST"


if __name__ == "__main__":
    main()
