"""What other packages may use of partners: use cases, and the words they speak in."""

from __future__ import annotations

from server.partners.branding import (
    DEFAULT_COLOUR,
    BrandingError,
    BrandingTexts,
    BrandingView,
    contrast_ratio,
)
from server.partners.campaign import clean_campaign
from server.partners.errors import PartnerError
from server.partners.key_cache import KeyCache
from server.partners.key_format import parse_key
from server.partners.keys import (
    IssuedKey,
    KeyTerms,
    get_key,
    issue_key,
    list_keys,
    pause_key,
    revoke_key,
    rotate_key,
)
from server.partners.lookup import find_key, find_secret_key, get_attribution, get_attributions
from server.partners.origins import OriginError, origin_allowed, parse_allowed_origin
from server.partners.portals import (
    add_partner,
    add_portal,
    get_partner,
    get_portal,
    list_partners,
    list_portals,
    portal_serving,
    publish_branding,
)
from server.partners.resolved_key import LATE_REPORTS, ResolvedKey, Standing
from server.partners.sightings import (
    OTHER_ORIGINS,
    LastSeen,
    SightingCount,
    fold_sightings,
    last_seen,
    recent_sightings,
    record_sightings,
    sightings_of,
)
from server.partners.vocabulary import KeyMode, KeyState

__all__ = [
    "DEFAULT_COLOUR",
    "LATE_REPORTS",
    "OTHER_ORIGINS",
    "BrandingError",
    "BrandingTexts",
    "BrandingView",
    "IssuedKey",
    "KeyCache",
    "KeyMode",
    "KeyState",
    "KeyTerms",
    "LastSeen",
    "OriginError",
    "PartnerError",
    "ResolvedKey",
    "SightingCount",
    "Standing",
    "add_partner",
    "add_portal",
    "clean_campaign",
    "contrast_ratio",
    "find_key",
    "find_secret_key",
    "fold_sightings",
    "get_attribution",
    "get_attributions",
    "get_key",
    "get_partner",
    "get_portal",
    "issue_key",
    "last_seen",
    "list_keys",
    "list_partners",
    "list_portals",
    "origin_allowed",
    "parse_allowed_origin",
    "parse_key",
    "pause_key",
    "portal_serving",
    "publish_branding",
    "recent_sightings",
    "record_sightings",
    "revoke_key",
    "rotate_key",
    "sightings_of",
]
