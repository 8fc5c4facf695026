"""What other packages may use of partners: use cases, and the words they speak in."""

from __future__ import annotations

from server.partners.alerts import AlertKind, KeyAlert, find_alerts
from server.partners.branding import (
    MAX_DISPLAY_NAME,
    MAX_TEXT,
    BrandingTexts,
    BrandingView,
)
from server.partners.campaign import clean_campaign
from server.partners.colour import (
    DARK_GROUNDS,
    DEFAULT_COLOUR,
    LIGHT_GROUNDS,
    MIN_CONTRAST,
    ColourTooLight,
    check_colour,
    contrast_ratio,
    corrected_colour,
    glowing,
    legibility,
    parse_colour,
)
from server.partners.drafts import NO_DRAFT, draft_of, drop_draft, save_draft
from server.partners.errors import BrandingError, EditConflict, PartnerError
from server.partners.key_cache import KeyCache
from server.partners.key_edit import EditedKey, KeyEdit, edit_key
from server.partners.key_format import PUBLISHABLE, parse_key
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
from server.partners.kits import (
    DEFAULT_KIT_DAYS,
    KIT_DAYS,
    IssuedKit,
    OpenedKit,
    close_kit,
    find_kit,
    issue_kit,
    open_kits,
)
from server.partners.logo import MAX_FILE_BYTES, reencode_logo
from server.partners.look import PARTS, Look, checked_look, look_of
from server.partners.lookup import find_key, find_secret_key, get_attribution, get_attributions
from server.partners.models import Branding, BrandingDraft, Partner, Portal
from server.partners.named import Name, names_of
from server.partners.names import TURNING, clean_name
from server.partners.origins import (
    OriginError,
    origin_allowed,
    parse_allowed_origin,
    readable_origin,
)
from server.partners.partner_edit import edit_partner, partners_named
from server.partners.partner_list import KeyNote, PartnerNote, find_partners
from server.partners.partners import add_partner, get_partner, list_partners
from server.partners.portal_page import PortalPage, find_portal_page
from server.partners.portal_pages import PortalPages
from server.partners.portal_terms import (
    MAX_PORTAL_TEXT,
    MAX_RETENTION_DAYS,
    MIN_RETENTION_DAYS,
    PORTAL_TEXTS,
    PortalTerms,
)
from server.partners.portals import (
    PortalOverview,
    add_portal,
    edit_portal,
    get_portal,
    list_keys_of_portal,
    list_portal_overviews,
    list_portals,
    shows_outcomes,
    terms_of,
)
from server.partners.preview import PreviewedLook, preview_key
from server.partners.published import published_look, published_looks, revision_of
from server.partners.publishing import publish_branding, publish_draft, roll_back
from server.partners.resolved_key import LATE_REPORTS, PortalWords, ResolvedKey, Standing
from server.partners.sighted_origin import OTHER_ORIGINS, crowd_name, origin_of, sighted_origin
from server.partners.sightings import MAX_FOLDED, SightingCount, fold_sightings, record_sightings
from server.partners.sightings_read import (
    LastSeen,
    SightedPage,
    last_seen,
    recent_sightings,
    sighted_pages,
    sightings_of,
)
from server.partners.vocabulary import Continent, KeyMode, KeyState, Reach

__all__ = [
    "DARK_GROUNDS",
    "DEFAULT_COLOUR",
    "DEFAULT_KIT_DAYS",
    "KIT_DAYS",
    "LATE_REPORTS",
    "LIGHT_GROUNDS",
    "MAX_DISPLAY_NAME",
    "MAX_FILE_BYTES",
    "MAX_FOLDED",
    "MAX_PORTAL_TEXT",
    "MAX_RETENTION_DAYS",
    "MAX_TEXT",
    "MIN_CONTRAST",
    "MIN_RETENTION_DAYS",
    "NO_DRAFT",
    "OTHER_ORIGINS",
    "PARTS",
    "PORTAL_TEXTS",
    "PUBLISHABLE",
    "TURNING",
    "AlertKind",
    "Branding",
    "BrandingDraft",
    "BrandingError",
    "BrandingTexts",
    "BrandingView",
    "ColourTooLight",
    "Continent",
    "EditConflict",
    "EditedKey",
    "IssuedKey",
    "IssuedKit",
    "KeyAlert",
    "KeyCache",
    "KeyEdit",
    "KeyMode",
    "KeyNote",
    "KeyState",
    "KeyTerms",
    "LastSeen",
    "Look",
    "Name",
    "OpenedKit",
    "OriginError",
    "Partner",
    "PartnerError",
    "PartnerNote",
    "Portal",
    "PortalOverview",
    "PortalPage",
    "PortalPages",
    "PortalTerms",
    "PortalWords",
    "PreviewedLook",
    "Reach",
    "ResolvedKey",
    "SightedPage",
    "SightingCount",
    "Standing",
    "add_partner",
    "add_portal",
    "check_colour",
    "checked_look",
    "clean_campaign",
    "clean_name",
    "close_kit",
    "contrast_ratio",
    "corrected_colour",
    "crowd_name",
    "draft_of",
    "drop_draft",
    "edit_key",
    "edit_partner",
    "edit_portal",
    "find_alerts",
    "find_key",
    "find_kit",
    "find_partners",
    "find_portal_page",
    "find_secret_key",
    "fold_sightings",
    "get_attribution",
    "get_attributions",
    "get_key",
    "get_key_by_id",
    "get_partner",
    "get_portal",
    "glowing",
    "issue_key",
    "issue_kit",
    "key_state",
    "last_seen",
    "legibility",
    "list_keys",
    "list_keys_of_portal",
    "list_partners",
    "list_portal_overviews",
    "list_portals",
    "look_of",
    "names_of",
    "open_kits",
    "origin_allowed",
    "origin_of",
    "parse_allowed_origin",
    "parse_colour",
    "parse_key",
    "partners_named",
    "pause_key",
    "predecessor_of",
    "preview_key",
    "publish_branding",
    "publish_draft",
    "published_look",
    "published_looks",
    "readable_origin",
    "recent_sightings",
    "record_sightings",
    "reencode_logo",
    "resume_key",
    "revision_of",
    "revoke_key",
    "roll_back",
    "rotate_key",
    "save_draft",
    "shows_outcomes",
    "sighted_origin",
    "sighted_pages",
    "sightings_of",
    "terms_of",
]
