"""Events read as the database holds them, so that nothing put there by hand stops the reader."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Text, case, cast, extract, func, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.audit.canonical import EventRecord, microseconds
from server.audit.models import AuditEvent

#: Execution options of a query whose rows are more than memory should hold.
STREAM = {"yield_per": 2_000}

_ID = re.compile(r"([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})")
_SQLITE_TIME_LENGTH = len("2026-11-22 12:00:00.000000")
#: Beyond all calendars, in microseconds; and far below what Python refuses to write out.
_LONGEST_TIME = 10**18
#: Deeper details may be readable or not as deep as the reader itself stands: they never are.
_DEEPEST = 100


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
        _raw_id(session, AuditEvent.id),
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
        # SQLite holds ids without hyphens: another form is another id to its keys and joins.
        id=read("id", event_id, _read_plain_id if isinstance(event_id, bytes) else read_id),
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
        value = Decimal(text)
        if not -_LONGEST_TIME < value < _LONGEST_TIME:
            raise ValueError("no time")
        return int(value)
    except InvalidOperation as error:
        raise ValueError("no time") from error


def _raw_id(session: Session, column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    if not _is_sqlite(session):
        return raw(session, column)
    # Bytes that look like an id equal no text, so that no link could name it: told apart here.
    quoted = cast(func.quote(column), LargeBinary)
    return case((func.typeof(column) == "blob", quoted), else_=cast(column, LargeBinary)).label(
        f"raw_{column.key}"
    )


def _read_plain_id(text: str) -> str:
    if "-" in text:
        raise ValueError("not as the program writes it")
    return read_id(text)


def _read_details(text: str) -> Any:
    details = json.loads(
        text, parse_float=_number, parse_constant=_refuse, object_pairs_hook=_without_doubles
    )
    if text.count("[") + text.count("{") > _DEEPEST:
        _refuse_depth(details)
    return details


def _refuse_depth(details: Any) -> None:
    level, depth = [each for each in (details,) if isinstance(each, dict | list)], 0
    while level:
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
        within = [value.values() if isinstance(value, dict) else value for value in level]
        level = [each for values in within for each in values if isinstance(each, dict | list)]
        depth += 1


def _number(text: str) -> int | float:
    # PostgreSQL keeps 1e3 as 1000 and SQLite as it was written: both are one number.
    value = float(text)
    if not isfinite(value):
        raise ValueError("no number that can be written again")  # 1e999: JSON, and infinite
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
