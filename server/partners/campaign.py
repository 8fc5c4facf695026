"""The name of a campaign: short, plain, and never a place to hide other text in."""

from __future__ import annotations

import re

_CAMPAIGN = re.compile(r"[\w.~-](?:[\w.~ -]{0,62}[\w.~-])?")


def clean_campaign(text: str | None) -> str | None:
    """`text` when it is 1–64 letters, digits, `_ . ~ -` and inner spaces; anything else is None.

    A campaign stands in clear and is counted, so that it must not carry what a citizen wrote.
    """
    return text if text and _CAMPAIGN.fullmatch(text) else None
