"""A portal as the console's pages show it: its reach in words, its languages with their review."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from server.config import bundled
from server.directory.service import (
    CONTINENTS,
    Reaching,
    continent_name,
    reached,
    territories,
    territory_name,
    without_authority,
)
from server.partners.service import PORTAL_TEXTS, Continent, Reach
from server.web.console.words import Badge, language_name
from server.web.locale import FALLBACK

REACH_WORDS = {
    Reach.COUNTRIES: "These countries",
    Reach.WITHOUT_AUTHORITY: "Every country without an authority of its own",
}
#: How far a catalogue was checked; translations/README.md says what each state allows.
REVIEW_TONES = {"drafted": "busy", "reviewed": "new", "approved": "good"}
_FEW = 3


@dataclass(frozen=True, slots=True)
class PortalLanguage:
    """A language of a portal. `texts` are the portal's own words in it, empty where none are."""

    code: str
    name: str
    is_default: bool
    review: Badge
    texts: tuple[tuple[str, str], ...]

    @property
    def missing(self) -> list[str]:
        return [kind for kind, text in self.texts if not text]


@dataclass(frozen=True, slots=True)
class CountryGroup:
    """Countries of one continent, by name."""

    continent: str
    names: tuple[str, ...]


def reach_words(portal: Reaching, owned: Collection[str]) -> str:
    """`Kenya, Uganda and 3 more`, or the rule with the number of its countries now."""
    codes = reached(portal, owned)
    if portal.reach is Reach.WITHOUT_AUTHORITY:
        where = continent_name(portal.continent, "en") if portal.continent else "Worldwide"
        return f"{where}: countries without an authority of their own ({len(codes)} now)"
    names = [territory_name(code, "en") for code in codes]
    if len(names) > _FEW + 1:
        return f"{', '.join(names[:_FEW])} and {len(names) - _FEW} more"
    return ", ".join(names)


def by_continent(codes: Collection[str]) -> list[CountryGroup]:
    """The countries under their continents; continents without any are left out."""
    groups = []
    for continent in Continent:
        names = tuple(
            name
            for code, name in territories("en")
            if code in codes and CONTINENTS[code] is continent
        )
        if names:
            groups.append(CountryGroup(continent_name(continent, "en"), names))
    return sorted(groups, key=lambda group: group.continent)


def left_to_rules(owned: Collection[str]) -> list[CountryGroup]:
    """What a rule reaches now, on each continent."""
    return by_continent(without_authority(owned, None))


def languages_of(portal: Any) -> list[PortalLanguage]:
    """A portal's languages in its order, with the review state of their catalogues."""
    return [
        PortalLanguage(
            code=code,
            name=language_name(code),
            is_default=place == 0,
            review=review_badge(code),
            texts=tuple((kind, portal.texts.get(code, {}).get(kind, "")) for kind in PORTAL_TEXTS),
        )
        for place, code in enumerate(portal.languages)
    ]


def review_badge(code: str) -> Badge:
    """How far the catalogue of a language was checked; English is what it is checked against."""
    if code == FALLBACK:
        return Badge("Source", "plain")
    state = _reviews().get(code, {}).get("state")
    return Badge(str(state).capitalize(), REVIEW_TONES[state]) if state else Badge("None", "alert")


@lru_cache(maxsize=1)
def _reviews() -> dict[str, dict[str, Any]]:
    reviews: dict[str, dict[str, Any]] = json.loads(
        (bundled("translations") / "review.json").read_text("utf-8")
    )
    return reviews
