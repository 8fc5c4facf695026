"""A kit opens by its address alone, for its days, until it is closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select

from server.audit.models import AuditEvent
from server.partners import service
from server.partners.models import Kit
from server.partners.service import PartnerError
from server.storage.ids import new_id
from tests.factories.key import KeyFactory

NOW = datetime.now(UTC)
ACTOR = "staff:1"


@pytest.fixture
def issued(session, settings):
    return KeyFactory(session=session, secrets=settings.intake_secrets)


def issue(session, issued, days=30):
    return service.issue_kit(session, issued.row, days=days, now=NOW, actor=ACTOR)


def test_a_kit_opens_by_its_token_until_it_expires(session, issued):
    made = issue(session, issued, days=7)
    found = service.find_kit(session, made.token, NOW + timedelta(days=6))
    assert (found.key.text, found.is_open) == (issued.text, True)
    assert service.find_kit(session, made.token, NOW + timedelta(days=7)).is_open is False


def test_a_closed_kit_stays_closed_and_the_trail_says_who(session, issued):
    made = issue(session, issued)
    service.close_kit(session, issued.row.id, made.kit.id, now=NOW, actor=ACTOR)
    assert service.find_kit(session, made.token, NOW).is_open is False
    assert service.open_kits(session, issued.row.id, NOW) == []
    with pytest.raises(PartnerError, match="closed already"):
        service.close_kit(session, issued.row.id, made.kit.id, now=NOW, actor=ACTOR)
    events = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.action.in_(["partners:kit:issued", "partners:kit:closed"]))
        .order_by(AuditEvent.id)
    ).all()
    assert [(each.actor, each.subject) for each in events] == [(ACTOR, f"key:{issued.row.id}")] * 2
    assert all(made.token not in str(each.details) for each in events)


def test_only_the_digest_of_a_token_is_kept(session, issued):
    made = issue(session, issued)
    stored = session.get_one(Kit, made.kit.id)
    assert len(stored.token_digest) == 32
    assert made.token.encode() not in stored.token_digest
    assert made.token not in repr(vars(stored))


def test_a_text_that_is_no_token_costs_no_query(session, issued):
    token = issue(session, issued).token
    session.flush()
    statements = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *a: statements.append(a[2]))
    for text in ("", "x", token[:-1], token + "A", token[:-1] + "\n", "é" * 43):
        assert service.find_kit(session, text, NOW) is None
    assert statements == []
    assert service.find_kit(session, "A" * 43, NOW) is None
    assert len(statements) == 1


def test_a_kit_is_closed_only_through_its_own_key(session, issued, settings):
    other = KeyFactory(session=session, secrets=settings.intake_secrets)
    made = issue(session, issued)
    for key_id, kit_id in ((other.row.id, made.kit.id), (issued.row.id, new_id())):
        with pytest.raises(PartnerError, match="no such kit"):
            service.close_kit(session, key_id, kit_id, now=NOW, actor=ACTOR)


def test_a_kit_is_for_a_publishable_key_in_use_and_for_days_of_the_list(session, settings, issued):
    secret = KeyFactory(session=session, secrets=settings.intake_secrets, secret=True)
    with pytest.raises(PartnerError, match="secret key"):
        issue(session, secret)
    with pytest.raises(PartnerError, match="7, 30 or 90"):
        issue(session, issued, days=31)
    service.pause_key(session, issued.text, actor=ACTOR)
    with pytest.raises(PartnerError, match="paused"):
        issue(session, issued)


def test_at_most_twenty_kits_of_a_key_are_open(session, issued):
    for _ in range(20):
        issue(session, issued)
    with pytest.raises(PartnerError, match="close one first"):
        issue(session, issued)
