"""The pages beside a partner's own: each is a link where it exists and may be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import current_app, url_for

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
    pages: tuple[tuple[str, str, str, Permission, dict[str, Any]], ...] = (
        ("Branding", "brush", "branding", Permission.PARTNERS_READ, {"slug": slug}),
        ("Statistics", "statistics", "statistics", Permission.STATISTICS_READ, {"partner": slug}),
        ("Changes", "audit", "audit", Permission.AUDIT_READ, {"subject": f"partner:{partner_id}"}),
    )
    return [
        Link(name, icon, url_for(f"console.{endpoint}", **values))
        for name, icon, endpoint, permission, values in pages
        if f"console.{endpoint}" in current_app.view_functions and may(permission)
    ]
