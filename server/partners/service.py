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
from server.partners.errors import EditConflict, PartnerError
from server.partners.key_cache import KeyCache
from server.partners.key_edit import EditedKey, KeyEdit, edit_key
from server.partners.key_format import parse_key
from server.partners.key_life import pause_key, resume_key, revoke_key, rotate_key
from server.partners.key_state import key_state
from server.partners.key_terms import KeyTerms
from server.partners.keys import (
    IssuedKey,
    get_key,
    get_key_by_id,
    issue_key,
    list_keys,
    predecessor_of,
)
from server.partners.lookup import find_key, find_secret_key, get_attribution, get_attributions
from server.partners.names import clean_name
from server.partners.origins import (
    OriginError,
    origin_allowed,
    parse_allowed_origin,
    readable_origin,
)
from server.partners.partner_edit import edit_partner, partners_named
from server.partners.partners import add_partner, get_partner, list_partners
from server.partners.portals import add_portal, get_portal, list_portals, portal_serving
from server.partners.publishing import publish_branding
from server.partners.resolved_key import LATE_REPORTS, ResolvedKey, Standing
from server.partners.sighted_origin import origin_of, sighted_origin
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
    "EditConflict",
    "EditedKey",
    "IssuedKey",
    "KeyCache",
    "KeyEdit",
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
    "clean_name",
    "contrast_ratio",
    "edit_key",
    "edit_partner",
    "find_key",
    "find_secret_key",
    "fold_sightings",
    "get_attribution",
    "get_attributions",
    "get_key",
    "get_key_by_id",
    "get_partner",
    "get_portal",
    "issue_key",
    "key_state",
    "last_seen",
    "list_keys",
    "list_partners",
    "list_portals",
    "origin_allowed",
    "origin_of",
    "parse_allowed_origin",
    "parse_key",
    "partners_named",
    "pause_key",
    "portal_serving",
    "predecessor_of",
    "publish_branding",
    "readable_origin",
    "recent_sightings",
    "record_sightings",
    "resume_key",
    "revoke_key",
    "rotate_key",
    "sighted_origin",
    "sightings_of",
]
