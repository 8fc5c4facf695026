"""Where a form stands: in a partner's page, or as a page of its own."""

from __future__ import annotations

from enum import Enum

from server.partners.service import ResolvedKey


class Place(Enum):
    """Its value is the class of the document's body."""

    FRAME = "frame"
    PAGE = "page"

    def ancestors(self, key: ResolvedKey) -> tuple[str, ...]:
        """Who may frame it: the key's origins, or nobody."""
        return key.origins if self is Place.FRAME else ()
