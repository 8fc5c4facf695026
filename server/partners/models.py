"""Portals, partners, their brandings and their keys."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.partners.vocabulary import KeyMode, KeyState
from server.storage.ids import new_id
from server.storage.model import Base
from server.storage.types import UtcDateTime, text_enum


class Portal(Base):
    """A reporting point for one country or several, with its languages."""

    __tablename__ = "portals"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    territories: Mapped[list[str]]
    languages: Mapped[list[str]]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Partner(Base):
    """An organisation that shows the form to its public."""

    __tablename__ = "partners"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Branding(Base):
    """One published look of a partner. A change is a new row with the next revision."""

    __tablename__ = "brandings"
    __table_args__ = (UniqueConstraint("partner_id", "revision"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    revision: Mapped[int]
    display_name: Mapped[str] = mapped_column(String(60))
    colour: Mapped[str] = mapped_column(String(7))
    logo: Mapped[bytes | None]
    texts: Mapped[dict[str, dict[str, str]]]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PartnerKey(Base):
    """A key of one partner for one portal.

    `text` is the whole publishable key, or only the id part of a secret key, whose HMAC is in
    `secret_hmac`. `ceased_at` is when the key was paused or revoked, or will expire.
    """

    __tablename__ = "partner_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    text: Mapped[str] = mapped_column(String(47), unique=True)
    secret_hmac: Mapped[bytes | None]
    mode: Mapped[KeyMode] = mapped_column(text_enum(KeyMode, 8))
    state: Mapped[KeyState] = mapped_column(text_enum(KeyState, 12))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"), index=True)
    portal_id: Mapped[UUID] = mapped_column(ForeignKey("portals.id"), index=True)
    label: Mapped[str] = mapped_column(String(120))
    origins: Mapped[list[str]]
    languages: Mapped[list[str]]
    default_language: Mapped[str] = mapped_column(String(12))
    campaign: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ceased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_reason: Mapped[str | None] = mapped_column(String(300))
    successor_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_keys.id"))

    partner: Mapped[Partner] = relationship(lazy="raise")
    portal: Mapped[Portal] = relationship(lazy="raise")
