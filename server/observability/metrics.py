"""What is counted for the operator: of the installation as a whole, by closed lists of labels.

No label names a key, a partner, a portal, an address, a country or a path: a value that is not on
its list is counted as `other`, so that nothing of a request can become a label.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from server.observability.counts import Counts

#: Names the folder in which the processes of one server count together; set by server/serving.py.
FOLDER_VARIABLE = "PORTALS_RUN_METRICS"
OTHER = "other"

#: `test`: by a test key. The others are the lanes of triage.
LANES = ("trusted", "normal", "low", "quarantine", "test", OTHER)
#: `repeated`: a retry that got its first answer.
WAYS = ("stored", "spooled", "repeated", OTHER)
REFUSALS = (
    *("idempotency-key", "idempotency-conflict", "key-unknown", "key-ceased"),
    *("challenge-forged", "challenge-expired", "challenge-spent", "unauthorized"),
    *("malformed-json", "invalid-fields", "body-too-large", "no-uploads"),
    *("unsupported-media-type", "not-ready", "too-many-reports", "too-many-requests"),
    *("internal-error", OTHER),
)
#: How hard a challenge was made: 0 while all is calm.
LEVELS = ("0", "1", "2", "3", OTHER)
AREAS = (
    *("api", "embed", "page", "widget", "portals", "status", "kit", "console", "static"),
    *("health", OTHER),
)
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: its name, what it says, and every value that each of its labels can have."""

    name: str
    meaning: str
    labels: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def series(self) -> list[tuple[str, ...]]:
        """Every combination of label values."""
        return list(product(*(values for _, values in self.labels)))


REPORTS = Family(
    "portals_reports_total",
    "Reports that were answered with 201, by lane and by where they went.",
    (("lane", LANES), ("way", WAYS)),
)
REFUSED = Family(
    "portals_reports_refused_total",
    "Submissions to the API that were not taken, by the kind of problem that was answered.",
    (("problem", REFUSALS),),
)
CHALLENGES = Family(
    "portals_challenges_total",
    "Challenges that were given out, by how hard they were made.",
    (("level", LEVELS),),
)
REQUESTS = Family(
    "portals_requests_total",
    "Requests that were answered, by surface area and class of status.",
    (("area", AREAS), ("status", CLASSES)),
)
COUNTERS = (REPORTS, REFUSED, CHALLENGES, REQUESTS)

_INDEX = {
    (family.name, *values): index
    for index, (family, values) in enumerate(
        (family, values) for family in COUNTERS for values in family.series()
    )
}
#: By area, where its classes are counted: every request comes by here.
_REQUESTS = {area: [_INDEX[REQUESTS.name, area, each] for each in CLASSES] for area in AREAS}


def report_taken(lane: str, way: str) -> None:
    """Count a report that was answered with 201. `lane` of LANES, `way` of WAYS."""
    _add(REPORTS.name, _listed(lane, LANES), _listed(way, WAYS))


def report_refused(problem: str) -> None:
    """Count a submission that was not taken, by the name of its problem (REFUSALS)."""
    _add(REFUSED.name, _listed(problem, REFUSALS))


def challenge_given(level: int) -> None:
    """Count a challenge by how hard it was made: 0 when all is calm, to 3."""
    _add(CHALLENGES.name, _listed(str(level), LEVELS))


def request_answered(area: str, status: int) -> None:
    """Count a request that was answered: `area` of AREAS, `status` as in HTTP."""
    classes = _REQUESTS.get(area) or _REQUESTS[OTHER]
    _counts().add(classes[min(max(status // 100, 1), 5) - 1])


def totals() -> dict[tuple[str, ...], int]:
    """Every counter of all processes of this server, by its metric's name and label values."""
    return dict(zip(_INDEX, _counts().totals(), strict=True))


@contextmanager
def counting_together() -> Iterator[None]:
    """Let the processes that are started in this block count together, from nothing."""
    with TemporaryDirectory(prefix="portals-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ[FOLDER_VARIABLE] = folder
        try:
            yield
        finally:
            os.environ.pop(FOLDER_VARIABLE, None)


def _listed(value: str, values: tuple[str, ...]) -> str:
    return value if value in values else OTHER


def _add(*series: str) -> None:
    _counts().add(_INDEX[series])


@cache
def _counts() -> Counts:
    folder = os.environ.get(FOLDER_VARIABLE)
    return Counts(len(_INDEX), Path(folder) if folder else None)


# A child counts in a row of its own.
os.register_at_fork(after_in_child=_counts.cache_clear)
