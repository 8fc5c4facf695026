"""Events read as the database holds them, so that nothing put there by hand stops the reader."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Text, cast, extract, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.audit.canonical import EventRecord, microseconds
from server.audit.models import AuditEvent

#: Execution options of a query whose rows are more than memory should hold.
STREAM = {"yield_per": 2_000}

_ID = re.compile(r"([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})")
_SQLITE_TIME_LENGTH = len("2026-11-22 12:00:00.000000")


def raw(session: Session, column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """A column as plain text (SQLite: its bytes), whatever type the model gives it."""
    # Named apart from the column itself, which a query may select as well.
    as_stored = cast(column, LargeBinary if _is_sqlite(session) else Text)
    return as_stored.label(f"raw_{column.key}")


def raw_time(session: Session, column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """An instant as text; `read_time` reads it."""
    if _is_sqlite(session):
        return cast(column, LargeBinary)
    return cast(extract("epoch", column) * 1_000_000, Text)


def raw_bytes(session: Session, column: InstrumentedAttribute[bytes]) -> ColumnElement[bytes]:
    """Bytes, even where SQLite was given something else."""
    return cast(column, LargeBinary) if _is_sqlite(session) else type_coerce(column, LargeBinary)


def raw_event(session: Session) -> list[ColumnElement[Any]]:
    """The columns of an event as `read_event` wants them."""
    return [
        raw(session, AuditEvent.id),
        raw_time(session, AuditEvent.at),
        *(raw(session, column) for column in (AuditEvent.actor, AuditEvent.action)),
        *(raw(session, column) for column in (AuditEvent.subject, AuditEvent.details)),
    ]


def read_event(values: Sequence[bytes | str | None]) -> EventRecord:
    """An event from the six values that `raw_event` selects. Never fails."""
    wrong: list[str] = []

    def read(column: str, value: bytes | str | None, parse: Callable[[str], Any]) -> Any:
        text = as_text(value)
        try:
            return parse(text)
        except (ValueError, ArithmeticError, RecursionError):
            wrong.append(column)
            return text

    event_id, at, actor, action, subject, details = values
    return EventRecord(
        id=read("id", event_id, read_id),
        at=read("at", at, read_time),
        actor=as_text(actor),
        action=as_text(action),
        subject=as_text(subject),
        details=read("details", details, _read_details),
        unreadable=tuple(wrong),
    )


def as_text(value: bytes | str | None) -> str:
    """Text of a raw column. Bytes that are no UTF-8 become lone surrogates, never an error."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return value if value is not None else ""


def read_id(text: str) -> str:
    """An id in its usual form, eight hexadecimal digits first. Raises ValueError."""
    found = _ID.fullmatch(text)
    if found is None:
        raise ValueError("no id")
    return "-".join(found.groups())


def read_time(text: str) -> int:
    """Microseconds since 1970 from what `raw_time` selects. Raises ValueError."""
    if ":" in text:
        if len(text) != _SQLITE_TIME_LENGTH:
            raise ValueError("not as the program writes it")
        return microseconds(datetime.fromisoformat(text).replace(tzinfo=UTC))
    try:
        return int(Decimal(text))
    except (InvalidOperation, OverflowError) as error:
        raise ValueError("no time") from error


def _read_details(text: str) -> Any:
    return json.loads(
        text, parse_float=_number, parse_constant=_refuse, object_pairs_hook=_without_doubles
    )


def _number(text: str) -> int | float:
    # PostgreSQL keeps 1e3 as 1000 and SQLite as it was written: both are one number.
    value = float(text)
    return int(value) if value.is_integer() else value


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field stands twice")
    return fields


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
