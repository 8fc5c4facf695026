"""Kits from the console: opened for a webmaster, shown once, closed when they went astray."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from server.audit.models import AuditEvent
from server.partners import service
from server.partners.models import Kit
from server.staff.service import RoleName
from tests.factories.key import KeyFactory
from tests.web.console.filled_forms import form_on, send
from tests.web.console.visitor import text_of

LINK = re.compile(r"https://report\.example\.org/kit/([A-Za-z0-9_-]{43})")


@pytest.fixture
def manager(member, sign_in):
    return sign_in(member(RoleName.PORTAL_MANAGER))


@pytest.fixture
def path(key):
    return f"/console/keys/{key.row.id}/kit"


def kits(database):
    with database.reading() as session:
        return session.scalars(select(Kit).order_by(Kit.id)).all()


def make(manager, path, **typed):
    return send(manager, manager.get(path), path, **typed)


def test_a_kit_is_made_shown_once_and_opens_signed_out(manager, path, key, database, client):
    page = make(manager, path, days="7")
    token = LINK.search(page.text)[1]
    assert LINK.search(manager.get(path).text) is None
    kit = client.get(f"/kit/{token}", base_url="https://report.example.org")
    assert kit.status_code == 200
    (stored,) = kits(database)
    assert (stored.expires_at - stored.created_at).days == 7
    with database.reading() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "partners:kit:issued")
        ).one()
    assert event.actor.startswith("staff:")
    assert token not in str(event.details)


def test_thirty_days_are_proposed_and_no_other_number_is_taken(manager, path, database):
    assert form_on(manager.get(path), path)["days"] == "30"
    make(manager, path, days="365")
    assert kits(database) == []


def test_an_open_kit_is_listed_and_closed(manager, path, database, client):
    token = LINK.search(make(manager, path).text)[1]
    page = manager.get(path)
    assert "in 29 days" in text_of(page)
    close = f"{path}/close"
    assert send(manager, page, close).status_code == 303
    assert kits(database)[0].closed_at is not None
    assert "Open kits" not in text_of(manager.get(path))
    assert client.get(f"/kit/{token}", base_url="https://report.example.org").status_code == 410


def test_closing_what_is_not_there_changes_nothing_and_says_so(manager, path, database):
    make(manager, path)
    close = f"{path}/close"
    for named in ("", "x", "00000000-0000-7000-8000-000000000000"):
        send(manager, manager.get(path), close, kit=named)
        assert "Nothing was changed: there is no such kit" in text_of(manager.get(path))
    assert kits(database)[0].closed_at is None


def test_a_paused_key_gets_no_kit_and_the_page_says_why(manager, path, key, database):
    page = manager.get(path)
    with database.transaction() as session:
        service.pause_key(session, key.text, actor="system")
    assert "only a key in use has a kit" in text_of(send(manager, page, path))
    assert kits(database) == []


def test_a_secret_key_has_no_kit(manager, database, settings):
    with database.transaction() as session:
        key = KeyFactory(session=session, secrets=settings.intake_secrets, secret=True)
    page = manager.get(f"/console/keys/{key.row.id}/kit")
    assert "never stands in a page" in text_of(page)
    assert "Make the link" not in text_of(page)


def test_a_key_says_where_its_kits_are(manager, key, path):
    assert f'href="{path}"' in manager.get(f"/console/keys/{key.row.id}").text


def test_who_may_only_look_sees_no_kit(member, sign_in, key, path):
    auditor = sign_in(member(RoleName.AUDITOR))
    assert auditor.get(path).status_code == 403
    assert path not in auditor.get(f"/console/keys/{key.row.id}").text


def test_a_kit_that_ended_is_not_listed(manager, path, key, database):
    with database.transaction() as session:
        past = datetime(2026, 1, 1, tzinfo=UTC)
        service.issue_kit(session, key.row, days=7, now=past, actor="system")
    assert "Open kits" not in text_of(manager.get(path))
