"""Identifiers that sort by time: UUID version 7 (RFC 9562, section 5.7)."""

from __future__ import annotations

import secrets
import time
import uuid
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id() -> uuid.UUID:
    """A UUIDv7: Unix milliseconds, 12 bits of the fraction of one, 62 random bits.

    The fraction (section 6.2, method 3) keeps ids of one millisecond in order, to 0.25 µs.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    value = (milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76
    value |= (nanoseconds * 4_096 // 1_000_000) << 64
    value |= 0b10 << 62
    value |= secrets.randbits(62)
    return uuid.UUID(int=value)


def first_id_at(moment: datetime) -> uuid.UUID:
    """What no id made at `moment` or later is smaller than, and no earlier one reaches."""
    return uuid.UUID(int=((moment - _EPOCH) // timedelta(milliseconds=1)) << 80)


def moment_of(identifier: uuid.UUID) -> datetime:
    """When an id was made, to the millisecond, in UTC."""
    return _EPOCH + timedelta(milliseconds=identifier.int >> 80)
