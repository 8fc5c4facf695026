"""Daily tallies of reports, so that a page costs the same at ten million of them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.statistics.vocabulary import Dimension
from server.storage.model import Base
from server.storage.types import UtcDateTime, text_enum


class Tally(Base):
    """How many live reports of one day came through a key, by one dimension's value.

    `total` has one row a day and key, with an empty value. The day is the UTC day of
    `received_at`.
    """

    __tablename__ = "tallies"
    __table_args__ = (Index("ix_tallies_dimension_day", "dimension", "day"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    key_id: Mapped[UUID] = mapped_column(primary_key=True)
    dimension: Mapped[Dimension] = mapped_column(text_enum(Dimension, 12), primary_key=True)
    value: Mapped[str] = mapped_column(String(300), primary_key=True)
    portal_id: Mapped[UUID]
    partner_id: Mapped[UUID]
    reports: Mapped[int]


class TalliedDay(Base):
    """How far a day is counted: it is stale while it has more marks than its last count knew.

    `seconds` is how long that count took.
    """

    __tablename__ = "tallied_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    marks: Mapped[int]
    counted_marks: Mapped[int]
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seconds: Mapped[float]
