"""Take reports from the spool into the database, each exactly once, and lose none.

Exactly once: the database refuses a second report with the same idempotency hash, and a file goes
only after the commit. Whoever dies in between leaves a file that is found to be the SAME.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from server.intake.errors import SpoolFailed
from server.intake.late_attribution import Resolve, attributed
from server.intake.quarantine import quarantined
from server.intake.spool import UNREADABLE, Spool
from server.intake.spool_file import SpoolFileDamaged
from server.intake.spool_stock import Entry
from server.partners.service import ResolvedKey
from server.reports.service import UNATTRIBUTED, NewReport, Outcome, ReportStore
from server.reports.vocabulary import Lane
from server.storage.availability import DatabaseAway

#: So many reports, or bytes, in one commit: a citizen's own report waits behind it.
BATCH = 128
BATCH_BYTES = 2 * 1_048_576
#: The folder is listed once for so many.
PASS = 5_000
#: A disk may take milliseconds to remove a file, and many at once in no more.
_REMOVERS = 8
#: Why a report is set apart, as logs say it.
REFUSED = "refused by the database"


@dataclass(frozen=True, slots=True)
class Drained:
    """How many files went where. `is_busy`: another process drains, and nothing was done here."""

    stored: int = 0
    same: int = 0
    quarantined: int = 0
    set_apart: int = 0
    is_away: bool = False
    is_busy: bool = False

    @property
    def files(self) -> int:
        return self.stored + self.same + self.quarantined + self.set_apart


def drain(
    spool: Spool,
    store: ReportStore,
    resolve: Resolve,
    *,
    limit: int | None = None,
    until: Callable[[], bool] = lambda: False,
) -> Drained:
    """Drain what waits, the oldest first; at most `limit` files, or until it is said to stop.

    Stops when `store` or `resolve` say DatabaseAway: what was not stored stays. One at a time on a
    machine. Raises SpoolFailed.
    """
    with spool.exclusively() as is_ours:
        if not is_ours:
            return Drained(is_busy=True)
        is_away = False
        with ThreadPoolExecutor(_REMOVERS, thread_name_prefix="spool-remover") as removers:
            draining = _Draining(spool, store, resolve, removers)
            try:
                draining.run(limit, until)
            except DatabaseAway:
                is_away = True
            finally:
                spool.sync(draining.touched)
        counts = draining.counts
        return Drained(
            stored=counts["stored"],
            same=counts["same"],
            quarantined=counts["quarantined"],
            set_apart=counts["set_apart"],
            is_away=is_away,
        )


@dataclass(frozen=True, slots=True)
class _Item:
    """A file, the report as it is to be stored, what that counts as, and whether it was renamed
    since another body came first."""

    entry: Entry
    report: NewReport
    counts_as: str = "stored"
    is_renamed: bool = False


class _Draining:
    """One run, with what it did so far."""

    def __init__(
        self, spool: Spool, store: ReportStore, resolve: Resolve, removers: Executor
    ) -> None:
        self._spool = spool
        self._removers = removers
        self._store = store
        self._resolve = resolve
        self._keys: dict[str, ResolvedKey | None] = {}
        self.counts: Counter[str] = Counter()
        self.touched: set[Path] = set()

    def run(self, limit: int | None, until: Callable[[], bool]) -> None:
        left = limit
        while left is None or left > 0:
            entries = self._spool.oldest(PASS if left is None else min(PASS, left))
            done_before = self.counts.total()
            self._keys.clear()
            for batch in self._batches(entries):
                self._settle(batch)
                if until():
                    return
            done = self.counts.total() - done_before
            if not done:
                return
            left = None if left is None else left - done

    def _batches(self, entries: list[Entry]) -> Iterator[list[_Item]]:
        """In no batch two of one submission or one challenge: the store does not take them."""
        batch: list[_Item] = []
        names: set[bytes] = set()
        size = 0
        for entry in entries:
            report = self._read(entry)
            if report is None:
                continue
            own = {report.idempotency_hash}
            if report.challenge is not None:
                own.add(report.challenge.digest)
            full = len(batch) >= BATCH or size + entry.size > BATCH_BYTES
            if batch and (full or not names.isdisjoint(own)):
                yield batch
                batch, names, size = [], set(), 0
            batch.append(_Item(entry, report))
            names |= own
            size += entry.size
        if batch:
            yield batch

    def _read(self, entry: Entry) -> NewReport | None:
        try:
            return self._spool.read(entry)
        except SpoolFileDamaged:
            self._set_apart(entry, UNREADABLE)
            return None

    def _settle(self, batch: list[_Item]) -> None:
        items = [self._attributed(item) for item in batch]
        while items:
            # One order on all processes: they cannot block one another.
            items.sort(key=lambda item: item.report.idempotency_hash)
            answers = self._store.write([item.report for item in items])
            kept: list[_Item] = []
            again: list[_Item] = []
            for item, answer in zip(items, answers, strict=True):
                match answer.outcome:
                    case Outcome.STORED:
                        kept.append(item)
                    case Outcome.SAME:
                        kept.append(replace(item, counts_as="same"))
                    case Outcome.CONFLICT if not item.is_renamed:
                        again.append(_renamed(item))
                    case Outcome.SPENT if item.report.challenge is not None:
                        again.append(_without_proof(item))
                    case _:
                        self._set_apart(item.entry, REFUSED, item.report.id)
            self._remove(kept)
            items = again

    def _remove(self, kept: list[_Item]) -> None:
        entries = [item.entry for item in kept]
        self.touched.update(entry.path.parent for entry in entries)
        list(self._removers.map(self._spool.remove, entries))
        self.counts.update(item.counts_as for item in kept)

    def _set_apart(self, entry: Entry, why: str, report_id: UUID | None = None) -> None:
        """On a full disk it stays where it is, until what is drained behind it has made room."""
        with suppress(SpoolFailed):
            self._spool.set_apart(entry.path, why, report_id)
            self.counts["set_apart"] += 1

    def _attributed(self, item: _Item) -> _Item:
        if item.report.unverified_key is None:
            return item
        report = attributed(item.report, self._resolved)
        is_known = report.key_id != UNATTRIBUTED
        return replace(item, report=report, counts_as="stored" if is_known else "quarantined")

    def _resolved(self, text: str) -> ResolvedKey | None:
        if text not in self._keys:
            self._keys[text] = self._resolve(text)
        return self._keys[text]


def _renamed(item: _Item) -> _Item:
    """Another body came under this idempotency key: both are kept."""
    report = quarantined(item.report)
    return replace(item, report=report, counts_as="quarantined", is_renamed=True)


def _without_proof(item: _Item) -> _Item:
    """It was acknowledged, so it is kept; but its challenge counts for another report."""
    lane = item.report.lane if item.report.lane is Lane.QUARANTINE else Lane.LOW
    return replace(item, report=replace(item.report, lane=lane, challenge=None))
