"""The audit page: who, what, which and what changed, and whether the trail is whole."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from server.audit.service import (
    AuditAction,
    EventFilter,
    chain_events,
    event_data,
    find_events,
    record_event,
    sign_checkpoint,
)
from server.config import Settings
from server.partners.service import IssuedKey
from server.staff.service import RoleName, User
from server.storage.database import Database
from server.web.console import audit_rows
from server.web.console.audit_filter import _ACTIONS
from server.web.console.audit_rows import changes_in
from server.web.console.audit_words import KINDS, SENTENCES, SOURCES
from tests.audit.attacker import as_superuser
from tests.factories.report import accepted_report
from tests.web.console.conftest import Member, SignIn
from tests.web.console.visitor import Visitor, text_of

EVENT = re.compile(r'id="event-([0-9a-f-]{36})"')


@pytest.fixture
def environment(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return environment | {"PORTALS_AUDIT_ANCHOR": str(tmp_path / "anchor.jsonl")}


@pytest.fixture
def auditor(member: Member) -> User:
    return member(RoleName.AUDITOR)


@pytest.fixture
def auditing(sign_in: SignIn, auditor: User) -> Visitor:
    return sign_in(auditor)


def record(
    database: Database, action: AuditAction, subject: str, actor: str = "system", **details: object
) -> UUID:
    with database.transaction() as session:
        event = record_event(session, actor, action, subject, **details)
        session.flush()
        return event.id


def chain(database: Database, settings: Settings) -> None:
    with database.transaction() as session:
        chain_events(session, datetime.now(UTC))
    with database.transaction() as session:
        assert settings.audit_secret
        sign_checkpoint(session, settings.audit_secret, settings.audit_anchor, datetime.now(UTC))


def events_on(page: str) -> list[UUID]:
    return [UUID(found) for found in EVENT.findall(page)]


def row_of(page: str, event_id: UUID) -> str:
    _, _, rest = page.partition(f'id="event-{event_id}"')
    rest = rest.replace("<wbr>", "")
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", rest.partition("</tr>")[0])).split())


def test_a_row_says_who_did_what_to_which_and_what_changed(
    database: Database, auditing: Visitor, auditor: User, key: IssuedKey
) -> None:
    event_id = record(
        database,
        AuditAction.KEY_EDITED,
        f"key:{key.row.id}",
        actor=f"staff:{auditor.id}",
        before={"label": "Old label", "origins": ["https://a.example.org"]},
        after={"label": "New label", "origins": ["https://a.example.org"]},
    )
    page = auditing.get("/console/audit").text
    row = row_of(page, event_id)
    assert f"{auditor.email} Edited a key partners:key:edited Key {key.row.label}" in row
    assert "Label Old label New label" in row
    assert "https://a.example.org" not in row  # it did not change
    assert f'href="/console/keys/{key.row.id}"' in page


def test_pages_are_complete_and_newest_first(
    database: Database, auditing: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_rows, "PAGE_SIZE", 3)
    monkeypatch.setattr("server.web.console.audit.PAGE_SIZE", 3)
    ids = [record(database, AuditAction.KEY_PAUSED, f"key:{number}") for number in range(5)]
    first = auditing.get("/console/audit?kind=key").text
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    second = auditing.get(html.unescape(older[1])).text
    assert events_on(first) + events_on(second) == ids[::-1]


def test_the_filter_finds_by_member_action_kind_day_and_id(
    database: Database, auditing: Visitor, auditor: User, key: IssuedKey
) -> None:
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC)):
        old = record(database, AuditAction.KEY_REVOKED, "key:1", reason="lost")
    mine = record(database, AuditAction.KEY_PAUSED, "key:2", actor=f"staff:{auditor.id}")
    console = "/console/audit"

    def found(query: str) -> list[UUID]:
        return events_on(auditing.get(f"{console}?{query}").text)

    assert mine in found(f"actor=staff:{auditor.id}")
    assert old not in found(f"actor=staff:{auditor.id}")
    assert found("action=partners:key:revoked") == [old]
    assert old in found("action=partners:")
    assert mine in found("kind=key")
    assert found("since=2026-03-01&until=2026-03-01") == [old]
    assert found("q=key:2") == [mine]
    assert "No event fits" in auditing.get(f"{console}?q=nowhere").text


def test_a_filter_that_is_not_understood_says_so_at_the_field(auditing: Visitor) -> None:
    page = auditing.get("/console/audit?since=2026-03-02&until=2026-03-01")
    assert page.status_code == 200
    assert "write a day that is not before From" in text_of(page)
    assert "The filter is not understood" in text_of(page)
    for query in ("since=soon", "action=eaten", "kind=%00", "q=" + "x" * 121, "until=9999-12-31"):
        assert auditing.get(f"/console/audit?{query}").status_code == 200, query
    assert auditing.get("/console/audit?before=x").status_code == 404


def test_an_untouched_trail_is_said_to_be_whole(
    database: Database, auditing: Visitor, settings: Settings, key: IssuedKey
) -> None:
    chain(database, settings)
    page = text_of(auditing.get("/console/audit"))
    assert "The newest links are whole" in page
    assert "Last checkpoint link" in page
    told = auditing.submit(auditing.get("/console/audit"), "/console/audit/verify")
    assert "The trail is whole" in text_of(told)
    assert "Lines of the anchor 1" in text_of(told)


def test_a_changed_event_is_told_at_once_and_named(
    database: Database, auditing: Visitor, settings: Settings, key: IssuedKey
) -> None:
    chain(database, settings)
    with database.transaction() as session, as_superuser(session):
        session.execute(text("UPDATE audit_events SET actor = 'staff:999' WHERE actor = 'system'"))
    assert "The trail is not whole" in text_of(auditing.get("/console/audit"))
    told = auditing.submit(auditing.get("/console/audit"), "/console/audit/verify")
    assert "the hash is not the one of this event" in text_of(told)
    assert "keep a copy of it and of the anchor" in text_of(told)


def test_the_download_is_json_lines_and_an_event_itself(
    database: Database, auditing: Visitor, key: IssuedKey
) -> None:
    paused = record(database, AuditAction.KEY_PAUSED, "key:1", before="active", after="paused")
    path = "/console/audit/export?kind=key"
    sent = auditing.submit(auditing.get(path), path)
    assert sent.status_code == 200
    assert sent.headers["Content-Disposition"] == 'attachment; filename="audit-trail.jsonl"'
    rows = [json.loads(line) for line in sent.text.splitlines()]
    assert rows[0]["id"] == str(paused)
    assert {row["subject"].partition(":")[0] for row in rows} == {"key"}
    newest = auditing.get("/console/audit").text
    assert "Downloaded the audit trail" in row_of(newest, events_on(newest)[0])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # PostgreSQL has a type for ids
def test_ids_that_nobody_can_read_end_neither_the_download_nor_the_pages(
    database: Database, auditing: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.web.console.audit.PAGE_SIZE", 3)
    monkeypatch.setattr("server.web.console.audit._EXPORT_BATCH", 2)
    for number in range(9):
        record(database, AuditAction.KEY_PAUSED, f"key:{number}")
    with database.transaction() as session, as_superuser(session):
        for number, change in (
            *((0, "'0'"), (1, "'not one'"), (3, "substr(id, 1, 31) || '~'")),
            *((4, "substr(id, 1, 31) || '+'"), (5, "CAST(id AS BLOB)"), (7, "'zz' || id")),
        ):
            session.execute(
                text(f"UPDATE audit_events SET id = {change} WHERE subject = 'key:{number}'")  # noqa: S608
            )
    path = "/console/audit/export?kind=key"
    rows = [
        json.loads(line) for line in auditing.submit(auditing.get(path), path).text.splitlines()
    ]
    assert sorted(row["subject"] for row in rows) == [f"key:{number}" for number in range(9)]
    told = {row["subject"] for row in rows if row.get("unreadable") == ["id"]}
    assert told == {f"key:{number}" for number in (0, 1, 3, 4, 5, 7)}
    older, pages = re.search(r'rel="next" href="([^"]+)"', auditing.get("/console/audit").text), 0
    while older and pages < 9:
        page = auditing.get(html.unescape(older[1]))
        assert page.status_code == 200
        older, pages = re.search(r'rel="next" href="([^"]+)"', page.text), pages + 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # PostgreSQL takes neither
def test_halves_of_letters_in_a_changed_event_end_no_page(
    database: Database, sign_in: SignIn, member: Member
) -> None:
    auditing = sign_in(member(RoleName.AUDITOR, RoleName.ANALYST))
    record(database, AuditAction.REPORT_OPENED, "report:1", reference="ABC123ABC123X")
    with database.transaction() as session, as_superuser(session):
        for change in (
            "actor = CAST(x'ff41' AS TEXT)",
            r"""details = '{"reference": "\ud800"}'""",
            "id = 'x' || CAST(x'ff' AS TEXT)",
        ):
            session.execute(
                text(f"UPDATE audit_events SET {change} WHERE subject = 'report:1'")  # noqa: S608
            )
    first = auditing.get("/console/audit")
    assert (first.status_code, "Opened a report" in first.text) == (200, True)
    assert auditing.submit(first, "/console/audit/verify").status_code == 200


def test_the_download_asks_for_a_fresh_sign_in(sign_in: SignIn, auditor: User) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        visitor = sign_in(auditor)
        assert visitor.get("/console/audit/export").status_code == 200
        clock.shift(timedelta(minutes=14))
        assert visitor.get("/console/audit").status_code == 200
        clock.shift(timedelta(minutes=2))
        assert visitor.get("/console/audit/export").status_code != 200
        assert visitor.get("/console/audit").status_code == 200


def test_who_may_not_read_reports_gets_no_link_to_one(
    database: Database, auditing: Visitor
) -> None:
    record(database, AuditAction.REPORT_OPENED, "report:1", reference="ABC123ABC123X")
    page = auditing.get("/console/audit").text
    assert "ABC123ABC123X" in page
    assert "/console/reports/" not in page


def test_what_an_attacker_wrote_is_text(database: Database, auditing: Visitor) -> None:
    record(
        database,
        AuditAction.KEY_PAUSED,
        "key:<script>alert(1)</script>",
        actor="<img src=x>",
        before={"<b>": "<i>"},
        list=[{"a": 1}],
    )
    page = auditing.get("/console/audit").text
    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "<i>" not in page


def test_a_row_that_no_program_wrote_does_not_break_the_page(
    database: Database, auditing: Visitor
) -> None:
    record(database, AuditAction.KEY_PAUSED, "key:1")
    change = "action = 'x:y', details = '[1]'"
    change += ", at = 'never'" if database.is_sqlite else ", at = 'infinity'"
    with database.transaction() as session, as_superuser(session):
        session.execute(text(f"UPDATE audit_events SET {change}"))  # noqa: S608
    page = auditing.get("/console/audit")
    assert page.status_code == 200
    assert "No time" in text_of(page)


def test_no_word_of_a_citizen_comes_into_the_trail(
    app: Flask, database: Database, key: IssuedKey, at_work: Visitor
) -> None:
    sent = accepted_report(
        app,
        key.text,
        addresses=[{"url": "https://canary-address.example/x"}],
        description="canary-description",
        contact={"email": "canary-contact@example.org"},
        referrer_url="https://canary-referrer.example/",
    )
    assert "canary-description" in at_work.get(f"/console/reports/{sent.reference}").text
    with database.reading() as session:
        events = [event_data(each) for each in find_events(session, EventFilter())]
    assert "reports:report:opened" in {event["action"] for event in events}
    assert "canary" not in json.dumps(events)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_action_has_its_sentence_and_its_place_in_the_filter(database: Database) -> None:
    assert set(SENTENCES) == set(AuditAction)
    listed = [choice.value for choice in _ACTIONS if choice.optgroup]
    assert sorted(listed) == sorted(AuditAction)
    assert len(set(SENTENCES.values())) == len(SENTENCES)
    assert {*SOURCES} == {action.partition(":")[0] for action in AuditAction}
    assert "report" in KINDS


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"before": "active", "after": "paused"}, [("", "active", "paused")]),
        ({"before": {"a": 1, "b": 2}, "after": {"a": 1, "b": 3}}, [("B", "2", "3")]),
        ({"before": {"b": 1}, "after": {"b": 1, "a": []}}, [("A", None, "nothing")]),
        ({"before": None, "after": {"a": None, "b": 1}}, [("B", None, "1")]),
        (
            {"before": {"a": {"b": 1}}, "after": {"a": {"b": 2, "c": 3}}},
            [("A b", "1", "2"), ("A c", None, "3")],
        ),
        ({"expires_at": None}, []),
        ({"after": {"a": True}}, [("A", None, "yes")]),
        ({"before": {"a": ["x", "y"]}}, [("A", "x, y", None)]),
        ({"reason": "lost"}, [("Reason", None, "lost")]),
        ([1], [("Details", None, "1")]),
        ({}, []),
    ],
)
def test_changes_are_shown_field_by_field(
    details: object, expected: list[tuple[str, str | None, str | None]]
) -> None:
    assert [(each.field, each.before, each.after) for each in changes_in(details)] == expected
