"""Words of the directory."""

from __future__ import annotations

from enum import StrEnum


class AuthorityKind(StrEnum):
    IWF_PORTAL = "iwf_portal"
    INHOPE_HOTLINE = "inhope_hotline"
    POLICE = "police"


class Verified(StrEnum):
    """How much of a row was checked, and so how much of it may be shown."""

    URL = "url"
    EXISTENCE = "existence"
    COUNTRY_ONLY = "country_only"
