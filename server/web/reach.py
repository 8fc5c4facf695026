"""What portals reach now: their named countries, or those that the directory leaves to a rule."""

from __future__ import annotations

from collections.abc import Collection

from server.directory.service import Reaching, portals_serving, reached
from server.partners.service import Portal, Reach
from server.storage.availability import DatabaseAway
from server.web.known_directory import directory


def territories_of(portal: Reaching) -> tuple[str, ...]:
    """The territories of a portal, or of a key's portal, as they were at most a minute ago.

    Raises DatabaseAway for a rule that nobody can work out now.
    """
    named = portal.reach is Reach.COUNTRIES
    return reached(portal, () if named else directory().owned())


def portal_of(portals: Collection[Portal], territory: str) -> Portal | None:
    """The portal that serves a territory: one that names it before a rule, then the oldest."""
    return next(iter(portals_serving(portals, territory, directory().owned())), None)


def known_territories(portal: Reaching) -> tuple[str, ...]:
    """The same for a form, which comes without them rather than not at all."""
    try:
        return territories_of(portal)
    except DatabaseAway:
        return ()


def only_territory(portal: Reaching) -> str | None:
    """The territory of a portal that reaches just one: a form may preset it."""
    found = known_territories(portal)
    return found[0] if len(found) == 1 else None
