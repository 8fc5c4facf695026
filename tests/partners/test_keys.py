"""The life of a key, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import event, select

from server.audit.models import AuditEvent
from server.partners import service
from server.partners.models import PartnerKey
from server.partners.service import KeyMode, KeyState, PartnerError, Standing
from tests.factories.key import KeyFactory
from tests.factories.partner import PartnerFactory
from tests.factories.portal import PortalFactory


@pytest.fixture
def secrets(settings):
    return settings.intake_secrets


@pytest.fixture
def issued(session, secrets):
    return KeyFactory(session=session, secrets=secrets)


def now():
    return datetime.now(UTC)


def test_an_issued_key_is_found_with_partner_portal_and_terms(session, issued):
    found = service.find_key(session, issued.text)
    assert found is not None
    assert found.partner_name == "Teranga Mobile"
    assert found.territories == ("SN",)
    assert found.languages == ("fr", "en", "ar")
    assert found.default_language == "fr"
    assert found.origins == ("https://www.example.org",)
    assert found.standing(now()) is Standing.OPEN


def test_a_key_speaks_fewer_languages_than_its_portal_when_told(session, secrets):
    issued = KeyFactory(session=session, secrets=secrets, languages=("ar",))
    found = service.find_key(session, issued.text)
    assert found is not None
    assert found.languages == ("ar",)
    assert found.default_language == "ar"


def test_a_report_is_filed_in_a_language_of_the_key_or_of_its_portals_own_page(session, secrets):
    issued = KeyFactory(session=session, secrets=secrets, languages=("ar",))
    found = service.find_key(session, issued.text)
    assert found is not None
    assert [found.language(code) for code in ("ar", "fr", "sw", None)] == ["ar", "fr", "ar", "ar"]


def test_a_mistyped_key_costs_no_query(session, issued):
    session.flush()
    statements = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *a: statements.append(a[2]))
    text = issued.text[:-1] + ("a" if issued.text[-1] != "a" else "b")
    assert service.find_key(session, text) is None
    assert service.find_key(session, "x" * 10_000) is None
    assert statements == []
    service.find_key(session, issued.text)
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"label": " "}, "label"),
        ({"origins": ()}, "allowed origin"),
        ({"origins": ("https://example.org/x",)}, "leave out the path"),
        ({"languages": ("de",)}, "it speaks fr, en, ar"),
        ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "in the past"),
    ],
)
def test_bad_terms_are_refused_with_a_reason(session, secrets, terms, reason):
    with pytest.raises(PartnerError, match=reason):
        KeyFactory(session=session, secrets=secrets, **terms)


def test_a_revoked_key_takes_reports_for_a_day_and_then_no_more(session, issued):
    service.revoke_key(session, issued.text, reason="left", actor="system")
    session.flush()
    key = service.find_key(session, issued.text)
    assert key is not None
    assert key.state is KeyState.REVOKED
    assert key.standing(now()) is Standing.LATELY_CEASED
    assert key.standing(now() + timedelta(hours=25)) is Standing.CEASED


def test_an_expired_key_ceases_by_the_clock_alone(session, secrets):
    soon = now() + timedelta(hours=1)
    issued = KeyFactory(session=session, secrets=secrets, expires_at=soon)
    key = service.find_key(session, issued.text)
    assert key is not None
    assert key.standing(soon - timedelta(seconds=1)) is Standing.OPEN
    assert key.standing(soon) is Standing.LATELY_CEASED
    assert key.standing(soon + timedelta(hours=24, seconds=1)) is Standing.CEASED


def test_revoking_a_paused_key_grants_no_new_day(session, issued):
    with time_machine.travel(now() - timedelta(hours=30)):
        service.pause_key(session, issued.text, actor="system")
    service.revoke_key(session, issued.text, reason="left", actor="system")
    session.flush()
    key = service.find_key(session, issued.text)
    assert key is not None
    assert key.standing(now()) is Standing.CEASED


def test_a_rotated_key_and_its_successor_both_work_for_the_days_of_grace(session, secrets, issued):
    successor = service.rotate_key(
        session, issued.text, grace_days=7, secrets=secrets, actor="system"
    )
    session.flush()
    old, new = service.find_key(session, issued.text), service.find_key(session, successor.text)
    assert old is not None
    assert new is not None
    assert new.origins == old.origins
    assert new.standing(now()) is Standing.OPEN
    assert old.standing(now() + timedelta(days=6)) is Standing.OPEN
    assert old.standing(now() + timedelta(days=9)) is Standing.CEASED


def test_a_key_is_rotated_once_and_only_while_active(session, secrets, issued):
    service.rotate_key(session, issued.text, grace_days=7, secrets=secrets, actor="system")
    with pytest.raises(PartnerError, match="rotate its successor"):
        service.rotate_key(session, issued.text, grace_days=7, secrets=secrets, actor="system")
    service.revoke_key(session, issued.text, reason="left", actor="system")
    with pytest.raises(PartnerError, match="only an active key"):
        service.rotate_key(session, issued.text, grace_days=7, secrets=secrets, actor="system")


def test_only_an_active_key_is_paused_and_no_key_is_revoked_twice(session, issued):
    service.pause_key(session, issued.text, actor="system")
    with pytest.raises(PartnerError, match="only an active key"):
        service.pause_key(session, issued.text, actor="system")
    service.revoke_key(session, issued.text, reason="left", actor="system")
    with pytest.raises(PartnerError, match="revoked already"):
        service.revoke_key(session, issued.text, reason="left", actor="system")


def test_a_secret_key_is_stored_as_its_id_and_an_hmac(session, secrets):
    issued = KeyFactory(session=session, secrets=secrets, secret=True, origins=())
    row = session.scalar(select(PartnerKey).where(PartnerKey.id == issued.row.id))
    assert row is not None
    assert issued.text not in str(row.__dict__)
    assert row.text == issued.text[:21]
    assert service.find_secret_key(session, issued.text, secrets) is not None


def test_a_secret_key_with_the_right_id_and_another_rest_is_refused(session, secrets):
    issued = KeyFactory(session=session, secrets=secrets, secret=True, origins=())
    other = KeyFactory(session=session, secrets=secrets, secret=True, origins=())
    forged = issued.text[:21] + other.text[21:]
    assert service.find_secret_key(session, forged, secrets) is None
    assert service.find_key(session, issued.text) is None


def test_every_change_of_a_key_is_in_the_audit_trail(session, secrets, issued):
    service.rotate_key(session, issued.text, grace_days=7, secrets=secrets, actor="command:ann")
    service.pause_key(session, issued.text, actor="command:ann")
    service.revoke_key(session, issued.text, reason="left", actor="command:ann")
    session.flush()
    actions = session.scalars(
        select(AuditEvent.action).where(AuditEvent.subject == f"key:{issued.row.id}")
    ).all()
    assert sorted(actions) == [
        "partners:key:issued",
        "partners:key:paused",
        "partners:key:revoked",
        "partners:key:rotated",
    ]


def test_a_change_of_key_or_branding_changes_the_revision(session, secrets):
    partner, portal = PartnerFactory(session=session), PortalFactory(session=session)
    issued = KeyFactory(session=session, secrets=secrets, partner=partner, portal=portal)

    def revision():
        session.flush()
        found = service.find_key(session, issued.text)
        assert found is not None
        return found.revision

    first = revision()
    service.publish_branding(
        session,
        partner,
        display_name="Teranga",
        colour="#102030",
        logo=None,
        texts={"fr": {"intro": "Bonjour"}},
        actor="system",
    )
    second = revision()
    service.pause_key(session, issued.text, actor="system")
    assert len({first, second, revision()}) == 3


def test_a_test_key_stays_a_test_key(session, secrets):
    issued = KeyFactory(session=session, secrets=secrets, mode=KeyMode.TEST)
    assert issued.text.startswith("iwfpk_test_")
    found = service.find_key(session, issued.text)
    assert found is not None
    assert found.mode is KeyMode.TEST
