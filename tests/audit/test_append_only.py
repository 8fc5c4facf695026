"""Audit events can be added, and nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from server.audit.models import AuditEvent
from server.audit.service import AuditAction, record_event


@pytest.fixture
def event(database):
    with database.transaction() as session:
        return record_event(session, "staff:1", AuditAction.REPORT_OPENED, "report:1", lane="low")


def test_an_event_joins_the_callers_transaction(database):
    def fail():
        with database.transaction() as session:
            record_event(session, "staff:1", AuditAction.REPORT_OPENED, "report:1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.reading() as session:
        assert session.scalars(select(AuditEvent)).all() == []


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_events SET actor = 'staff:2'", "DELETE FROM audit_events"]
)
def test_the_database_itself_refuses_to_change_or_delete_an_event(database, event, statement):
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.execute(text(statement))
    with database.reading() as session:
        stored = session.scalars(select(AuditEvent)).one()
    assert (stored.id, stored.actor, stored.details) == (event.id, "staff:1", {"lane": "low"})
