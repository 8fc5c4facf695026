"""Which schema a database has, and which one the code wants: without Alembic, which takes 10 MiB
of memory in every process that is asked whether it is ready."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

_VERSIONS = Path(__file__).resolve().parent / "migrations" / "versions"
_DIGITS = 4


def schema_version(session: Session) -> str | None:
    """The revision that the database is at; None before the first migration."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    number: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return number


@cache
def newest_version() -> str:
    """The newest revision of the code: migrations are numbered in order."""
    return max(file.name[:_DIGITS] for file in _VERSIONS.glob("[0-9]*.py"))
