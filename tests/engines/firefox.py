"""Firefox as Debian packages it, driven through its own remote protocol, without a driver program.

Marionette: `length:json` on a socket; [0, id, command, parameters] and [1, id, error, result].
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.engines.wire import ELEMENT, EngineMissing, Refused, wait_for_start

NAMES = ("firefox-esr", "firefox")
#: An answer that takes longer is a hang.
ANSWER_S = 60
END_S = 15
PREFERENCES: dict[str, object] = {
    "marionette.port": 0,  # any free one, which it then writes into its profile
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage": "about:blank",
    "datareporting.policy.dataSubmissionEnabled": False,
    # Cut off: whatever is not this machine goes to a proxy that is not there.
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "localhost, .localhost, 127.0.0.1",
}


class Firefox:
    """A Firefox with a profile that has never been anywhere, and a session in it."""

    def __init__(self, *, scripted: bool, width: int, height: int) -> None:
        program = next(filter(None, map(shutil.which, NAMES)), None)
        if not program:
            raise EngineMissing("Firefox is missing. On Debian: apt-get install firefox-esr")
        self._folder = tempfile.TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True)
        profile = Path(self._folder.name)
        preferences = {**PREFERENCES, "javascript.enabled": scripted}
        lines = [f'user_pref("{name}", {json.dumps(it)});\n' for name, it in preferences.items()]
        (profile / "user.js").write_text("".join(lines))
        size = {"MOZ_HEADLESS_WIDTH": str(width), "MOZ_HEADLESS_HEIGHT": str(height)}
        with (profile / "log").open("w") as log:
            self._process = subprocess.Popen(
                [program, "--headless", "--marionette", "--no-remote", "--profile", str(profile)],
                stdout=log,
                stderr=log,
                env={**os.environ, "HOME": str(profile), **size},
            )
        try:
            port = wait_for_start("Firefox", lambda: _port(profile))
            self._numbers = itertools.count()
            self._socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_S)
            self._answers = self._socket.makefile("rb")
            self._receive()
            self.command("NewSession", capabilities={})
            self.command("SetWindowRect", width=width, height=height)
        except BaseException:
            self.close()
            raise

    def command(self, command: str, **parameters: Any) -> Any:
        if command == "SwitchToFrame" and isinstance(parameters["id"], dict):
            parameters = {"element": parameters["id"][ELEMENT]}
        message = [0, next(self._numbers), f"WebDriver:{command}", parameters]
        sent = json.dumps(message).encode()
        self._socket.sendall(b"%d:%b" % (len(sent), sent))
        _, _, error, result = self._receive()
        if error:
            raise Refused(command, error["error"], error["message"])
        return result["value"] if isinstance(result, dict) and "value" in result else result

    def close(self) -> None:
        if hasattr(self, "_socket"):
            self._answers.close()
            self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(END_S)
        self._folder.cleanup()

    def _receive(self) -> Any:
        length = b""
        while (byte := self._answers.read(1)) != b":":
            if not byte:
                raise ConnectionError("Firefox ended")
            length += byte
        return json.loads(self._answers.read(int(length)))


def _port(profile: Path) -> int | None:
    written = profile / "MarionetteActivePort"
    return int(written.read_text() or 0) or None if written.exists() else None
