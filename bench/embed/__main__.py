"""How soon the form is there on a slow link, what its first view weighs, and what the loader costs.

`python -m bench.embed` prints; `--keep` also writes `bench/embed/results.txt`.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Playwright, sync_playwright

from bench.embed.link import HEADERS, WINDOW
from bench.embed.main_thread import SLOWER, loader_milliseconds
from bench.embed.stand import BIT_S, PORTAL, ROUND_TRIP_S, Stand, stand
from bench.embed.visit import Visit, visit
from bench.embed.weight import PAGE_BYTES, SCRIPT_BYTES
from tests.services.chromium import find_chromium, launch

ROUNDS = 5
OURS = "ours: frame in the page's HTML, and the loader"
WAYS = {
    OURS: "/inline",
    "the same, with a partner's logo": "/logo",
    f"a frame of {PAGE_BYTES:,} bytes in the page's HTML, and the loader": "/heavy",
    f"a script of {SCRIPT_BYTES:,} bytes that injects our frame": "/script",
}


def main() -> None:
    """Measure, print, and keep the results when asked to."""
    parser = argparse.ArgumentParser(prog="python -m bench.embed", description="Measure.")
    parser.add_argument("--keep", action="store_true", help="write bench/embed/results.txt")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"{ROUNDS} unless told")
    options = parser.parse_args()
    said = []
    with sync_playwright() as playwright, stand() as site:
        for line in lines(playwright, site, options.rounds):
            print(line, flush=True)
            said.append(line.rstrip())
    if options.keep:
        Path(__file__).with_name("results.txt").write_text("\n".join(said) + "\n")


def lines(playwright: Playwright, site: Stand, rounds: int) -> Iterable[str]:
    """Measure, and say the results as lines of tables."""
    yield _setting()
    yield ""
    yield (
        f"link: {ROUND_TRIP_S * 1_000:.0f} ms round trip, {BIT_S // 1_000} kbit/s each way, shared "
        "by all connections; TCP and TLS 1.3 cost their round"
    )
    yield (
        f"trips, each packet {HEADERS} bytes more, {WINDOW} packets under way at most; HTTP/1.1; "
        "looking up names costs nothing; the partner's page is"
    )
    yield "behind the same link; each visit with a new browser and an empty cache"
    yield ""
    visits: dict[str, list[Visit]] = {name: [] for name in WAYS}
    carried: dict[str, list[tuple[int, int, int]]] = {name: [] for name in WAYS}
    for _ in range(rounds):
        for name, path in WAYS.items():
            gate = site.portal_gate
            before = gate.connections, gate.bytes_up, gate.bytes_down
            visits[name].append(visit(playwright, site.slow + path, site.pins))
            after = gate.connections, gate.bytes_up, gate.bytes_down
            new = (late - early for late, early in zip(after, before, strict=True))
            carried[name].append((next(new), next(new), next(new)))
    yield from _waiting(visits, rounds)
    yield ""
    yield from _first_view(visits, carried)
    yield ""
    yield from _main_thread(playwright, site, rounds)


def _setting() -> str:
    """On what."""
    browser = subprocess.run(  # noqa: S603  (the browser that is measured)
        [find_chromium(), "--version"], capture_output=True, text=True, check=True
    ).stdout.split()
    load = f"load {os.getloadavg()[0]:.0f} when it began"
    return (
        f"{os.cpu_count()} cores, {load}, Python {platform.python_version()}, "
        f"{platform.system()}, {' '.join(browser[:2])}"
    )


def _waiting(visits: dict[str, list[Visit]], rounds: int) -> Iterable[str]:
    clocks: dict[str, Callable[[Visit], float]] = {
        "the first field is shown, from the navigation": lambda each: each.shown_s,
        "the same, from when the partner's page has come": lambda each: each.shown_s - each.page_s,
        "the whole form, from the navigation": lambda each: each.whole_s,
    }
    yield f"seconds, median of {rounds} interleaved visits (least to most)"
    for clock, read in clocks.items():
        medians = {name: statistics.median(map(read, of)) for name, of in visits.items()}
        slowest = medians[list(WAYS)[-1]]
        yield f"{clock:62} {'s':>5} {'':13} {'share of the last':>17}"
        for name, of in visits.items():
            spread = f"({min(map(read, of)):.1f}–{max(map(read, of)):.1f})"
            yield f"  {name:60} {medians[name]:5.1f} {spread:13} {medians[name] / slowest:17.2f}"


def _first_view(
    visits: dict[str, list[Visit]], carried: dict[str, list[tuple[int, int, int]]]
) -> Iterable[str]:
    yield "what the portal is asked before the citizen acts; bytes of HTTP; all that TCP carried"
    titles = ("requests", "heads", "bodies", "connections", "up", "down")
    yield f"{'':62} " + " ".join(f"{title:>8}" for title in titles)
    for name, of in visits.items():
        asked = [each for each in of[-1].asked if urlsplit(each.address).hostname == PORTAL]
        heads, bodies = sum(each.head for each in asked), sum(each.body for each in asked)
        connections, up, down = (
            statistics.median(each[place] for each in carried[name]) for place in range(3)
        )
        figures = (len(asked), heads, bodies, connections, up, down)
        yield f"{name:62} " + " ".join(
            f"{figure:{max(8, len(title))}.0f}"
            for figure, title in zip(figures, titles, strict=True)
        )


def _main_thread(playwright: Playwright, site: Stand, rounds: int) -> Iterable[str]:
    """At full speed times the rate, as a busy machine leaves it alone; and slowed."""
    found: dict[int, list[list[float]]] = {1: [], SLOWER: []}
    browser = launch(playwright)
    try:
        for _ in range(rounds):
            for rate, runs in found.items():
                runs.append(loader_milliseconds(browser, f"{site.quick}/inline", rate))
    finally:
        browser.close()
    yield f"the loader on the partner's main thread, CPU time in ms, median of {rounds} (least)"
    yield f"{'':40} {'in all':>14} {'longest task':>14}"
    for name, rate, times in (
        ("at full speed", 1, 1),
        (f"the same × {SLOWER}", 1, SLOWER),
        (f"CPU slowed {SLOWER} × by the browser", SLOWER, 1),
    ):
        columns = ([of(pieces) * times for pieces in found[rate]] for of in (sum, max))
        yield f"{name:40} " + " ".join(
            f"{f'{statistics.median(each):.1f} ({min(each):.1f})':>14}" for each in columns
        )


if __name__ == "__main__":
    main()
