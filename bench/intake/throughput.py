"""How many reports a second, against what else takes them: all in turn, round after round."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from bench.intake.driver import CONNECTIONS, Run, flood
from bench.intake.pgbench import PgBench
from bench.intake.place import THREADS, WORKERS, Intake, Place
from bench.served import Served

ROUNDS = 5
SECONDS = 1.2
#: More than any of them answers in a round; fewer where they are dear to make.
MOST = 60_000

BARE, PLAIN = "bare Flask, granian", "the plain way, granian"
BARE_SYNC, PLAIN_SYNC = "bare Flask, gunicorn sync", "the plain way, gunicorn sync"


@dataclass
class Figures:
    """Of one contestant, round by round."""

    per_second: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    server_us: list[float] = field(default_factory=list)
    database_us: list[float] = field(default_factory=list)
    generator_us: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(self.per_second)

    @property
    def cpu_us(self) -> float:
        """Server and database, a report: says less of what else the machine does."""
        return statistics.median(map(sum, zip(self.server_us, self.database_us, strict=True)))


@dataclass(frozen=True)
class Contestant:
    """One that takes reports, and where its requests come from, freshly for each round."""

    name: str
    server: Served
    requests: Callable[[], Iterator[bytes]]


def contestants(place: Place) -> list[Contestant]:
    """All that take part over HTTP. What needs no fresh requests shares some."""
    same = list(islice(place.postgres.requests(), 200))

    def again() -> Iterator[bytes]:
        return islice((request for _ in range(MOST) for request in same), MOST)

    found = [
        ours(place.postgres),
        ours(place.sqlite),
        Contestant(BARE, place.bare, again),
        Contestant(PLAIN, place.plain, again),
    ]
    if place.bare_sync and place.plain_sync:
        found.append(Contestant(BARE_SYNC, place.bare_sync, again))
        found.append(Contestant(PLAIN_SYNC, place.plain_sync, again))
    return found


def ours(intake: Intake) -> Contestant:
    """The intake, every protection on."""
    return Contestant(f"the intake, {intake.name}", intake.server, intake.requests)


def measured(place: Place, pgbench: PgBench) -> tuple[dict[str, Figures], dict[int, list[float]]]:
    """Figures by contestant, and of pgbench by its number of clients; one round warms up."""
    taking_part = contestants(place)
    figures = {each.name: Figures() for each in taking_part}
    inserts: dict[int, list[float]] = {clients: [] for clients in (8, 16, 32)}
    guess = dict.fromkeys(figures, 2_000.0)
    for round_ in range(ROUNDS + 1):
        for each in taking_part:
            count = int(guess[each.name] * SECONDS * 2)
            ready = iter(list(islice(each.requests(), count)))
            before = place.cpu_seconds(each.server)
            run = flood(each.server.port, ready, SECONDS)
            after = place.cpu_seconds(each.server)
            guess[each.name] = max(guess[each.name] if not round_ else 0, run.per_second)
            if round_:
                _note(figures[each.name], run, before, after)
        if round_:
            for clients, rates in inserts.items():
                rates.append(pgbench.inserts_per_second(clients))
    return figures, inserts


def _note(
    figures: Figures, run: Run, before: tuple[float, float], after: tuple[float, float]
) -> None:
    answered = len(run.latencies)
    figures.per_second.append(run.per_second)
    figures.p50_ms.append(run.percentile_ms(50))
    figures.p99_ms.append(run.percentile_ms(99))
    figures.server_us.append((after[0] - before[0]) / answered * 1e6)
    figures.database_us.append((after[1] - before[1]) / answered * 1e6)
    figures.generator_us.append(run.own_cpu_s / answered * 1e6)


def lines(figures: dict[str, Figures], inserts: dict[int, list[float]]) -> Iterable[str]:
    """The table of a run."""
    bare, plain = figures[BARE], figures[PLAIN]
    best_plain = max(
        (figures[name] for name in (PLAIN, PLAIN_SYNC) if name in figures), key=lambda f: f.rate
    )
    yield (
        f"{CONNECTIONS} connections as fast as is answered, {WORKERS} workers (1 on SQLite), "
        f"{THREADS} threads each; median of {ROUNDS} interleaved rounds of {SECONDS} s"
    )
    yield (
        f"{'':32}{'reports/s':>10}{'of bare':>9}{'× plain':>9}{'p50 ms':>8}{'p99 ms':>8}"
        f"{'CPU µs':>8}{'+ database':>11}{'CPU of bare':>12}"
    )
    for name, found in figures.items():
        yield (
            f"{name:32}{found.rate:10.0f}{found.rate / bare.rate:9.2f}"
            f"{found.rate / best_plain.rate:9.2f}"
            f"{statistics.median(found.p50_ms):8.1f}{statistics.median(found.p99_ms):8.1f}"
            f"{statistics.median(found.server_us):8.0f}"
            f"{statistics.median(found.database_us):11.0f}{bare.cpu_us / found.cpu_us:12.2f}"
        )
    for clients, rates in inserts.items():
        rate = statistics.median(rates)
        name = f"pgbench, one row, {clients} clients"
        yield f"{name:32}{rate:10.0f}{rate / bare.rate:9.2f}{rate / best_plain.rate:9.2f}"
    busy = statistics.median(bare.generator_us), statistics.median(plain.generator_us)
    yield (
        "× plain: against the faster of the plain ways. CPU of bare: the same by CPU time. The load"
        f" generator shares the cores: {busy[0]:.0f} µs a request of bare Flask, {busy[1]:.0f} of "
        "the plain way."
    )
