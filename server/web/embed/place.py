"""Where a form stands: in a partner's page, as a page of its own, or as its portal's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.partners.service import ResolvedKey


@dataclass(frozen=True, slots=True)
class Place:
    """`value` is the class of the document's body.

    `portal` is the slug whose page it is, if any; its page names the `supporters`.
    """

    value: str
    portal: str = ""
    supporters: tuple[str, ...] = ()

    FRAME: ClassVar[Place]
    PAGE: ClassVar[Place]

    def ancestors(self, key: ResolvedKey) -> tuple[str, ...]:
        """Who may frame it: the key's origins, or nobody."""
        return key.origins if self is Place.FRAME else ()


Place.FRAME = Place("frame")
Place.PAGE = Place("page")
