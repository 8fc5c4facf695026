"""What partners and portals are called, by their ids: for pages that have only those."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.partners.models import Partner, PartnerKey, Portal


@dataclass(frozen=True, slots=True)
class Name:
    """A name, and the slug of its page; a key has its label and no slug."""

    name: str
    slug: str | None = None


def names_of(session: Session, ids: Collection[UUID]) -> dict[UUID, Name]:
    """The names of the partners, portals and keys among `ids`."""
    found = {}
    for table in (Partner, Portal):
        for row in session.execute(
            select(table.id, table.name, table.slug).where(table.id.in_(ids))
        ):
            found[row.id] = Name(row.name, row.slug)
    for key in session.execute(
        select(PartnerKey.id, PartnerKey.label).where(PartnerKey.id.in_(ids))
    ):
        found[key.id] = Name(key.label)
    return found
