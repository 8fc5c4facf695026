"""The intake under conditions: half its load, a slow disk, one partner or many, many reports."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from itertools import islice

from bench.intake.driver import CONNECTIONS, Run, flood, pace
from bench.intake.place import MANY_KEYS, Intake, Place
from bench.intake.throughput import BARE, PLAIN, Contestant, Figures, contestants

ROUNDS = 5
SECONDS = 1.0
HALF_LOAD_S = 3.0
FLUSH_MS = 2.0


def half_load(place: Place, figures: dict[str, Figures]) -> Iterable[str]:
    """Latency at half of what was answered, sent at an even pace whatever is answered."""
    yield (
        f"at half of that load, paced: latency from the moment a request was due; median of "
        f"{ROUNDS} interleaved rounds of {HALF_LOAD_S} s"
    )
    yield f"{'':32}{'reports/s':>10}{'p50 ms':>8}{'p99 ms':>8}{'p99 / p50':>11}"
    wanted = [each for each in contestants(place) if "gunicorn" not in each.name]
    runs: dict[str, list[Run]] = {each.name: [] for each in wanted}
    for _ in range(ROUNDS):
        for each in wanted:
            rate = figures[each.name].rate / 2
            ready = list(islice(each.requests(), int(rate * HALF_LOAD_S) + 1))
            runs[each.name].append(pace(each.server.port, iter(ready), rate, HALF_LOAD_S))
    for name, found in runs.items():
        p50, p99 = (statistics.median(run.percentile_ms(p) for run in found) for p in (50, 99))
        rate = statistics.median(run.per_second for run in found)
        yield f"{name:32}{rate:10.0f}{p50:8.2f}{p99:8.2f}{p99 / p50:11.1f}"


def slow_flush(place: Place) -> Iterable[str]:
    """A cloud disk's flush, switched on and off under the running servers."""
    wanted = [each for each in contestants(place) if "gunicorn" not in each.name]
    wanted = [each for each in wanted if each.name != BARE]
    fast: dict[str, list[Run]] = {each.name: [] for each in wanted}
    slow: dict[str, list[Run]] = {each.name: [] for each in wanted}
    for _ in range(ROUNDS):
        for each in wanted:
            fast[each.name].append(_flooded(each))
            with place.flush.takes(FLUSH_MS):
                slow[each.name].append(_flooded(each))
    yield (
        f"each flush takes {FLUSH_MS:g} ms longer; {CONNECTIONS} connections, median of {ROUNDS} "
        f"interleaved rounds of {SECONDS} s"
    )
    yield f"{'':32}{'reports/s':>10}{'of own fast':>12}{'× plain':>9}{'p50 ms':>8}{'p99 ms':>8}"
    plain = _rate(slow[PLAIN])
    for name, found in slow.items():
        p50, p99 = (statistics.median(run.percentile_ms(p) for run in found) for p in (50, 99))
        yield (
            f"{name:32}{_rate(found):10.0f}{_rate(found) / _rate(fast[name]):12.2f}"
            f"{_rate(found) / plain:9.2f}{p50:8.1f}{p99:8.1f}"
        )


def one_partner_or_many(intake: Intake) -> Iterable[str]:
    """Whether reports of one partner wait for each other."""
    one = Contestant("one", intake.server, intake.requests)
    many = Contestant("many", intake.server, lambda: intake.requests(spread=True))
    runs: dict[str, list[Run]] = {"one": [], "many": []}
    for _ in range(ROUNDS):
        for each in (many, one):
            runs[each.name].append(_flooded(each))
    ratios = [a.per_second / b.per_second for a, b in zip(runs["one"], runs["many"], strict=True)]
    yield (
        f"reports for one partner against reports spread over {MANY_KEYS}: "
        f"{_rate(runs['one']):.0f}/s against {_rate(runs['many']):.0f}/s, "
        f"{statistics.median(ratios):.2f} × (median of {ROUNDS} pairs of rounds)"
    )


def memory(intake: Intake, at_start_mib: float, reports: int) -> Iterable[str]:
    """What the largest worker holds: at its start, now, and after so many more reports."""
    now = intake.server.pss_mib()
    run = flood(intake.server.port, islice(intake.requests(), reports), 600)
    yield (
        f"PSS of the largest worker, {intake.name}: {at_start_mib:.1f} MiB at the start, "
        f"{now:.1f} after what is above, {intake.server.pss_mib():.1f} after "
        f"{len(run.latencies):,} more reports"
    )


def _flooded(each: Contestant) -> Run:
    ready = list(islice(each.requests(), int(3_000 * SECONDS)))
    return flood(each.server.port, iter(ready), SECONDS)


def _rate(runs: list[Run]) -> float:
    return statistics.median(run.per_second for run in runs)
