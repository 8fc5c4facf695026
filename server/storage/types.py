"""Column types: UTC instants, and string enumerations kept as plain text."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Enum
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant. SQLite has no time zones: it stores UTC and gets it back as UTC.

    Binding a naive value is a programming error and raises ValueError.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime; use datetime.now(UTC)")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def text_enum(kind: type[StrEnum], length: int = 32) -> Enum:
    """A StrEnum stored as its value in a VARCHAR, so that a new member needs no migration."""

    def values(enum: Any) -> list[str]:
        return [member.value for member in enum]

    return Enum(
        kind, native_enum=False, create_constraint=False, length=length, values_callable=values
    )
