"""What a key is issued with, and the checks that its terms pass when it is issued or edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.partners.campaign import clean_campaign
from server.partners.errors import PartnerError
from server.partners.models import Portal
from server.partners.names import clean_name
from server.partners.origins import AllowedOrigin, OriginError, parse_allowed_origin
from server.partners.vocabulary import KeyMode

#: They all stand in one header of each answer.
MAX_ORIGINS = 50


@dataclass(frozen=True, slots=True)
class KeyTerms:
    """What a key is issued with, besides its partner and portal."""

    label: str
    origins: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    campaign: str | None = None
    mode: KeyMode = KeyMode.LIVE
    secret: bool = False
    expires_at: datetime | None = None
    default_language: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedTerms:
    """The terms that may change later, normalised."""

    label: str
    origins: list[str]
    languages: list[str]
    default_language: str
    campaign: str | None
    expires_at: datetime | None
    warnings: tuple[str, ...]


def check_terms(
    terms: KeyTerms, portal: Portal, now: datetime, *, was: datetime | None = None
) -> CheckedTerms:
    """The terms as they are stored, or PartnerError with the field that is wrong.

    An expiry in the past is refused, unless it is the one that the key has already (`was`).
    """
    label = clean_name(terms.label, "a key's label", "label")
    origins, warnings = _check_origins(terms.origins, needed=not terms.secret)
    languages = _check_languages(terms.languages, portal)
    default = terms.default_language or languages[0]
    if default not in languages:
        raise PartnerError(
            f"the default language {default} is none of the key's: {', '.join(languages)}",
            "default_language",
        )
    if terms.campaign and clean_campaign(terms.campaign) is None:
        raise PartnerError("a campaign is 1 to 64 letters, digits, spaces and _ . ~ -", "campaign")
    if terms.expires_at is not None and terms.expires_at <= now and terms.expires_at != was:
        raise PartnerError("the expiry is in the past: name a day to come, or none", "expires")
    return CheckedTerms(
        label, origins, languages, default, terms.campaign or None, terms.expires_at, warnings
    )


def _check_origins(texts: tuple[str, ...], *, needed: bool) -> tuple[list[str], tuple[str, ...]]:
    parsed: list[AllowedOrigin] = []
    wrong: list[str] = []
    if len(texts) > MAX_ORIGINS:
        raise PartnerError(
            f"{len(texts):,} origins are too many, at most {MAX_ORIGINS}: "
            "https://*.example.org stands for all names under example.org",
            "origins",
        )
    for text in texts:
        try:
            parsed.append(parse_allowed_origin(text))
        except OriginError as error:
            wrong.append(str(error))
    if wrong:
        raise PartnerError("; ".join(wrong), "origins")
    if not parsed and needed:
        raise PartnerError(
            "a key needs an allowed origin, for instance https://www.example.org", "origins"
        )
    warnings = [warning for origin in parsed for warning in origin.warnings]
    origins = list(dict.fromkeys(origin.text for origin in parsed))
    return origins, tuple(dict.fromkeys(warnings))


def _check_languages(codes: tuple[str, ...], portal: Portal) -> list[str]:
    unknown = [code for code in codes if code not in portal.languages]
    if unknown:
        raise PartnerError(
            f"the portal {portal.slug} has no {', '.join(unknown)}; "
            f"it speaks {', '.join(portal.languages)}",
            "languages",
        )
    return list(dict.fromkeys(codes)) or list(portal.languages)
