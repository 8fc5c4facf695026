"""Portals' own pages as this process read them last: for a day while the database is away."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from server.partners.key_record import (
    decode_key,
    decode_words,
    encode_key,
    encode_words,
    one_text,
    texts,
)
from server.partners.portal_page import PortalPage, find_portal_page
from server.partners.resolved_key import ResolvedKey
from server.partners.slug import is_slug
from server.partners.vocabulary import Continent, Reach
from server.storage.availability import BoundedReads
from server.storage.last_known import LastKnown
from server.storage.snapshot import Snapshot


class PortalPages:
    """Read anew each time while the database answers; for all threads."""

    def __init__(self, reads: BoundedReads, clock: Callable[[], float] = time.monotonic) -> None:
        self._known: LastKnown[PortalPage] = LastKnown(
            reads, find_portal_page, kept_s=0, clock=clock
        )

    def survive(self, snapshot: Snapshot) -> None:
        """Take up what an earlier process knew, and let later ones know."""
        snapshot.keep("portal pages", self._known, encode_page, decode_page)

    def find(self, slug: str) -> PortalPage | None:
        """The page of the portal called `slug`, or None. What is no slug costs no query.

        Its keys are as they were at the reading: whoever shows one asks for its standing now.
        Raises DatabaseAway when it cannot be read and was not read within a day.
        """
        return self._known.get(slug) if is_slug(slug) else None


def encode_page(page: PortalPage) -> dict[str, Any]:
    """What `decode_page` makes the same page of."""
    return {
        "slug": page.slug,
        "name": page.name,
        "languages": list(page.languages),
        "reach": page.reach.value,
        "continent": page.continent.value if page.continent else None,
        "territories": list(page.territories),
        "texts": encode_words(page.texts),
        "key": _encoded(page.key),
        "last_key": _encoded(page.last_key),
        "supporters": list(page.supporters),
    }


def decode_page(record: dict[str, Any]) -> PortalPage:
    """Raises as `decode_key` does."""
    return PortalPage(
        slug=one_text(record["slug"]),
        name=one_text(record["name"]),
        languages=texts(record["languages"]),
        reach=Reach(record["reach"]),
        continent=None if record["continent"] is None else Continent(record["continent"]),
        territories=texts(record["territories"]),
        texts=decode_words(record["texts"]),
        key=_decoded(record["key"]),
        last_key=_decoded(record["last_key"]),
        supporters=texts(record["supporters"]),
    )


def _encoded(key: ResolvedKey | None) -> dict[str, Any] | None:
    return None if key is None else encode_key(key)


def _decoded(record: dict[str, Any] | None) -> ResolvedKey | None:
    return None if record is None else decode_key(record)
