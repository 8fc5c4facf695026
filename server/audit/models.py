"""The append-only audit event. The hash chain is kept beside it, never in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.vocabulary import AuditAction
from server.storage.ids import new_id
from server.storage.model import Base
from server.storage.types import UtcDateTime, text_enum


class AuditEvent(Base):
    """One thing that somebody did. Triggers of the database refuse UPDATE and DELETE."""

    __tablename__ = "audit_events"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(120))
    action: Mapped[AuditAction] = mapped_column(text_enum(AuditAction, 64))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    details: Mapped[dict[str, Any]]


class AuditLink(Base):
    """An event's place in the hash chain. `seq` counts from 1 without a gap."""

    __tablename__ = "audit_links"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("audit_events.id"), unique=True)
    hash: Mapped[bytes]
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditCheckpoint(Base):
    """A signed statement that the chain had this hash at this length (Ed25519, RFC 8032)."""

    __tablename__ = "audit_checkpoints"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes]
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    public_key: Mapped[bytes]
    signature: Mapped[bytes]
