"""The whole of `make bench ARGS=intake`, a section after the other."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from bench import instructions
from bench.intake import conditions, parts, stores, throughput
from bench.intake.driver import flood
from bench.intake.pgbench import PgBench
from bench.intake.place import Place, opened

REPORTS, LONG_REPORTS = 5_000, 100_000
NO_GUNICORN = "gunicorn was left out: name a folder with --gunicorn (pip install --target)"


def lines(*, gunicorn: Path | None = None, long: bool = False) -> Iterable[str]:
    """Measure everything, and say the results as lines of tables; about four minutes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database's user reads the slow flush in it
        with opened(folder, gunicorn) as place:
            if gunicorn is None:
                yield NO_GUNICORN
            yield from _on_servers(place, folder, LONG_REPORTS if long else REPORTS)
            yield ""
            yield from stores.lines(place.flush, place.cluster.create_database("stores"))
        yield ""
        yield from parts.timed()
        yield ""
        yield from _instructions()


def _instructions() -> Iterable[str]:
    if lacks := instructions.missing():
        yield f"instructions were not counted: {lacks} is missing"
    else:
        yield from instructions.lines(instructions.counted())


def _on_servers(place: Place, folder: Path, reports: int) -> Iterable[str]:
    ours = (place.postgres, place.sqlite)
    for intake in ours:
        flood(intake.server.port, islice(intake.requests(), 200), 10)
    at_start = [intake.server.pss_mib() for intake in ours]
    figures, inserts = throughput.measured(place, PgBench.prepared(place.cluster, folder))
    yield from throughput.lines(figures, inserts)
    yield ""
    yield from conditions.half_load(place, figures)
    yield ""
    yield from conditions.slow_flush(place)
    yield ""
    yield from conditions.one_partner_or_many(place.postgres)
    for intake, mib in zip(ours, at_start, strict=True):
        yield from conditions.memory(intake, mib, reports)
