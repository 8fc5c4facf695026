"""A key is paused, resumed, rotated and revoked; its state is read with the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from server.audit.models import AuditEvent
from server.partners import service
from server.partners.service import KeyState, PartnerError, Standing
from tests.factories.key import KeyFactory


@pytest.fixture
def secrets(settings):
    return settings.intake_secrets


@pytest.fixture
def issued(session, secrets):
    return KeyFactory(session=session, secrets=secrets)


def now():
    return datetime.now(UTC)


def details(session, action):
    session.flush()
    return session.scalars(select(AuditEvent.details).where(AuditEvent.action == action)).one()


def test_a_resumed_key_works_as_if_it_had_never_ceased(session, issued):
    service.pause_key(session, issued.text, actor="system")
    service.resume_key(session, issued.text, actor="system")
    session.flush()
    found = service.find_key(session, issued.text)
    assert found.standing(now()) is Standing.OPEN
    assert found.standing(now() + timedelta(days=400)) is Standing.OPEN
    assert details(session, "partners:key:resumed") == {
        "before": {"state": "paused"},
        "after": {"state": "active"},
    }


def test_only_a_paused_key_is_resumed(session, issued):
    with pytest.raises(PartnerError, match="is active: only a paused key"):
        service.resume_key(session, issued.text, actor="system")
    service.revoke_key(session, issued.text, reason="left", actor="system")
    with pytest.raises(PartnerError, match="is revoked: only a paused key"):
        service.resume_key(session, issued.text, actor="system")


def test_a_key_that_expired_while_it_was_paused_is_not_resumed(session, secrets):
    issued = KeyFactory(session=session, secrets=secrets, expires_at=now() + timedelta(days=2))
    service.pause_key(session, issued.text, actor="system")
    later = time_machine.travel(now() + timedelta(days=3))
    with later, pytest.raises(PartnerError, match="later expiry first"):
        service.resume_key(session, issued.text, actor="system")


def test_the_clock_makes_a_key_expired_but_a_revoked_one_stays_revoked(session, secrets):
    issued = KeyFactory(session=session, secrets=secrets, expires_at=now() + timedelta(days=2))
    later = now() + timedelta(days=2)
    assert service.key_state(issued.row, now()) is KeyState.ACTIVE
    assert service.key_state(issued.row, later) is KeyState.EXPIRED
    service.pause_key(session, issued.text, actor="system")
    assert service.key_state(issued.row, later) is KeyState.EXPIRED
    service.revoke_key(session, issued.text, reason="left", actor="system")
    assert service.key_state(issued.row, later) is KeyState.REVOKED


def test_an_expired_or_revoked_key_is_not_rotated(session, secrets, issued):
    service.revoke_key(session, issued.text, reason="left", actor="system")
    expiring = KeyFactory(session=session, secrets=secrets, expires_at=now() + timedelta(days=1))
    with time_machine.travel(now() + timedelta(days=2)):
        for text, reason in ((issued.text, "is revoked"), (expiring.text, "has expired")):
            with pytest.raises(PartnerError, match=reason):
                service.rotate_key(session, text, grace_days=7, secrets=secrets, actor="system")
    assert len(service.list_keys(session)) == 2


def test_a_successor_has_the_same_terms_even_where_rules_came_later(session, secrets):
    issued = KeyFactory(
        session=session,
        secrets=secrets,
        languages=("fr", "ar"),
        default_language="ar",
        campaign="spring",
    )
    issued.row.origins = ["https://a_b.example"]
    successor = service.rotate_key(
        session, issued.text, grace_days=0, secrets=secrets, actor="system"
    ).row
    assert successor.default_language == "ar"
    assert successor.languages == ["fr", "ar"]
    assert successor.campaign == "spring"
    assert successor.origins == ["https://a_b.example"]
    assert service.predecessor_of(session, successor) is issued.row


@pytest.mark.parametrize("grace", [-1, 366, 10**9])
def test_a_grace_out_of_bounds_is_refused_at_its_field(session, secrets, issued, grace):
    with pytest.raises(PartnerError, match="0 to 365") as refusal:
        service.rotate_key(session, issued.text, grace_days=grace, secrets=secrets, actor="system")
    assert refusal.value.field == "grace_days"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301, "left\u202e", "left\x00"])
def test_a_key_is_revoked_with_a_reason_in_plain_words(session, issued, reason):
    with pytest.raises(PartnerError) as refusal:
        service.revoke_key(session, issued.text, reason=reason, actor="system")
    assert refusal.value.field == "reason"
    assert issued.row.state is KeyState.ACTIVE


def test_the_trail_never_holds_a_secret_key(session, secrets):
    issued = KeyFactory(session=session, secrets=secrets, secret=True, origins=())
    successor = service.rotate_key(
        session, issued.text, grace_days=7, secrets=secrets, actor="system"
    )
    service.revoke_key(session, issued.text, reason="left", actor="system")
    session.flush()
    trail = str(session.scalars(select(AuditEvent.details)).all())
    assert issued.text not in trail
    assert successor.text not in trail
