"""Which territories a portal reaches: those that it names, or those that its rule leaves to it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.directory.continents import CONTINENTS
from server.directory.models import Authority
from server.directory.territories import TERRITORIES
from server.directory.vocabulary import AuthorityKind, Verified
from server.partners.service import Continent, Portal, Reach

#: What a country of its own has; a portal of the IWF stands in for it where there is none.
OWN_KINDS = (AuthorityKind.INHOPE_HOTLINE, AuthorityKind.POLICE)


class Reaching(Protocol):
    """A portal, or a key that knows what its portal reaches."""

    @property
    def reach(self) -> Reach: ...
    @property
    def continent(self) -> Continent | None: ...
    @property
    def territories(self) -> Collection[str]: ...


def without_authority(owned: Collection[str], continent: Continent | None) -> frozenset[str]:
    """The territories, of one continent or of all, that are not among the `owned`."""
    return frozenset(
        code
        for code in TERRITORIES
        if code not in owned and (continent is None or CONTINENTS[code] is continent)
    )


def reached(portal: Reaching, owned: Collection[str]) -> tuple[str, ...]:
    """A portal's territories: the named ones in their order, or those of its rule by code.

    `owned` are the territories that have an authority of their own.
    """
    if portal.reach is Reach.COUNTRIES:
        return tuple(portal.territories)
    return tuple(sorted(without_authority(owned, portal.continent)))


def territories_with_authority(session: Session) -> frozenset[str]:
    """Territories with a hotline or a police reporting point of their own that may be shown."""
    found = session.scalars(
        select(Authority.territory)
        .where(
            Authority.territory.is_not(None),
            Authority.name.is_not(None),
            Authority.kind.in_(OWN_KINDS),
            Authority.verified != Verified.COUNTRY_ONLY,
            Authority.removed_at.is_(None),
        )
        .distinct()
    )
    return frozenset(code for code in found if code)


def portals_serving(
    portals: Collection[Portal], territory: str, owned: Collection[str]
) -> list[Portal]:
    """The portals of a territory: those that name it, then those by rule; the oldest first."""
    serving = [portal for portal in portals if territory in reached(portal, owned)]
    return sorted(serving, key=lambda portal: (portal.reach is not Reach.COUNTRIES, portal.id))
