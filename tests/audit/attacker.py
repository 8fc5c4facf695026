"""Somebody who owns the database: the triggers and foreign keys do not stop them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session


@contextmanager
def as_superuser(session: Session) -> Iterator[None]:
    """Within it, the append-only tables may be changed. What is left open rolls back with the
    session."""
    if session.get_bind().dialect.name == "sqlite":
        for (name,) in session.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%'")
        ).all():
            session.execute(text(f"DROP TRIGGER {name}"))
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
    else:
        session.execute(text("SET LOCAL session_replication_role = replica"))
    yield
