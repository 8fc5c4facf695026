"""What stores reports, without HTTP: one batching writer against direct commits, and the spool.

A process of its own (`python -m bench.intake.stores`), so that the slow flush can be laid under it.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Thread

from bench.intake.flush import Flush
from server.intake.spool import Spool
from server.intake.spool_drain import drain
from server.partners.service import KeyMode
from server.reports.service import NewReport, ReportWriter, SealedPart, SpentProof, open_store
from server.reports.vocabulary import EnvelopeKind, Lane, ReportType
from server.storage import migrate
from server.storage.availability import Availability, DatabaseAway
from server.storage.database import Database
from server.storage.ids import new_id

#: Fewer than the connections of the engine's pool: one each, for direct commits.
WRITERS = 14
ROUNDS = 3
SECONDS = 1.0
FLUSH_MS = 2.0
SPOOLED = 10_000

Store = Callable[[NewReport], object]


def lines(flush: Flush, postgres: str) -> Iterable[str]:
    """Run the measurements in a child under `flush`; `postgres` is the address of a database."""
    said = subprocess.run(  # noqa: S603  (our own module)
        [sys.executable, "-m", __name__, postgres],
        env=os.environ | flush.environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    found: dict[str, float] = json.loads(said)
    for name in ("as fast as the disk", f"{FLUSH_MS:g} ms longer"):
        batching, direct = found[f"batching, {name}"], found[f"direct, {name}"]
        yield (
            f"SQLite, {WRITERS} threads, a flush {name}: one batching writer {batching:.0f}/s, "
            f"direct commits {direct:.0f}/s, {batching / direct:.1f} ×"
        )
    yield (
        f"{SPOOLED:,} spooled reports drained into PostgreSQL: {found['drain']:.1f} s; spooled by "
        f"{WRITERS} threads in {found['spool']:.1f} s"
    )


def main() -> None:
    """In the child: measure, and print figures by name."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found |= _writers(f"sqlite:///{folder / 'reports.db'}")
        found["spool"], found["drain"] = _drained(sys.argv[1], folder / "spool")
    print(json.dumps(found))


def _writers(url: str) -> dict[str, float]:
    database = Database(url)
    migrate.upgrade(database.engine)
    writer = ReportWriter(partial(open_store, database), Availability())
    flush, rates = Flush.of_this_process(), dict[str, list[float]]()
    for _ in range(ROUNDS):
        for name, milliseconds in (
            ("as fast as the disk", 0.0),
            (f"{FLUSH_MS:g} ms longer", FLUSH_MS),
        ):
            with flush.takes(milliseconds):
                batching = _per_second([writer.write] * WRITERS)
                stores = [open_store(database) for _ in range(WRITERS)]
                direct = _per_second([partial(_alone, store) for store in stores])
            for store in stores:
                store.close()
            rates.setdefault(f"batching, {name}", []).append(batching)
            rates.setdefault(f"direct, {name}", []).append(direct)
    writer.close()
    database.dispose()
    return {name: statistics.median(each) for name, each in rates.items()}


def _per_second(stores: list[Store]) -> float:
    """Reports a second, each store written to by a thread of its own."""
    counts = [0] * len(stores)
    end = time.perf_counter() + SECONDS

    def work(number: int) -> None:
        while time.perf_counter() < end:
            with suppress(DatabaseAway):  # another had the lock for too long
                stores[number](_report())
                counts[number] += 1

    threads = [Thread(target=work, args=(number,)) for number in range(len(stores))]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)


def _alone(store: object, report: NewReport) -> None:
    store.write([report])  # type: ignore[attr-defined]


def _drained(url: str, folder: Path) -> tuple[float, float]:
    """Seconds to spool, and to drain, SPOOLED reports."""
    database = Database(url)
    migrate.upgrade(database.engine)
    spool = Spool(folder, max_bytes=1 << 32, max_reports=2 * SPOOLED)
    started = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as threads:
        for _ in threads.map(lambda _: spool.put(_report()), range(SPOOLED)):
            pass
    spooled = time.perf_counter()
    store = open_store(database)
    result = drain(spool, store, lambda _text: None)
    seconds = time.perf_counter() - spooled
    store.close()
    database.dispose()
    if result.stored != SPOOLED:
        raise RuntimeError(f"not all were drained: {result}")
    return spooled - started, seconds


def _report() -> NewReport:
    """As large as a sealed report of 1 KB; nothing in it is like another's."""
    now, key = datetime.now(UTC), new_id()
    unique = os.urandom(96)
    return NewReport(
        id=new_id(),
        idempotency_hash=unique[:32],
        body_tag=bytes(32),
        reference=unique[:6].hex() + "0",
        receipt_hmac=unique[32:64],
        secret_generation=1,
        received_at=now,
        mode=KeyMode.LIVE,
        lane=Lane.NORMAL,
        portal_id=key,
        partner_id=key,
        key_id=key,
        campaign=None,
        origin=None,
        language="fr",
        territory="SN",
        report_type=ReportType.NOT_SURE,
        parts=(SealedPart(EnvelopeKind.REPORT, 2, key, os.urandom(1_168), os.urandom(1_040)),),
        challenge=SpentProof(unique[64:], now + timedelta(minutes=10)),
    )


if __name__ == "__main__":
    main()
