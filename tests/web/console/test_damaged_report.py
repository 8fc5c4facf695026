"""A report of which a part does not open: a calm page that says which, and what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from server.audit.service import AuditAction, EventFilter, find_events
from server.config import Settings
from server.partners.service import IssuedKey
from server.reports import service as reports
from server.reports.models import Envelope, Report, SealingKey
from server.reports.vocabulary import EnvelopeKind
from server.staff.service import User
from server.storage.database import Database
from tests.factories.report import accepted_report
from tests.web.console.visitor import Visitor, text_of


@pytest.fixture
def reference(app: Flask, key: IssuedKey) -> str:
    return accepted_report(app, key.text, contact={"email": "reporter@example.org"}).reference


def damage(database: Database, kind: EnvelopeKind, **values: object) -> None:
    with database.transaction() as session:
        session.execute(update(Envelope).where(Envelope.kind == kind).values(**values))


def words(visitor: Visitor, reference: str) -> str:
    answer = visitor.get(f"/console/reports/{reference}")
    assert answer.status_code == 200
    return text_of(answer)


def test_a_damaged_report_is_in_quarantine_noted_once_and_marked_in_the_list(
    at_work: Visitor, analyst: User, reference: str, database: Database
) -> None:
    damage(database, EnvelopeKind.REPORT, ciphertext=b"x")
    for _ in range(2):
        page = words(at_work, reference)
        assert "This report cannot be opened" in page
        assert "altered or damaged" in page
        assert "Quarantine lane" in page
        assert "sealed to generation 1" in page
    assert f"{reference} Damaged" in text_of(at_work.get("/console/"))
    with database.reading() as session:
        (noted,) = find_events(session, EventFilter(actions=[AuditAction.ENVELOPE_DAMAGED]))
        assert noted.event.actor == f"staff:{analyst.id}"


def test_the_contact_still_opens_where_the_report_does_not(
    at_work: Visitor, reference: str, database: Database
) -> None:
    damage(database, EnvelopeKind.REPORT, wrapped_key=b"x")
    page = words(at_work, reference)
    assert "reporter@example.org" in page
    assert "ask the reporter to send the report again" in page


def test_a_damaged_contact_leaves_the_report_readable_and_does_not_pass_for_anonymity(
    at_work: Visitor, reference: str, database: Database
) -> None:
    damage(database, EnvelopeKind.CONTACT, ciphertext=b"x")
    page = words(at_work, reference)
    assert "hxxps://files[.]example" in page
    assert "The contact does not open." in page
    assert "anonymous" not in page
    assert "Quarantine" not in page
    assert "Damaged" in text_of(at_work.get("/console/"))


def test_an_envelope_that_is_gone_says_so(
    at_work: Visitor, reference: str, database: Database
) -> None:
    with database.transaction() as session:
        session.execute(delete(Envelope).where(Envelope.kind == EnvelopeKind.REPORT))
    page = words(at_work, reference)
    assert "not in the database any more" in page
    assert "Quarantine lane" in page


def test_a_key_that_is_elsewhere_is_no_damage(
    at_work: Visitor, reference: str, database: Database, settings: Settings
) -> None:
    assert settings.sealing_key_file
    settings.sealing_key_file.write_text('{"keys": {}}')
    page = words(at_work, reference)
    assert "Nothing is lost" in page
    assert "portals sealing recover 1" in page
    assert "Quarantine" not in page
    with database.reading() as session:
        assert not session.scalars(select(Envelope.damaged_at)).first()


@pytest.mark.parametrize(
    "content",
    [
        {"addresses": 7},
        {"addresses": [{"url": 7}]},
        {"addresses": ["x"]},
        {"description": ["x"], "addresses": []},
        {"addresses": [{"platform": "a", "handle": "\ud800"}]},
        {"addresses": [], "already_reported_to": 3},
    ],
)
def test_nonsense_that_somebody_sealed_to_the_public_key_crashes_no_page(
    at_work: Visitor, reference: str, database: Database, content: dict[str, Any]
) -> None:
    with database.transaction() as session:
        report = session.scalars(select(Report)).one()
        key = session.scalars(select(SealingKey)).one()
        public = reports.PublicSealingKey(key.id, key.public_key)
        part = forged(content, report, public)
        session.execute(
            update(Envelope)
            .where(Envelope.kind == EnvelopeKind.REPORT)
            .values(wrapped_key=part.wrapped_key, ciphertext=part.ciphertext)
        )
    assert "This report cannot be opened" in words(at_work, reference)


def forged(
    content: dict[str, Any], report: Report, public: reports.PublicSealingKey
) -> reports.SealedPart:
    """Sealed by somebody with a program of their own, which escapes what UTF-8 cannot say."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("server.reports.sealing._encoded", json.dumps)
        return reports.seal(content, report.id, EnvelopeKind.REPORT, public)
