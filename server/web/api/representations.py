"""A key's portal as the API shows it."""

from __future__ import annotations

from typing import Any

from server.partners.service import ResolvedKey
from server.web.labels import choices
from server.web.reach import territories_of

VOCABULARY = (
    "report_type",
    "site_kind",
    "media_kind",
    "how_found",
    "seen_at",
    "access",
    "already_reported_to",
)


def portal_representation(key: ResolvedKey, language: str) -> dict[str, Any]:
    """Portal, partner, branding, languages, and each field's values with their labels."""
    texts = key.branding.texts_in(language)
    return {
        "portal": {
            "slug": key.portal_slug,
            "name": key.portal_name,
            "territories": list(territories_of(key)),
        },
        "partner": {"name": key.branding.display_name},
        "mode": key.mode,
        "language": language,
        "languages": list(key.languages),
        "branding": {
            "colour": key.branding.colour,
            "logo": key.branding.logo or None,
            "intro": texts.intro,
            "footer": texts.footer,
        },
        "vocabulary": {
            field: [{"value": value, "label": str(label)} for value, label in choices(field)]
            for field in VOCABULARY
        },
    }
