"""Words of the statistics."""

from __future__ import annotations

from enum import StrEnum


class Dimension(StrEnum):
    """What a day's reports are counted by, besides key, partner and portal."""

    TOTAL = "total"
    CAMPAIGN = "campaign"
    ORIGIN = "origin"
    LANGUAGE = "language"
    TERRITORY = "territory"
    OUTCOME = "outcome"
