"""What other packages may use of the statistics."""

from __future__ import annotations

from server.statistics.partner_counts import (
    PartnerCell,
    PartnerCounts,
    closed_until,
    no_counts,
    partner_counts,
)
from server.statistics.queries import (
    Count,
    breakdown,
    days_of,
    last_30_days,
    reports_by_day,
    tallies_of,
)
from server.statistics.rebuild import RebuildRefused, rebuild
from server.statistics.recount import mark_stale, recount_all_stale, recount_stale
from server.statistics.suppression import THRESHOLD
from server.statistics.vocabulary import NO_VALUE, OTHER_VALUES, Dimension, Grouping, Owner

__all__ = [
    "NO_VALUE",
    "OTHER_VALUES",
    "THRESHOLD",
    "Count",
    "Dimension",
    "Grouping",
    "Owner",
    "PartnerCell",
    "PartnerCounts",
    "RebuildRefused",
    "breakdown",
    "closed_until",
    "days_of",
    "last_30_days",
    "mark_stale",
    "no_counts",
    "partner_counts",
    "rebuild",
    "recount_all_stale",
    "recount_stale",
    "reports_by_day",
    "tallies_of",
]
