"""Run the demo's programs: start them, start one again when it dies, end all on a signal."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from types import FrameType

CHECK_EVERY_S = 0.25
RESTART_PAUSE_S = 0.5
GRACE_S = 5.0


@dataclass
class Program:
    """A child process and how to start it. It leads a process group of its own."""

    name: str
    arguments: list[str]
    environment: dict[str, str] = field(repr=False)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the program; its own children belong to its group."""
        self.process = subprocess.Popen(  # noqa: S603  (our own program and arguments)
            self.arguments, env=self.environment, process_group=0
        )

    def died(self) -> bool:
        """Whether the program ended by itself."""
        return self.process is not None and self.process.poll() is not None

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the program and all its children, if any are left."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return


class Supervisor:
    """Keeps programs running until SIGTERM, SIGINT or SIGHUP."""

    def __init__(self, programs: list[Program]) -> None:
        self.programs = programs
        self._stopping = False

    def run(self) -> None:
        """Start every program and watch over them; returns when all have ended."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        for program in self.programs:
            program.start()
        try:
            while not self._stopping:
                self._restart_the_dead()
                time.sleep(CHECK_EVERY_S)
        finally:
            self._end_all()

    def _restart_the_dead(self) -> None:
        for program in self.programs:
            if program.died():
                # Workers that outlived their master would keep the port.
                program.signal_group(signal.SIGKILL)
                time.sleep(RESTART_PAUSE_S)
                if not self._stopping:
                    program.start()

    def _end_all(self) -> None:
        for program in self.programs:
            program.signal_group(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_S
        for program in self.programs:
            if program.process is None:
                continue
            try:
                program.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                program.signal_group(signal.SIGKILL)
                program.process.wait()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
