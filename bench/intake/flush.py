"""A flush to disk that takes as long as told, for the processes that are started in the block."""

from __future__ import annotations

import os
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).with_name("slow_flush.c")


class Flush:
    """How long a flush takes, for all processes that run with `environment`; at first no longer."""

    def __init__(self, folder: Path) -> None:
        """Build the library in `folder`, which every user has to be able to read.

        Raises FileNotFoundError without gcc, CalledProcessError when it fails.
        """
        self._delay = folder / "delay"
        self._delay.write_bytes(struct.pack("=I", 0))
        library = folder / "slow_flush.so"
        subprocess.run(  # noqa: S603  (our own source)
            ["gcc", "-O2", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"],  # noqa: S607
            check=True,
        )
        self.environment = {"LD_PRELOAD": str(library), "SLOW_FLUSH": str(self._delay)}

    @contextmanager
    def takes(self, milliseconds: float) -> Iterator[None]:
        """Every flush takes so much longer while the block runs."""
        self._set(int(milliseconds * 1_000))
        try:
            yield
        finally:
            self._set(0)

    @contextmanager
    def inherited(self) -> Iterator[None]:
        """Processes started in the block, by whom ever, are under this."""
        before = {name: os.environ.get(name) for name in self.environment}
        os.environ.update(self.environment)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value

    def _set(self, microseconds: int) -> None:
        with self._delay.open("r+b") as file:  # in place: the file is mapped
            file.write(struct.pack("=I", microseconds))
