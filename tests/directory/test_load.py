"""Loading is repeatable, and never overwrites what staff wrote."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from server.audit.service import EventFilter, find_events
from server.directory.service import (
    DirectoryError,
    LoadResult,
    list_authorities,
    load_directory,
    read_rows,
)
from tests.directory.rows import a_row

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def load(session: Session, rows: object, now: datetime = NOW) -> LoadResult:
    return load_directory(session, rows, now=now, actor="command:test")


def contents(session: Session) -> list[dict[str, Any]]:
    session.expire_all()
    return [dict(row) for row in session.execute(text("SELECT * FROM authorities")).mappings()]


def audit_rows(session: Session) -> list[tuple[str, str, str]]:
    query = text("SELECT actor, action, subject FROM audit_events")
    return [tuple(row) for row in session.execute(query)]


def test_the_projects_own_list_loads_whole(session: Session) -> None:
    assert load(session, read_rows()) == LoadResult(added=94, updated=0, kept=0, unchanged=0)
    loaded = list_authorities(session)
    assert Counter(str(row.verified) for row in loaded) == {
        "url": 49,
        "existence": 32,
        "country_only": 13,
    }
    assert Counter(str(row.kind) for row in loaded) == {
        "iwf_portal": 47,
        "inhope_hotline": 40,
        "police": 7,
    }


def test_loading_twice_changes_nothing(session: Session) -> None:
    load(session, read_rows())
    before = contents(session)
    again = load(session, read_rows(), now=LATER)
    assert again == LoadResult(added=0, updated=0, kept=0, unchanged=94)
    assert contents(session) == before
    assert len(audit_rows(session)) == 1


def test_a_changed_row_is_updated_in_place(session: Session) -> None:
    load(session, [a_row(), a_row(country_code="KE", country="Kenya")])
    (before,) = list_authorities(session, territory="GH")
    identity = before.id
    result = load(session, [a_row(url="https://new.example/", languages=["en", "fr"])], now=LATER)
    assert result == LoadResult(added=0, updated=1, kept=0, unchanged=0)
    session.expire_all()
    (after,) = list_authorities(session, territory="GH")
    assert (after.id, after.url, after.languages) == (
        identity,
        "https://new.example/",
        ["en", "fr"],
    )
    assert after.loaded_at == LATER


def test_a_row_that_the_file_no_longer_has_stays(session: Session) -> None:
    load(session, [a_row(), a_row(country_code="KE", country="Kenya")])
    load(session, [a_row()], now=LATER)
    assert [row.territory for row in list_authorities(session)] == ["GH", "KE"]


def test_what_staff_edited_is_kept_and_said(session: Session) -> None:
    load(session, [a_row(), a_row(country_code="KE", country="Kenya")])
    (edited,) = list_authorities(session, territory="GH")
    edited.url = "https://better.example/"
    edited.edited_at = NOW
    result = load(session, [a_row(), a_row(country_code="KE", country="Kenya")], now=LATER)
    assert result == LoadResult(
        added=0, updated=0, kept=1, unchanged=1, kept_rows=("inhope_hotline/gh/example-hotline",)
    )
    session.expire_all()
    (kept,) = list_authorities(session, territory="GH")
    assert (kept.url, kept.loaded_at) == ("https://better.example/", NOW)


def test_a_refused_file_changes_nothing(session: Session) -> None:
    with pytest.raises(DirectoryError, match="row 2"):
        load(session, [a_row(), a_row(name="Other", kind="x")])
    assert contents(session) == []
    assert audit_rows(session) == []


def test_the_load_is_in_the_audit_trail(session: Session) -> None:
    load(session, [a_row()])
    assert audit_rows(session) == [
        ("command:test", "directory:authorities:loaded", "directory:authorities")
    ]


def test_an_updated_row_is_in_the_audit_trail_from_what_to_what(session: Session) -> None:
    load(session, [a_row()])
    load(session, [a_row(languages=["en", "fr"])], now=LATER)
    (edited,) = find_events(session, EventFilter(subject="authority"))
    assert edited.event.action == "directory:authority:edited"
    assert edited.event.details == {
        "name": "Example Hotline",
        "before": {"languages": ["en"]},
        "after": {"languages": ["en", "fr"]},
    }


def test_the_audit_event_lives_and_dies_with_the_load(session: Session) -> None:
    load(session, [a_row()])
    session.rollback()
    assert contents(session) == []
    assert audit_rows(session) == []
