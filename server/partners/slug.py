"""Slugs: the names of portals and partners in addresses and commands. They never change."""

from __future__ import annotations

import re

from server.partners.errors import PartnerError

MAX_SLUG = 40
#: `/console/partners/new` and its like.
NEW = "new"

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def is_slug(text: str) -> bool:
    """Whether a slug can read so. What cannot is looked for nowhere: PostgreSQL takes no NUL."""
    return len(text) <= MAX_SLUG and _SLUG.fullmatch(text) is not None


def check_slug(slug: str) -> str:
    """`slug` as it is; raises PartnerError for what cannot stand in an address."""
    if not is_slug(slug):
        raise PartnerError(
            f"{slug[:60]!r} is no slug: small letters, digits and single hyphens, at most "
            f"{MAX_SLUG}",
            "slug",
        )
    if slug == NEW:
        raise PartnerError(f"{slug!r} is where the console adds one: choose another", "slug")
    return slug
