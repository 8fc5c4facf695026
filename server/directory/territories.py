"""Territories: a fixed ISO 3166-1 list, named and sorted in the citizen's language by CLDR."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError

from server.directory.spelling import match_key, sort_key

MAX_TYPED_LENGTH = 100

_DATA: dict[str, Any] = json.loads(
    Path(__file__).with_name("data").joinpath("territories.json").read_text("utf-8")
)

#: The 249 codes of ISO 3166-1, and AC and TA: Ascension and Tristan da Cunha have portals of
#: their own, while ISO counts them as part of SH.
TERRITORIES: frozenset[str] = frozenset(
    [*_DATA["officially_assigned"], *_DATA["exceptionally_reserved"]]
)


class UnknownTerritory(ValueError):
    """Not a code of the list. Codes are two capital letters."""


def territory_name(code: str, language: str) -> str:
    """The territory's name in `language`, or in English where CLDR has none.

    Raises UnknownTerritory. `language` is a tag such as `fr` or `pt-BR`; an unknown one
    gives English.
    """
    if code not in TERRITORIES:
        raise UnknownTerritory(f"{code!r} is not a territory; write two capital letters: GH")
    return _names(language)[code]


def territories(language: str) -> list[tuple[str, str]]:
    """All territories as (code, name), in the order in which a reader looks for them."""
    return list(_sorted(language))


def find_territory(text: str, language: str) -> str | None:
    """The code for what somebody typed, or None when it is not one territory's name.

    Takes the name in `language` or in English, a common other name (UK, Ivory Coast) and the
    two- or three-letter code, whatever the case, accents and punctuation. Akrotiri and Dhekelia
    has no code and gives None.
    """
    if len(text) > MAX_TYPED_LENGTH:
        return None
    return _spellings(language).get(match_key(text))


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale("en")


@lru_cache(maxsize=64)
def _names(language: str) -> dict[str, str]:
    english = Locale("en").territories
    own = _locale(language).territories
    return {code: own.get(code) or english[code] for code in TERRITORIES}


@lru_cache(maxsize=64)
def _sorted(language: str) -> tuple[tuple[str, str], ...]:
    alphabet = _locale(language).language
    names = _names(language).items()
    return tuple(sorted(names, key=lambda item: sort_key(item[1], alphabet)))


@lru_cache(maxsize=64)
def _spellings(language: str) -> dict[str, str]:
    """Every spelling with its code. What comes first wins: a name beats a code."""
    spellings: dict[str, str] = {}
    also_called: dict[str, list[str]] = _DATA["also_called"]
    for names in (_names(language), _names("en")):
        for code, name in names.items():
            spellings.setdefault(match_key(name), code)
    for code, others in also_called.items():
        for other in others:
            spellings.setdefault(match_key(other), code)
    for code, alpha_3 in _DATA["officially_assigned"].items():
        spellings.setdefault(match_key(code), code)
        spellings.setdefault(match_key(alpha_3), code)
    for code in _DATA["exceptionally_reserved"]:
        spellings.setdefault(match_key(code), code)
    return spellings
