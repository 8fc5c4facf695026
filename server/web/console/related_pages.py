"""The pages beside a partner's or a key's own: each is a link for those who may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for

from server.staff.service import Permission
from server.web.access import may


@dataclass(frozen=True, slots=True)
class Link:
    """A way on: its words, its drawing in `icons.html`, its address."""

    name: str
    icon: str
    address: str


def partner_pages(slug: str, partner_id: UUID) -> list[Link]:
    """How a partner's form looks, what came through it, who changed what."""
    of_partner = {"partner": partner_id}
    pages: tuple[tuple[str, str, str, Permission, dict[str, Any]], ...] = (
        ("Branding", "brush", "branding", Permission.PARTNERS_READ, {"slug": slug}),
        ("Statistics", "statistics", "statistics", Permission.STATISTICS_READ, of_partner),
        ("Changes", "audit", "audit_trail", Permission.AUDIT_READ, {"q": partner_id}),
    )
    return [
        Link(name, icon, url_for(f"console.{endpoint}", **values))
        for name, icon, endpoint, permission, values in pages
        if may(permission)
    ]


def key_pages(key: Any) -> list[Link]:
    """Its integration kits, and where it was seen. A secret key stands in no page: it has none."""
    if key.secret_hmac is not None:
        return []
    pages = [Link("Where it was seen", "seen", url_for("console.key_sightings", key_id=key.id))]
    if may(Permission.KEYS_EDIT):
        address = url_for("console.key_kit", key_id=key.id)
        pages.insert(0, Link("Integration kit", "portal", address))
    return pages
