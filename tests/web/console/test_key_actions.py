"""A key is rotated, paused, resumed and revoked from its page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from server.config import Settings
from server.partners import service
from server.partners.models import PartnerKey
from server.partners.service import IssuedKey, KeyState
from server.staff.service import RoleName
from server.storage.database import Database
from tests.factories.key import KeyFactory
from tests.web.console.conftest import Member, SignIn
from tests.web.console.filled_forms import form_on, send
from tests.web.console.visitor import Visitor, form_token, text_of

NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def manager(member: Member, sign_in: SignIn) -> Visitor:
    """A browser in which a portal manager is signed in."""
    return sign_in(member(RoleName.PORTAL_MANAGER))


def row_of(database: Database, text: str) -> PartnerKey:
    with database.reading() as session:
        return service.get_key(session, text)


def page_of(key: IssuedKey, action: str = "") -> str:
    return f"/console/keys/{key.row.id}" + (f"/{action}" if action else "")


def token(visitor: Visitor) -> str:
    return form_token(visitor.get("/console/"), "/console/sign-out")


def test_a_rotated_key_leads_to_its_successor_and_back(
    database: Database, key: IssuedKey, manager: Visitor
) -> None:
    path = page_of(key, "rotate")
    page = manager.get(path)
    assert "Both keys work for the days that you choose." in text_of(page)
    assert form_on(page, path)["grace_days"] == "30"
    answer = send(manager, page, path, grace_days="7")
    old = row_of(database, key.text)
    assert (answer.status_code, answer.location) == (303, f"/console/keys/{old.successor_id}")
    assert old.expires_at is not None
    assert timedelta(days=6) < old.expires_at - datetime.now(UTC) <= timedelta(days=7)
    assert page_of(key) in manager.get(answer.location).text
    old_page = manager.get(page_of(key))
    assert answer.location in old_page.text
    assert "This key ends in 6 days" in text_of(old_page)
    assert path not in old_page.text


def test_the_successor_of_a_secret_key_is_shown_once(
    database: Database, settings: Settings, manager: Visitor
) -> None:
    with database.transaction() as session:
        secret = KeyFactory(
            session=session, secrets=settings.intake_secrets, secret=True, origins=()
        )
    path = page_of(secret, "rotate")
    answer = send(manager, manager.get(path), path)
    assert answer.status_code == 200
    (shown,) = [word for word in text_of(answer).split() if word.startswith("iwfsk_live_")]
    with database.reading() as session:
        assert service.find_secret_key(session, shown, settings.intake_secrets) is not None
        assert service.find_secret_key(session, secret.text, settings.intake_secrets) is not None


@pytest.mark.parametrize("days", ["-1", "366", "", "x", "1.5", "9" * 5_000])
def test_a_grace_that_is_none_is_refused_at_its_field(
    database: Database, key: IssuedKey, manager: Visitor, days: str
) -> None:
    path = page_of(key, "rotate")
    refused = send(manager, manager.get(path), path, grace_days=days)
    assert refused.status_code == 200
    assert 'id="grace_days-error"' in refused.text
    assert row_of(database, key.text).successor_id is None


def test_a_revoked_key_is_not_rotated_even_where_the_page_was_open_before(
    database: Database, key: IssuedKey, manager: Visitor
) -> None:
    path = page_of(key, "rotate")
    open_before = manager.get(path)
    with database.transaction() as session:
        service.revoke_key(session, key.text, reason="left", actor="system")
    refused = send(manager, open_before, path)
    assert refused.status_code == 200
    assert "The key is revoked: only an active key can be rotated" in text_of(refused)
    with database.reading() as session:
        assert len(service.list_keys(session)) == 1


def test_pressing_rotate_twice_issues_one_successor(
    database: Database, key: IssuedKey, manager: Visitor
) -> None:
    path = page_of(key, "rotate")
    page = manager.get(path)
    send(manager, page, path)
    assert "The key was rotated before" in text_of(send(manager, page, path))
    with database.reading() as session:
        assert len(service.list_keys(session)) == 2


def test_a_key_is_paused_and_resumed(database: Database, key: IssuedKey, manager: Visitor) -> None:
    pause, resume = page_of(key, "pause"), page_of(key, "resume")
    page = manager.get(page_of(key))
    assert "Whoever has the form open can still send for 24 hours." in text_of(page)
    answer = send(manager, page, pause)
    assert (answer.status_code, answer.location) == (303, page_of(key))
    paused = manager.get(page_of(key))
    assert row_of(database, key.text).state is KeyState.PAUSED
    assert form_on(paused, resume)
    assert f'action="{pause}"' not in paused.text
    send(manager, paused, resume)
    assert row_of(database, key.text).state is KeyState.ACTIVE


def test_a_state_that_changed_meanwhile_is_told(
    database: Database, key: IssuedKey, manager: Visitor
) -> None:
    csrf = token(manager)
    assert manager.post(page_of(key, "resume"), csrf).status_code == 303
    page = text_of(manager.get(page_of(key)))
    assert "Nothing was changed. The key is active: only a paused key can be resumed." in page


def test_a_key_is_revoked_with_a_reason_after_its_page_said_what_happens(
    database: Database, key: IssuedKey, manager: Visitor
) -> None:
    path = page_of(key, "revoke")
    page = manager.get(path)
    assert "What citizens will see" in text_of(page)
    assert "Its integration kits are closed" in text_of(page)
    refused = send(manager, page, path, reason=" ")
    assert 'id="reason-error"' in refused.text
    assert row_of(database, key.text).state is KeyState.ACTIVE
    answer = send(manager, refused, path, reason="No longer a partner")
    assert answer.location == page_of(key)
    shown = manager.get(page_of(key))
    assert "Reason No longer a partner" in text_of(shown)
    assert page_of(key, "edit") not in shown.text
    again = send(manager, page, path, reason="once more")
    assert "The key is revoked already" in text_of(again)


@pytest.mark.parametrize(
    ("path", "allowed"), [("pause", True), ("resume", True), ("rotate", False), ("revoke", False)]
)
def test_only_what_cannot_be_undone_asks_for_a_fresh_sign_in(
    database: Database, key: IssuedKey, manager: Visitor, path: str, allowed: bool
) -> None:
    csrf = token(manager)
    # The session stays in use, so that it is the sign-in alone that grows old.
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for _ in range(4):
            clock.shift(timedelta(minutes=10))
            manager.get("/console/")
        answer = manager.post(page_of(key, path), csrf)
    assert (answer.status_code, answer.location == page_of(key)) == (303, allowed)
    assert (row_of(database, key.text).revision > 1) is (path == "pause")


@pytest.mark.parametrize("action", ["pause", "resume", "rotate", "revoke", "edit"])
def test_what_is_done_to_an_unknown_key_is_not_found(manager: Visitor, action: str) -> None:
    assert manager.post(f"/console/keys/{NOBODY}/{action}", token(manager)).status_code == 404
