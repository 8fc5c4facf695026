"""The metrics in Prometheus' text format: the counters, and what was looked up for this answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from server.observability import metrics

CONTENT_TYPE = CONTENT_TYPE_LATEST
BUILD = "portals_build_info"
#: What is looked up when metrics are asked for, and what each says. None has a label.
GAUGES: dict[str, str] = {
    "portals_database_up": "1 when the database answered this request for metrics, else 0.",
    "portals_database_away_seconds": "For how long this process knows the database to be away.",
    "portals_spool_reports": "Reports that wait in the spool for the database.",
    "portals_spool_bytes": "Room that the spool takes on its disk.",
    "portals_spool_oldest_seconds": "Age of the oldest report in the spool; 0 when it is empty.",
    "portals_spool_set_apart": "Spooled reports that a person has to look at.",
    "portals_spool_ready": "1 when the spool would take a report now, else 0.",
    "portals_outbox_waiting": "Messages that wait for the worker, counted up to 10,000.",
    "portals_outbox_overdue_seconds": "For how long the longest due message has been due.",
    "portals_outbox_dead_letters": "Messages that failed too often, counted up to 10,000.",
    "portals_worker_last_run_timestamp_seconds": "When a worker last carried out a recurring job.",
    "portals_audit_checkpoint_timestamp_seconds": "When the audit trail was last signed.",
}


def exposition(gauges: Mapping[str, float]) -> bytes:
    """All metrics as text; `gauges` by the names of GAUGES, those that are not known left out."""
    registry = CollectorRegistry()
    registry.register(_All(gauges))
    return generate_latest(registry)


class _All(Collector):
    def __init__(self, gauges: Mapping[str, float]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        yield from _counters()
        for name, meaning in GAUGES.items():
            if name in self._gauges:
                yield GaugeMetricFamily(name, meaning, self._gauges[name])
        build = GaugeMetricFamily(BUILD, "1, with the version that runs.", labels=["version"])
        build.add_metric([version("reporting-portals")], 1)
        yield build


def _counters() -> Iterator[Metric]:
    totals = metrics.totals()
    for family in metrics.COUNTERS:
        names = [name for name, _ in family.labels]
        counter = CounterMetricFamily(family.name, family.meaning, labels=names)
        for values in family.series():
            counter.add_metric(values, totals[family.name, *values])
        yield counter
