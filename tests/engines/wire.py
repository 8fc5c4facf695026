"""How a test speaks to an engine: W3C WebDriver's commands, by the names of its specification.

Firefox answers them on a socket of its own (Marionette), WebKitGTK through its WebDriver's HTTP.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

START_S = 60
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the specification's name of a reference


class Refused(Exception):
    """The engine says no; `code` is WebDriver's, such as `no such element`."""

    def __init__(self, command: str, code: str, text: str) -> None:
        super().__init__(f"{command}: {code}: {text}")
        self.code = code


class EngineMissing(RuntimeError):
    """The engine is not on this machine; the text says what to install."""


class Wire(Protocol):
    """An open session of one browser."""

    def command(self, command: str, **parameters: Any) -> Any:
        """Its answer's value; raises Refused."""

    def close(self) -> None:
        """End the browser, and all that was started for it."""


def wait_for_start(what: str, look: Callable[[], T | None]) -> T:
    """What `look` finds, as soon as it finds it."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if (found := look()) is not None:
            return found
        time.sleep(0.05)
    raise RuntimeError(f"{what} did not start within {START_S} s")
