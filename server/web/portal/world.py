"""Every country with its portals, authorities and emergency number, as citizens may see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from server.directory.service import (
    CONTINENTS,
    AuthorityKind,
    AuthorityView,
    authorities_everywhere,
    continent_name,
    emergency_number,
    portals_serving,
    territories,
)
from server.extensions import reads
from server.partners.service import Continent, Portal, Reach, list_portals
from server.web.known_directory import directory


@dataclass(frozen=True, slots=True)
class PortalLink:
    """A portal of ours, in the reader's language where it speaks that.

    `is_named` where the portal names the country, and has it not by a rule.
    """

    name: str
    href: str
    is_named: bool


@dataclass(frozen=True, slots=True)
class Country:
    """`authorities` are the country's own; a link only where it was verified. The first of the
    `portals` is the one that serves it."""

    code: str
    name: str
    portals: tuple[PortalLink, ...]
    authorities: tuple[AuthorityView, ...]
    emergency: str | None


@dataclass(frozen=True, slots=True)
class ContinentGroup:
    """A continent with its countries in the order of the reader's alphabet."""

    code: str
    name: str
    countries: tuple[Country, ...]


def read_world(language: str) -> list[ContinentGroup]:
    """All territories by continent, named in `language`; continents in the order of their names.

    Raises DatabaseAway.
    """
    portals, authorities = reads().read(
        lambda session: (list_portals(session), authorities_everywhere(session))
    )
    owned = directory().owned()
    countries = [
        Country(
            code=code,
            name=name,
            portals=tuple(
                PortalLink(portal.name, _address(portal, language), portal.reach is Reach.COUNTRIES)
                for portal in portals_serving(portals, code, owned)
            ),
            authorities=tuple(_own(authorities.get(code, ()))),
            emergency=emergency_number(code),
        )
        for code, name in territories(language)
    ]
    groups = [
        ContinentGroup(
            code=continent,
            name=continent_name(continent, language),
            countries=tuple(each for each in countries if CONTINENTS[each.code] is continent),
        )
        for continent in Continent
    ]
    return sorted(groups, key=lambda group: group.name)


def _address(portal: Portal, language: str) -> str:
    known = language in portal.languages
    return f"/portals/{portal.slug}/{language}" if known else f"/portals/{portal.slug}"


def _own(authorities: Iterable[AuthorityView]) -> Iterable[AuthorityView]:
    return (each for each in authorities if each.kind is not AuthorityKind.IWF_PORTAL)
