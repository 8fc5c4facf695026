"""A resolved key as JSON, for the copy on disk that serves while the database is away.

Each field is named here on purpose: a copy that an older or newer version wrote is told by it.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any
from uuid import UUID

from server.partners.branding import BrandingTexts, BrandingView
from server.partners.resolved_key import PortalWords, ResolvedKey
from server.partners.secret_key import SecretKey
from server.partners.vocabulary import Continent, KeyMode, KeyState, Reach


def encode_key(key: ResolvedKey) -> dict[str, Any]:
    """What `decode_key` makes the same key of."""
    return {
        "id": str(key.id),
        "text": key.text,
        "mode": key.mode.value,
        "state": key.state.value,
        "ceased_at": _written(key.ceased_at),
        "expires_at": _written(key.expires_at),
        "label": key.label,
        "partner_id": str(key.partner_id),
        "partner_slug": key.partner_slug,
        "partner_name": key.partner_name,
        "portal_id": str(key.portal_id),
        "portal_slug": key.portal_slug,
        "portal_name": key.portal_name,
        "portal_languages": list(key.portal_languages),
        "reach": key.reach.value,
        "continent": key.continent.value if key.continent else None,
        "territories": list(key.territories),
        "languages": list(key.languages),
        "default_language": key.default_language,
        "origins": list(key.origins),
        "campaign": key.campaign,
        "branding": _encode_branding(key.branding),
        "revision": key.revision,
        "portal_texts": encode_words(key.portal_texts),
    }


def decode_key(record: dict[str, Any]) -> ResolvedKey:
    """The key; raises KeyError, TypeError or ValueError for anything `encode_key` did not give."""
    return ResolvedKey(
        id=UUID(record["id"]),
        text=one_text(record["text"]),
        mode=KeyMode(record["mode"]),
        state=KeyState(record["state"]),
        ceased_at=_moment(record["ceased_at"]),
        expires_at=_moment(record["expires_at"]),
        label=one_text(record["label"]),
        partner_id=UUID(record["partner_id"]),
        partner_slug=one_text(record["partner_slug"]),
        partner_name=one_text(record["partner_name"]),
        portal_id=UUID(record["portal_id"]),
        portal_slug=one_text(record["portal_slug"]),
        portal_name=one_text(record["portal_name"]),
        portal_languages=texts(record["portal_languages"]),
        reach=Reach(record["reach"]),
        continent=None if record["continent"] is None else Continent(record["continent"]),
        territories=texts(record["territories"]),
        languages=texts(record["languages"]),
        default_language=one_text(record["default_language"]),
        origins=texts(record["origins"]),
        campaign=None if record["campaign"] is None else one_text(record["campaign"]),
        branding=_decode_branding(record["branding"]),
        revision=one_text(record["revision"]),
        portal_texts=decode_words(record["portal_texts"]),
    )


def encode_secret_key(secret: SecretKey) -> dict[str, Any]:
    """The key and its HMAC: the secret itself is known to its holder only."""
    hmac = base64.b64encode(secret.hmac).decode("ascii")
    return {"key": encode_key(secret.key), "hmac": hmac}


def decode_secret_key(record: dict[str, Any]) -> SecretKey:
    """Raises as `decode_key` does."""
    return SecretKey(decode_key(record["key"]), base64.b64decode(record["hmac"], validate=True))


def encode_words(words: dict[str, PortalWords]) -> dict[str, Any]:
    """A portal's own words by language."""
    return {
        language: {"emergency": each.emergency, "helpline": each.helpline}
        for language, each in words.items()
    }


def decode_words(record: dict[str, Any]) -> dict[str, PortalWords]:
    """Raises as `decode_key` does."""
    return {
        one_text(language): PortalWords(one_text(each["emergency"]), one_text(each["helpline"]))
        for language, each in record.items()
    }


def one_text(value: object) -> str:
    """`value`, which has to be a text; else TypeError."""
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def texts(values: object) -> tuple[str, ...]:
    """`values`, which has to be a list of texts; else TypeError."""
    if not isinstance(values, list):
        raise TypeError("not a list")
    return tuple(map(one_text, values))


def _encode_branding(branding: BrandingView) -> dict[str, Any]:
    return {
        "display_name": branding.display_name,
        "colour": branding.colour,
        "logo": branding.logo,
        "texts": {
            language: {"intro": each.intro, "footer": each.footer}
            for language, each in branding.texts.items()
        },
    }


def _decode_branding(record: dict[str, Any]) -> BrandingView:
    return BrandingView(
        display_name=one_text(record["display_name"]),
        colour=one_text(record["colour"]),
        logo=one_text(record["logo"]),
        texts={
            one_text(language): BrandingTexts(one_text(each["intro"]), one_text(each["footer"]))
            for language, each in record["texts"].items()
        },
    )


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(written: str | None) -> datetime | None:
    if written is None:
        return None
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    return moment
