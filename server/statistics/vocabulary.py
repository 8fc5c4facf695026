"""Words of the statistics."""

from __future__ import annotations

from enum import StrEnum

#: The value under which reports without one are counted: no campaign, no allowed origin.
NO_VALUE = ""
#: The value under which a day's rarer ones are counted together; no campaign or origin is that.
OTHER_VALUES = "*"


class Dimension(StrEnum):
    """What a day's reports are counted by, besides key, partner and portal."""

    TOTAL = "total"
    CAMPAIGN = "campaign"
    ORIGIN = "origin"
    LANGUAGE = "language"
    TERRITORY = "territory"
    OUTCOME = "outcome"


class Owner(StrEnum):
    """Whose reports they are."""

    PORTAL = "portal"
    PARTNER = "partner"
    KEY = "key"


class Grouping(StrEnum):
    """What a partner may have its own reports grouped by."""

    DAY = "day"
    CAMPAIGN = "campaign"
    ORIGIN = "origin"
    OUTCOME = "outcome"
