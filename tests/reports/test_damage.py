"""What does not open says which part and why, takes no other part with it, and is noted once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, EventFilter, find_events
from server.config import Settings
from server.partners.service import IssuedKey
from server.reports import service
from server.reports.models import Envelope, Report
from server.reports.service import Fault, OpenedReport, PrivateKeys
from server.reports.vocabulary import EnvelopeKind, Lane
from server.storage.database import Database
from server.storage.ids import new_id
from tests.conftest import PASSPHRASE
from tests.factories.report import accepted_report

REPORT, CONTACT = EnvelopeKind.REPORT, EnvelopeKind.CONTACT
Opens = Callable[[], list[OpenedReport]]


@pytest.fixture
def private_keys(app: Flask, settings: Settings) -> PrivateKeys:
    assert settings.sealing_key_file
    return service.load_private_keys(settings.sealing_key_file, PASSPHRASE)


@pytest.fixture
def two(app: Flask, key: IssuedKey) -> None:
    """Two reports, each with a contact."""
    for number in (1, 2):
        accepted_report(
            app,
            key.text,
            addresses=[{"url": f"https://files.example/{number}"}],
            contact={"email": f"{number}@example.org"},
        )


@pytest.fixture
def opens(database: Database, private_keys: PrivateKeys) -> Opens:
    def open_all() -> list[OpenedReport]:
        with database.reading() as session:
            reports = session.scalars(select(Report).order_by(Report.id)).all()
            return [service.open_report(session, report, private_keys) for report in reports]

    return open_all


def envelopes(session: Session, kind: EnvelopeKind) -> list[Envelope]:
    rows = select(Envelope).where(Envelope.kind == kind).order_by(Envelope.report_id)
    return list(session.scalars(rows))


def sealed(row: Envelope) -> dict[str, Any]:
    names = ("schema_version", "sealing_key_id", "wrapped_key", "ciphertext", "content_key_id")
    return {name: getattr(row, name) for name in names}


def swap(one: Envelope, other: Envelope) -> None:
    before, after = sealed(one), sealed(other)
    for name in before:
        setattr(one, name, after[name])
        setattr(other, name, before[name])


def faults(opened: OpenedReport) -> dict[EnvelopeKind, Fault]:
    return {part.kind: part.fault for part in opened.unopened}


def test_rows_swapped_between_two_reports_open_neither(
    database: Database, two: None, opens: Opens
) -> None:
    with database.transaction() as session:
        swap(*envelopes(session, REPORT))
    for opened in opens():
        assert opened.fields is None
        assert faults(opened) == {REPORT: Fault.DAMAGED}
        assert opened.contact is not None


def test_rows_swapped_between_report_and_contact_open_neither(
    database: Database, two: None, opens: Opens
) -> None:
    with database.transaction() as session:
        swap(envelopes(session, REPORT)[0], envelopes(session, CONTACT)[0])
    first, second = opens()
    assert faults(first) == {REPORT: Fault.DAMAGED, CONTACT: Fault.DAMAGED}
    assert not second.unopened


@pytest.mark.parametrize(
    "change",
    [
        lambda row: {"ciphertext": row.ciphertext[:-1]},
        lambda row: {"ciphertext": b""},
        lambda row: {"ciphertext": bytes([row.ciphertext[0] ^ 1]) + row.ciphertext[1:]},
        lambda row: {"wrapped_key": row.wrapped_key[:-1]},
        lambda row: {"wrapped_key": b""},
        lambda row: {"wrapped_key": bytes([row.wrapped_key[0] ^ 1]) + row.wrapped_key[1:]},
        lambda row: {"wrapped_key": row.wrapped_key[:-1] + bytes([row.wrapped_key[-1] ^ 1])},
        lambda row: {"sealing_key_id": new_id()},
        lambda row: {"schema_version": 1},
        lambda row: {"schema_version": 9},
    ],
)
def test_an_altered_contact_leaves_the_report_readable(
    database: Database, two: None, opens: Opens, change: Callable[[Envelope], dict[str, object]]
) -> None:
    with database.transaction() as session:
        row = envelopes(session, CONTACT)[0]
        for name, value in change(row).items():
            setattr(row, name, value)
    first, second = opens()
    assert first.fields is not None
    assert faults(first) == {CONTACT: Fault.DAMAGED}
    assert not second.unopened


def test_a_missing_envelope_is_told_from_a_damaged_one(
    database: Database, two: None, opens: Opens
) -> None:
    with database.transaction() as session:
        session.execute(delete(Envelope).where(Envelope.kind == REPORT))
    assert {faults(opened)[REPORT] for opened in opens()} == {Fault.MISSING}


def test_without_its_private_key_a_report_is_closed_not_damaged(
    database: Database, two: None
) -> None:
    with database.reading() as session:
        report = session.scalars(select(Report)).first()
        assert report
        opened = service.open_report(session, report, PrivateKeys({}))
    assert faults(opened) == dict.fromkeys((REPORT, CONTACT), Fault.NO_PRIVATE_KEY)
    assert {part.generation for part in opened.unopened} == {1}


def test_damage_is_noted_once_and_moves_the_report_into_quarantine(
    database: Database, two: None
) -> None:
    with database.reading() as session:
        first = envelopes(session, REPORT)[0].report_id
    for is_new in (True, False):
        with database.transaction() as session:
            assert service.set_apart(session, first, REPORT, actor="system") is is_new
    with database.reading() as session:
        events = find_events(session, EventFilter(actions=[AuditAction.ENVELOPE_DAMAGED]))
        assert [(each.event.subject, each.event.details) for each in events] == [
            (f"report:{first}", {"part": "report"})
        ]
        assert {row.id: row.lane for row in session.scalars(select(Report))}[first] is (
            Lane.QUARANTINE
        )
        assert service.with_damage(session, session.scalars(select(Report.id)).all()) == {first}


def test_a_damaged_contact_does_not_hold_the_report_up(database: Database, two: None) -> None:
    with database.transaction() as session:
        first = envelopes(session, CONTACT)[0].report_id
        assert service.set_apart(session, first, CONTACT, actor="system")
        assert session.get_one(Report, first).lane is not Lane.QUARANTINE


def test_stored_lengths_are_those_of_the_padding_for_contacts_too(
    app: Flask, key: IssuedKey, database: Database
) -> None:
    accepted_report(app, key.text, contact={"email": "a@example.org"})
    accepted_report(
        app,
        key.text,
        description="é" * 1_000,
        addresses=[{"url": f"https://files.example/{number:01500d}"} for number in range(9)],
        contact={"email": "a" * 60 + "@" + ".".join(["b" * 60] * 2) + ".example.org"},
    )
    with database.reading() as session:
        lengths = [
            [len(row.ciphertext) - 16 for row in envelopes(session, kind)]
            for kind in (REPORT, CONTACT)
        ]
    assert lengths == [[1_024, 16_384], [1_024, 1_024]]
