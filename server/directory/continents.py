"""On which continent a territory lies, and what a continent is called in a citizen's language."""

from __future__ import annotations

import json
from pathlib import Path

from babel import Locale, UnknownLocaleError

from server.partners.service import Continent

_DATA: dict[str, str] = json.loads(
    Path(__file__).with_name("data").joinpath("continents.json").read_text("utf-8")
)["continents"]

#: Every territory of the list has exactly one; the source stands in the data.
CONTINENTS: dict[str, Continent] = {
    code: Continent(continent) for continent, codes in _DATA.items() for code in codes.split()
}

#: The regions of UN M49 by which CLDR names continents; for Antarctica the territory.
_REGIONS = {
    Continent.AFRICA: "002",
    Continent.ANTARCTICA: "AQ",
    Continent.ASIA: "142",
    Continent.EUROPE: "150",
    Continent.NORTH_AMERICA: "003",
    Continent.OCEANIA: "009",
    Continent.SOUTH_AMERICA: "005",
}


def continent_name(continent: Continent, language: str) -> str:
    """The continent's name in `language`, or in English where CLDR has none."""
    region = _REGIONS[continent]
    try:
        named = Locale.parse(language.replace("-", "_")).territories.get(region)
    except (ValueError, UnknownLocaleError):
        named = None
    return str(named or Locale("en").territories[region])
