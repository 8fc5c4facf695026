"""WebKitGTK as Debian packages it: its small browser on a screen of its own, and its WebDriver.

https://www.w3.org/TR/webdriver2/#endpoints
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.engines.screen import Screen
from tests.engines.wire import ELEMENT, EngineMissing, Refused, wait_for_start

BROWSERS = ("webkit2gtk-4.1/MiniBrowser", "webkit2gtk-4.0/MiniBrowser")
#: An answer that takes longer is a hang: now and then this driver forgets one while a page goes.
ANSWER_S = 20
END_S = 15
REST_S = 0.1
#: A proxy that is not there, for whatever is not this machine.
CUT_OFF = {
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "no_proxy": "localhost,.localhost,127.0.0.1",
}
ENDPOINTS = {
    "Navigate": ("POST", "url"),
    "Back": ("POST", "back"),
    "GetCurrentURL": ("GET", "url"),
    "GetTitle": ("GET", "title"),
    "GetWindowHandles": ("GET", "window/handles"),
    "SwitchToWindow": ("POST", "window"),
    "SetWindowRect": ("POST", "window/rect"),
    "SwitchToFrame": ("POST", "frame"),
    "FindElements": ("POST", "elements"),
    "GetActiveElement": ("GET", "element/active"),
    "ElementClick": ("POST", "element/{id}/click"),
    "ElementSendKeys": ("POST", "element/{id}/value"),
    "GetElementText": ("GET", "element/{id}/text"),
    "GetElementAttribute": ("GET", "element/{id}/attribute/{name}"),
    "GetElementProperty": ("GET", "element/{id}/property/{name}"),
    "GetElementRect": ("GET", "element/{id}/rect"),
    "IsElementDisplayed": ("GET", "element/{id}/displayed"),
    "ExecuteScript": ("POST", "execute/sync"),
    "PerformActions": ("POST", "actions"),
    "TakeScreenshot": ("GET", "screenshot"),
    "GetCookies": ("GET", "cookie"),
}
# As far as its own document goes; where its top and bottom are then, in CSS px.
SCROLL = """
  arguments[0].scrollIntoView({block: 'nearest'});
  var box = arguments[0].getBoundingClientRect();
  return [box.top, box.bottom];
"""
# The page around a frame, as its reader would: until that part of the frame is in the window.
SCROLL_AROUND = """
  var top = arguments[0].getBoundingClientRect().top;
  scrollBy(0, Math.min(0, top + arguments[1]) + Math.max(0, top + arguments[2] - innerHeight));
  return arguments[0].getBoundingClientRect().top;
"""


class WebKitGTK:
    """A WebKitGTK with a profile that has never been anywhere, and a session in it."""

    def __init__(self, *, scripted: bool, width: int, height: int) -> None:
        program = shutil.which("WebKitWebDriver")
        browser = _browser()
        if not program or not browser:
            raise EngineMissing(
                "WebKitGTK is missing. On Debian: apt-get install webkit2gtk-driver"
            )
        self._frame: dict[str, str] | None = None  # of the page, that was entered
        self._screen = Screen(width, height + 200)
        self._folder = tempfile.TemporaryDirectory(prefix="webkit-", ignore_cleanup_errors=True)
        self._base = f"http://127.0.0.1:{(port := _free_port())}"
        log = Path(self._folder.name) / "log"
        environment = {**os.environ, **CUT_OFF, "HOME": self._folder.name, "NO_AT_BRIDGE": "1"}
        environment["DISPLAY"] = self._screen.display
        for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
            environment.pop(name, None)
        with log.open("w") as output:
            self._process = subprocess.Popen(
                [program, f"--port={port}"], stdout=output, stderr=output, env=environment
            )
        try:
            wait_for_start("WebKitWebDriver", lambda: _listens(port))
            options = {"binary": browser, "args": ["--automation"]}
            if not scripted:
                options["args"] += ["--enable-javascript=false"]
            wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
            opened = self._ask("NewSession", "POST", "session", {"capabilities": wanted})
            self._session = f"session/{opened['sessionId']}"
            self.command("SetWindowRect", width=width, height=height)
        except BaseException:
            self.close()
            raise

    def command(self, command: str, **parameters: Any) -> Any:
        method, path = ENDPOINTS[command]
        path = f"{self._session}/{path}".format(**parameters)
        if command in ("ElementClick", "ElementSendKeys"):
            self._bring_to_view(parameters["id"])
        if command == "SwitchToFrame":
            self._frame = parameters["id"]
        return self._ask(command, method, path, parameters if method == "POST" else None)

    def close(self) -> None:
        if hasattr(self, "_session"):
            self._ask("DeleteSession", "DELETE", self._session, None)
        self._process.terminate()
        self._process.wait(END_S)
        self._screen.close()
        self._folder.cleanup()

    def _bring_to_view(self, element: str) -> None:
        """The specification's step that this driver leaves out in frames; and see it at rest."""
        places: list[object] = []
        while len(places) < 2 or places[-1] != places[-2]:
            place = [*self._run(SCROLL, {ELEMENT: element})]
            if self._frame:
                self._post("frame", {"id": None})
                place += [self._run(SCROLL_AROUND, self._frame, *place)]
                self._post("frame", {"id": self._frame})
            places.append(place)
            time.sleep(REST_S)

    def _run(self, script: str, *arguments: object) -> Any:
        return self._post("execute/sync", {"script": script, "args": arguments})

    def _post(self, path: str, body: object) -> Any:
        return self._ask(path, "POST", f"{self._session}/{path}", body)

    def _ask(self, command: str, method: str, path: str, body: Any) -> Any:
        request = Request(
            f"{self._base}/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urlopen(request, timeout=ANSWER_S) as answer:
                return json.load(answer)["value"]
        except HTTPError as error:
            with error:
                value = json.load(error)["value"]
            raise Refused(command, value["error"], value["message"]) from None
        except TimeoutError:
            raise Refused(command, "no answer", f"within {ANSWER_S} s") from None


def _browser() -> str | None:
    """The small browser: in /usr/lib/<kind of machine>, where no PATH leads."""
    found = [path for name in BROWSERS for path in Path("/usr/lib").glob(f"*/{name}")]
    return str(found[0]) if found else None


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _listens(port: int) -> bool | None:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return None
    return True
