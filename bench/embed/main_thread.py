"""What the loader costs the partner's page: CPU time on its main thread.

From a trace of the whole browser: all that runs under the loader's address (compiling, its first
run, each timer, message and mutation that it listens to), with the layouts that it asks for. The
page is opened beside Playwright, which would add a script context of its own to every frame.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from typing import Any

from playwright.sync_api import Browser, CDPSession

from bench.embed.visit import PHONE

SLOWER = 6  # as Chromium emulates a phone
LASTING_S = 5.0
LOADER = "/widget/v1.js"
WORK = {"EvaluateScript", "FunctionCall", "v8.compile", "TimerFire"}
CATEGORIES = ["devtools.timeline", "v8"]


def loader_milliseconds(browser: Browser, address: str, slower: int) -> list[float]:
    """Open `address` in a new profile, the CPU slowed; milliseconds of each piece of work.

    Chromium slows by stopping the thread now and then, by the clock on the wall: on a busy machine
    more than it was told. At a rate of 1 nothing but the script counts.
    """
    session = browser.new_browser_cdp_session()
    profile = session.send("Target.createBrowserContext")["browserContextId"]
    place = {"url": "about:blank", "browserContextId": profile, **PHONE}
    target = session.send("Target.createTarget", place)["targetId"]
    attached = session.send("Target.attachToTarget", {"targetId": target, "flatten": False})
    _tell(session, attached["sessionId"], "Emulation.setCPUThrottlingRate", {"rate": slower})
    browser.start_tracing(categories=CATEGORIES)
    _tell(session, attached["sessionId"], "Page.navigate", {"url": address})
    time.sleep(LASTING_S)
    trace = json.loads(browser.stop_tracing())
    session.send("Target.disposeBrowserContext", {"browserContextId": profile})
    session.detach()
    pieces = work_of(LOADER, trace["traceEvents"])
    if not pieces:
        raise RuntimeError("the loader did not run")
    return pieces


def work_of(address: str, events: list[dict[str, Any]]) -> list[float]:
    """Milliseconds of each piece of work whose script's address ends so, none counted twice."""
    spans: dict[tuple[int, int], list[tuple[float, float, float]]] = defaultdict(list)
    for event in events:
        data = event.get("args", {}).get("data") or {}
        url = data.get("url") or event.get("args", {}).get("fileName") or ""
        if event.get("ph") == "X" and event["name"] in WORK and url.endswith(address):
            # CPU time: what else the machine does is not the loader's.
            spans[event["pid"], event["tid"]].append(
                (event["ts"], event["ts"] + event["dur"], event.get("tdur", event["dur"]))
            )
    pieces = []
    for found in spans.values():
        covered = 0.0
        for start, end, cost in sorted(found):
            if start >= covered:
                pieces.append(cost / 1_000)
                covered = end
    return pieces


def _tell(session: CDPSession, to: str, method: str, params: dict[str, Any]) -> None:
    message = json.dumps({"id": 1, "method": method, "params": params})
    session.send("Target.sendMessageToTarget", {"sessionId": to, "message": message})
