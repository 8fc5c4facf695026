"""What other packages may use of the statistics."""

from __future__ import annotations

from server.statistics.partner_counts import PartnerCell, PartnerCounts, partner_counts
from server.statistics.queries import Count, breakdown, days_of, last_30_days, reports_by_day
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
    "breakdown",
    "days_of",
    "last_30_days",
    "partner_counts",
    "reports_by_day",
]
