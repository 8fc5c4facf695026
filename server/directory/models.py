"""Authorities of the world: hotlines, police reporting points, and IWF portals."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.directory.vocabulary import AuthorityKind, Verified
from server.storage.ids import new_id
from server.storage.model import Base
from server.storage.types import UtcDateTime, text_enum


class Authority(Base):
    """One row of the directory. `row_key` is its stable name, so that loading is idempotent.

    `territory` is empty for a service of the whole world or a continent. `url` may be shown
    only when `verified` is `url`; `name` only when it is not `country_only`. `checked_at` is when
    somebody last saw that the row is right. A row that staff removed stays, so that loading does
    not bring it back.
    """

    __tablename__ = "authorities"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    row_key: Mapped[str] = mapped_column(String(160), unique=True)
    territory: Mapped[str | None] = mapped_column(String(2), index=True)
    place: Mapped[str] = mapped_column(String(120))
    kind: Mapped[AuthorityKind] = mapped_column(text_enum(AuthorityKind))
    name: Mapped[str | None] = mapped_column(String(200))
    url: Mapped[str | None] = mapped_column(String(500))
    languages: Mapped[list[str]]
    emergency: Mapped[str | None] = mapped_column(String(120))
    verified: Mapped[Verified] = mapped_column(text_enum(Verified))
    source: Mapped[str] = mapped_column(String(1000))
    note: Mapped[str | None] = mapped_column(String(1000))
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=1)
