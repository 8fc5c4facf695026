"""What a portal is set up with, and the bounds that it is held to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from server.normal_forms import composed
from server.partners.errors import PartnerError
from server.partners.models import DEFAULT_RETENTION_DAYS
from server.partners.names import clean_name
from server.partners.vocabulary import Continent, Reach

MAX_PORTAL_TEXT = 280
MIN_RETENTION_DAYS = 30
MAX_RETENTION_DAYS = 3_650
#: The portal's own words in a language, in the order in which a citizen reads them.
PORTAL_TEXTS = ("emergency", "helpline")

_TERRITORY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
#: Overrides and isolates turn what follows; the plain marks (U+200E, U+200F) are good Arabic.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class PortalTerms:
    """All of a portal that may change; its slug never does.

    `territories` are ISO codes, for a reach that names them. The first of `languages` is the
    default. `texts` is `{language: {"emergency": …, "helpline": …}}`. `default_partner` is a slug.
    """

    name: str
    languages: tuple[str, ...]
    reach: Reach = Reach.COUNTRIES
    territories: tuple[str, ...] = ()
    continent: Continent | None = None
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    default_partner: str | None = None
    shows_outcomes: bool = True
    retention_days: int = DEFAULT_RETENTION_DAYS


def check_terms(terms: PortalTerms, catalogues: Collection[str]) -> PortalTerms:
    """The terms as they are stored; raises PartnerError at the first field that is out of bounds.

    `catalogues` are the languages that the product speaks. A rule names no countries, and named
    countries need no continent: what was given of the other is dropped. So are empty texts.
    """
    if not MIN_RETENTION_DAYS <= terms.retention_days <= MAX_RETENTION_DAYS:
        raise PartnerError(
            f"closed reports are kept for {MIN_RETENTION_DAYS} to {MAX_RETENTION_DAYS:,} days",
            "retention_days",
        )
    names_countries = terms.reach is Reach.COUNTRIES
    return replace(
        terms,
        name=clean_name(terms.name, "the portal's name", "name"),
        territories=_territories(terms.territories) if names_countries else (),
        continent=None if names_countries else terms.continent,
        languages=_languages(terms.languages, catalogues),
        texts={
            language: words
            for language in terms.languages
            if (words := _words(language, terms.texts.get(language, {})))
        },
    )


def _territories(codes: tuple[str, ...]) -> tuple[str, ...]:
    if not codes:
        raise PartnerError("choose at least one country, or a rule", "territories")
    if not all(_TERRITORY.fullmatch(code) for code in codes):
        raise PartnerError(
            "territories are two capital letters each, for instance SN", "territories"
        )
    return tuple(dict.fromkeys(codes))


def _languages(codes: tuple[str, ...], catalogues: Collection[str]) -> tuple[str, ...]:
    if not codes:
        raise PartnerError("choose at least one language; the first is the default", "languages")
    if not all(_LANGUAGE.fullmatch(code) for code in codes):
        raise PartnerError("languages are codes such as en, fr, ar", "languages")
    unknown = [code for code in codes if code not in catalogues]
    if unknown:
        raise PartnerError(
            f"there is no catalogue for {', '.join(unknown)}; there is one for "
            f"{', '.join(catalogues)}",
            "languages",
        )
    if len(set(codes)) < len(codes):
        raise PartnerError("a language is named twice", "languages")
    return codes


def _words(language: str, texts: Mapping[str, str]) -> dict[str, str]:
    cleaned = {name: _text(texts.get(name, ""), f"{name}_{language}") for name in PORTAL_TEXTS}
    return {name: text for name, text in cleaned.items() if text}


def _text(text: str, at: str) -> str:
    text = " ".join(composed(text).split())
    if len(text) > MAX_PORTAL_TEXT:
        raise PartnerError(f"{len(text):,} characters are too many: at most {MAX_PORTAL_TEXT}", at)
    if any(c in _TURNING for c in text):
        raise PartnerError("characters that turn the direction of text: type it anew", at)
    if any(unicodedata.category(c) in ("Cc", "Cs", "Co") for c in text):
        raise PartnerError("control characters are not allowed: type it anew", at)
    return text
