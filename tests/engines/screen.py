"""A screen in memory, for a browser that cannot do without one."""

from __future__ import annotations

import os
import shutil
import subprocess

from tests.engines.wire import EngineMissing

END_S = 15


class Screen:
    """An X server of its own; `display` is what DISPLAY takes."""

    def __init__(self, width: int, height: int) -> None:
        if not shutil.which("Xvfb"):
            raise EngineMissing("WebKitGTK needs a screen. On Debian: apt-get install xvfb")
        # It picks a free number, and says which once it is ready.
        readable, writable = os.pipe()
        self._process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writable), "-screen", "0", f"{width}x{height}x24"],
            pass_fds=[writable],
            stderr=subprocess.DEVNULL,
        )
        os.close(writable)
        with os.fdopen(readable) as said:
            self.display = f":{said.readline().strip()}"

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(END_S)
