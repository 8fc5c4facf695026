"""An application that takes its time and says who answered, in place of the portals' own."""

from __future__ import annotations

import atexit
import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any


@atexit.register
def _say_goodbye() -> None:
    os.write(sys.stderr.fileno(), f"goodbye of {os.getpid()}\n".encode())


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with the process id, after as many milliseconds as the path says."""
    environ["wsgi.input"].read()
    time.sleep(int(environ["PATH_INFO"][1:] or 0) / 1_000)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
