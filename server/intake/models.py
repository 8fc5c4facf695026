"""Challenges that were spent, so that each counts once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from server.storage.model import Base
from server.storage.types import UtcDateTime


class SpentChallenge(Base):
    """The SHA-256 of a solved challenge's signature; may be deleted once it has expired."""

    __tablename__ = "spent_challenges"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
