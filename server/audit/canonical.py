"""What is hashed and signed: one canonical text, the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

_LINK = "portals audit link 1"
_CHECKPOINT = "portals audit checkpoint 1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

#: What stands before the first link.
BEGINNING = bytes(32)


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event as the database holds it. A value that is not readable as what it should be
    stands here as its text, and its column's name in `unreadable`."""

    id: str
    at: int | str
    actor: str
    action: str
    subject: str
    details: Any
    unreadable: tuple[str, ...] = ()


def link_hash(seq: int, previous: bytes, linked_at: int | str, event: EventRecord) -> bytes:
    """SHA-256 over the canonical JSON of a list: a label that says what it is, `seq`, the previous
    link's hash in hexadecimal (64 zeros before the first), `linked_at`, and the event's id, at,
    actor, action, subject and details. Times are microseconds since 1970, UTC."""
    return hashlib.sha256(
        canonical_json(
            [
                *(_LINK, seq, previous.hex(), linked_at),
                *(event.id, event.at, event.actor, event.action, event.subject, event.details),
            ]
        )
    ).digest()


def checkpoint_statement(seq: int, chain_hash: bytes, signed_at: datetime) -> bytes:
    """What a checkpoint's signature says: at this time the chain had this hash at this length."""
    return canonical_json([_CHECKPOINT, seq, chain_hash.hex(), microseconds(signed_at)])


def canonical_json(value: Any) -> bytes:
    """JSON in ASCII without spaces, fields sorted by code point, whole numbers without a point.

    Raises ValueError for NaN and infinities, TypeError for what JSON does not know.
    """
    return json.dumps(
        value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False
    ).encode("ascii")


def microseconds(at: datetime) -> int:
    """An aware instant as microseconds since 1970, UTC."""
    return (at - _EPOCH) // _MICROSECOND


def instant(at: int) -> datetime:
    """The way back; raises OverflowError outside of the years 1 to 9999."""
    return _EPOCH + at * _MICROSECOND
