"""A browser window as its user has it: looks by CSS, clicks, types, and waits with patience."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.engines.wire import ELEMENT, Refused, Wire

PATIENCE_S = 10
PAUSE_S = 0.1
# While a page changes: look again.
PASSING = {
    "no such element",
    "no such frame",
    "no such window",
    "stale element reference",
    "detached shadow root",
    "element not interactable",
    "element click intercepted",
    "unknown error",
    "no answer",
    "javascript error",
}

TAB, ENTER, ESCAPE, SHIFT = "\ue004", "\ue007", "\ue00c", "\ue008"


@dataclass
class Window:
    """One window. Commands go to the document that was entered last: the page, or a frame."""

    wire: Wire

    def open(self, address: str) -> None:
        """Go there, and wait until it is loaded."""
        self.wire.command("Navigate", url=address)

    def enter_frame(self, css: str = "iframe") -> None:
        """From now on look into this frame of the page."""
        self.until(lambda: self._switch_to_frame(css))

    def leave_frame(self) -> None:
        """From now on look at the page."""
        self.wire.command("SwitchToFrame", id=None)

    def has(self, css: str) -> bool:
        return bool(self._all(css))

    def count(self, css: str) -> int:
        return len(self._all(css))

    def shows(self, css: str) -> bool:
        """Whether it is there, and not hidden."""
        found = self._all(css)
        return bool(found) and bool(self.wire.command("IsElementDisplayed", id=found[0]))

    def text(self, css: str) -> str:
        return str(self.wire.command("GetElementText", id=self._one(css)))

    def attribute(self, css: str, name: str) -> Any:
        return self.wire.command("GetElementAttribute", id=self._one(css), name=name)

    def value(self, css: str, name: str = "value") -> Any:
        """A property of an element, as it is now."""
        return self.wire.command("GetElementProperty", id=self._one(css), name=name)

    def rect(self, css: str) -> dict[str, float]:
        """x, y, width, height in CSS px."""
        answer: dict[str, float] = self.wire.command("GetElementRect", id=self._one(css))
        return answer

    def focused(self, name: str = "id") -> Any:
        """A property of the element that has the focus in this document."""
        reference = self.wire.command("GetActiveElement")[ELEMENT]
        return self.wire.command("GetElementProperty", id=reference, name=name)

    def click(self, css: str) -> None:
        self.until(lambda: self.wire.command("ElementClick", id=self._one(css)) or True)

    def fill(self, css: str, text: str) -> None:
        self.until(lambda: self.wire.command("ElementSendKeys", id=self._one(css), text=text) or 1)

    def press(self, *keys: str) -> None:
        """Press keys one on top of the other where the focus is, page or frame; then look at
        the page. (Firefox hands keys to the document that was entered, wherever the focus is.)"""
        self.leave_frame()
        if self.focused("tagName") == "IFRAME":
            self.wire.command("SwitchToFrame", id=self.wire.command("GetActiveElement"))
        down = [{"type": "keyDown", "value": key} for key in keys]
        up = [{"type": "keyUp", "value": key} for key in reversed(keys)]
        actions = [{"type": "key", "id": "keyboard", "actions": down + up}]
        self.wire.command("PerformActions", actions=actions)
        self.leave_frame()

    def script(self, body: str, *arguments: Any) -> Any:
        """Run the body of a function in the document; what it returns."""
        return self.wire.command("ExecuteScript", script=body, args=list(arguments))

    def until(self, look: Callable[[], Any]) -> Any:
        """What `look` returns, once that counts as true."""
        deadline = time.monotonic() + PATIENCE_S
        seen: object = None
        while time.monotonic() < deadline:
            try:
                if seen := look():
                    return seen
            except Refused as refusal:
                if refusal.code not in PASSING:
                    raise
                seen = refusal
            time.sleep(PAUSE_S)
        raise AssertionError(f"not within {PATIENCE_S} s; in the end: {seen!r}")

    def follow(self, act: Callable[[], object]) -> None:
        """Do what opens a window, and go on in that."""
        before = set(self._windows())
        act()
        handle = self.until(lambda: next(iter(set(self._windows()) - before), None))
        self.wire.command("SwitchToWindow", handle=handle)

    def picture(self, path: Path) -> None:
        """What is to be seen now, as a PNG file."""
        path.write_bytes(base64.b64decode(self.wire.command("TakeScreenshot")))

    def _windows(self) -> list[str]:
        found: list[str] = self.wire.command("GetWindowHandles")
        return found

    def _switch_to_frame(self, css: str) -> bool:
        self.wire.command("SwitchToFrame", id={ELEMENT: self._one(css)})
        return True

    def _all(self, css: str) -> list[str]:
        found = self.wire.command("FindElements", using="css selector", value=css)
        return [each[ELEMENT] for each in found]

    def _one(self, css: str) -> str:
        found = self._all(css)
        if not found:
            raise Refused("FindElements", "no such element", css)
        return found[0]
