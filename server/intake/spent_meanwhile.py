"""Challenges that were spent while the database was away, as this process remembers them.

The database refuses a second use; without it one solution would carry a whole flood into the lane
of those who did the work. Each process forgets by itself, and knows nothing of the others.
"""

from __future__ import annotations

from threading import Lock

from server.reports.service import NewReport

#: Whoever wants the first to be forgotten has to solve so many others. Takes 5 MiB.
MOST = 20_000


class SpentMeanwhile:
    """For all threads of a process."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._by_challenge: dict[bytes, bytes] = {}

    def spend(self, report: NewReport) -> bool:
        """False when the report's challenge was spent for another submission."""
        if report.challenge is None:
            return True
        with self._lock:
            first = self._by_challenge.setdefault(report.challenge.digest, report.idempotency_hash)
            if len(self._by_challenge) > self._most:
                del self._by_challenge[next(iter(self._by_challenge))]
        return first == report.idempotency_hash
