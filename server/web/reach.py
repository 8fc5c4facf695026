"""What portals reach now: their named countries, or those that the directory leaves to a rule."""

from __future__ import annotations

from typing import cast

from flask import current_app
from sqlalchemy.orm import Session

from server.directory.service import (
    Reaching,
    portals_serving,
    reached,
    territories_with_authority,
)
from server.extensions import database
from server.partners.service import Portal, list_portals
from server.web.kept import Kept

EXTENSION = "portals.owned"
#: So old may be what a rule is worked out from, in seconds.
MAX_AGE_S = 60.0

Owned = frozenset[str]


def territories_of(portal: Reaching) -> tuple[str, ...]:
    """The territories of a portal, or of a key's portal, as they were at most a minute ago."""
    return reached(portal, with_authority())


def portal_of(session: Session, territory: str) -> Portal | None:
    """The portal that serves a territory: one that names it before a rule, then the oldest."""
    return next(iter(portals_serving(list_portals(session), territory, with_authority())), None)


def with_authority() -> Owned:
    """The territories with an authority of their own, as they were at most a minute ago."""
    kept = cast(Kept[Owned], current_app.extensions.setdefault(EXTENSION, Kept(1, MAX_AGE_S)))
    return kept.get("owned", _read)


def _read(_old: Owned | None) -> Owned:
    with database().reading() as session:
        return territories_with_authority(session)


def only_territory(portal: Reaching) -> str | None:
    """The territory of a portal that reaches just one: a form may preset it."""
    found = territories_of(portal)
    return found[0] if len(found) == 1 else None
