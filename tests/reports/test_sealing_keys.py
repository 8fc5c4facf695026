"""Sealing keys: which one is in use, and what the audit trail tells of it."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from server.audit.service import AuditAction, EventFilter, find_events
from server.reports.models import SealingKey
from server.reports.sealing_keys import activate_sealing_key
from server.storage.ids import new_id
from tests.services.sealing import SealingFiles


def a_key(session: Session, files: SealingFiles, generation: int) -> SealingKey:
    key = SealingKey(
        id=new_id(),
        generation=generation,
        suite="x",
        public_key=files.public_key,
        recovery_copy=b"",
        created_at=datetime.now(UTC),
    )
    session.add(key)
    session.flush()
    return key


def test_the_trail_tells_which_key_followed_which(
    session: Session, sealing_files: SealingFiles
) -> None:
    for generation in (1, 2):
        key = a_key(session, sealing_files, generation)
        activate_sealing_key(session, key, actor="command:test")
        session.flush()
    events = find_events(session, EventFilter(actions=[AuditAction.SEALING_KEY_ACTIVATED]))
    assert [each.event.details for each in events] == [
        {"before": 1, "after": 2},
        {"before": None, "after": 1},
    ]
