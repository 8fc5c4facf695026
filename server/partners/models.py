"""Portals, partners, their brandings and their keys."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.partners.vocabulary import Continent, KeyMode, KeyState, Reach
from server.storage.ids import new_id
from server.storage.model import Base
from server.storage.types import UtcDateTime, text_enum

#: A report that was closed so long ago is deleted, unless its portal says otherwise.
DEFAULT_RETENTION_DAYS = 365


class Portal(Base):
    """A reporting point for one country or several, with its languages.

    `territories` are those of a reach that names countries; a rule (`without_authority`, of one
    `continent` or of all) is worked out from the directory. `texts` are the portal's own words on
    emergencies and helplines, `{language: {"emergency": …, "helpline": …}}`. `revision` grows with
    each change: an edit names the one that it was made from.
    """

    __tablename__ = "portals"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    territories: Mapped[list[str]]
    languages: Mapped[list[str]]
    reach: Mapped[Reach] = mapped_column(text_enum(Reach, 24), default=Reach.COUNTRIES)
    continent: Mapped[Continent | None] = mapped_column(text_enum(Continent, 2))
    texts: Mapped[dict[str, dict[str, str]]] = mapped_column(default=dict)
    default_partner_id: Mapped[UUID | None]
    shows_outcomes: Mapped[bool] = mapped_column(default=True)
    retention_days: Mapped[int] = mapped_column(default=DEFAULT_RETENTION_DAYS)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Partner(Base):
    """An organisation that shows the form to its public."""

    __tablename__ = "partners"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    revision: Mapped[int] = mapped_column(default=1)
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
    published_by: Mapped[str | None] = mapped_column(String(120))


class BrandingDraft(Base):
    """The look that is being worked on; at most one a partner. Publishing makes a Branding of it.

    `revision` grows with each save: an edit names the one that it was made from.
    """

    __tablename__ = "branding_drafts"

    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"), primary_key=True)
    revision: Mapped[int]
    display_name: Mapped[str] = mapped_column(String(60))
    colour: Mapped[str] = mapped_column(String(7))
    logo: Mapped[bytes | None]
    texts: Mapped[dict[str, dict[str, str]]]
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[str] = mapped_column(String(120))


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


class Kit(Base):
    """An integration kit's page for one key. Only the SHA-256 of its token is kept."""

    __tablename__ = "kits"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("partner_keys.id"), index=True)
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(120))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SightingNote(Base):
    """What one process of the public surface counted in a few seconds. It only ever inserts.

    `origin` is where a key was shown, without path or anything of the citizen. The worker adds
    notes up into `Sighting` and deletes them.
    """

    __tablename__ = "sighting_notes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key_id: Mapped[UUID]
    day: Mapped[date]
    origin: Mapped[str] = mapped_column(String(300))
    allowed: Mapped[bool]
    seen: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Sighting(Base):
    """How often a key was asked for by pages of an origin on a day, allowed or refused."""

    __tablename__ = "sightings"
    __table_args__ = (Index("ix_sightings_last_at", "last_at"),)

    key_id: Mapped[UUID] = mapped_column(ForeignKey("partner_keys.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(String(300), primary_key=True)
    allowed: Mapped[bool] = mapped_column(primary_key=True)
    seen: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
