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

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self._delay = Path(environment["SLOW_FLUSH"])

    @classmethod
    def built(cls, folder: Path) -> Flush:
        """Build the library in `folder`, which every user has to be able to read.

        Raises FileNotFoundError without gcc, CalledProcessError when it fails.
        """
        delay, library = folder / "delay", folder / "slow_flush.so"
        delay.write_bytes(struct.pack("=I", 0))
        subprocess.run(  # noqa: S603  (our own source)
            ["gcc", "-O2", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"],  # noqa: S607
            check=True,
        )
        return cls({"LD_PRELOAD": str(library), "SLOW_FLUSH": str(delay)})

    @classmethod
    def of_this_process(cls) -> Flush:
        """The one under which this process was started."""
        return cls({name: os.environ[name] for name in ("LD_PRELOAD", "SLOW_FLUSH")})

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
