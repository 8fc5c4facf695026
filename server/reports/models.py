"""A report: in clear what queueing and counting need, everything else sealed in envelopes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from server.partners.vocabulary import KeyMode
from server.reports.sealing import SealedPart
from server.reports.vocabulary import EnvelopeKind, Lane, PublicStatus, ReportState, ReportType
from server.storage.ids import new_id
from server.storage.model import Base
from server.storage.types import UtcDateTime, text_enum


class Report(Base):
    """One submission.

    Portal, partner and key are held by id without a foreign key: checking one would lock a
    row that all reports of a portal share, in the intake's only transaction.
    `origin` is the allowed origin under which the form was shown, never a free claim of the
    client; that one stays in the envelope.
    """

    __tablename__ = "reports"
    __table_args__ = (
        Index("ix_reports_mode_newest", "mode", "id"),
        Index("ix_reports_lane_newest", "mode", "lane", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    idempotency_hash: Mapped[bytes] = mapped_column(unique=True)
    body_tag: Mapped[bytes]
    reference: Mapped[str] = mapped_column(String(13), unique=True)
    receipt_hmac: Mapped[bytes] = mapped_column(unique=True)
    secret_generation: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    mode: Mapped[KeyMode] = mapped_column(text_enum(KeyMode, 8))
    lane: Mapped[Lane] = mapped_column(text_enum(Lane, 12))
    state: Mapped[ReportState] = mapped_column(text_enum(ReportState))
    status: Mapped[PublicStatus] = mapped_column(text_enum(PublicStatus))
    portal_id: Mapped[UUID]
    partner_id: Mapped[UUID]
    key_id: Mapped[UUID]
    campaign: Mapped[str | None] = mapped_column(String(64))
    origin: Mapped[str | None] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(12))
    territory: Mapped[str | None] = mapped_column(String(2))
    report_type: Mapped[ReportType] = mapped_column(text_enum(ReportType))


class Envelope(Base):
    """A sealed part of a report: HPKE over a data key, the data key over the padded content.

    `damaged_at` is when it was first found not to open: it is set apart for a person.
    `content_key_id` is set where version 1 was re-sealed: its content stays bound to that key's id.
    """

    __tablename__ = "envelopes"
    __table_args__ = (
        Index(
            "ix_envelopes_damaged",
            "sealing_key_id",
            sqlite_where=text("damaged_at IS NOT NULL"),
            postgresql_where=text("damaged_at IS NOT NULL"),
        ),
    )

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    kind: Mapped[EnvelopeKind] = mapped_column(text_enum(EnvelopeKind, 12), primary_key=True)
    schema_version: Mapped[int]
    sealing_key_id: Mapped[UUID] = mapped_column(index=True)
    wrapped_key: Mapped[bytes]
    ciphertext: Mapped[bytes]
    damaged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    content_key_id: Mapped[UUID | None]

    def part(self) -> SealedPart:
        return SealedPart(
            self.kind,
            self.schema_version,
            self.sealing_key_id,
            self.wrapped_key,
            self.ciphertext,
            self.content_key_id,
        )


class SealingKey(Base):
    """A generation of the hotline's sealing key: the public half, and its recovery copy.

    Made, then active, then open (superseded: it opens what it sealed), then retired (nothing
    depends on it any more).
    """

    __tablename__ = "sealing_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    generation: Mapped[int] = mapped_column(unique=True)
    suite: Mapped[str] = mapped_column(String(80))
    public_key: Mapped[bytes]
    recovery_copy: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SpentChallenge(Base):
    """The SHA-256 of a solved challenge's signature, spent with the report that it speaks for."""

    __tablename__ = "spent_challenges"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
