"""The pages of keys: a new one, one with all that is known of it, other terms for it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from server.audit.models import AuditEvent
from server.config import Settings
from server.partners import service
from server.partners.models import PartnerKey
from server.partners.service import IssuedKey, KeyMode, KeyState, parse_key
from server.staff.service import RoleName
from server.storage.database import Database
from server.storage.tables import all_tables
from tests.factories.key import KeyFactory
from tests.factories.partner import PartnerFactory
from tests.factories.portal import PortalFactory
from tests.web.console.conftest import Member, SignIn
from tests.web.console.filled_forms import form_on, send
from tests.web.console.visitor import Visitor, text_of

NEW = "/console/partners/telco/keys/new"
ISSUE = f"{NEW}?portal=senegal"
NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def manager(member: Member, sign_in: SignIn) -> Visitor:
    """A browser in which a portal manager is signed in."""
    return sign_in(member(RoleName.PORTAL_MANAGER))


@pytest.fixture
def places(database: Database) -> None:
    """The partner telco, and the portals senegal and morocco."""
    with database.transaction() as session:
        PartnerFactory(session=session, slug="telco")
        PortalFactory(session=session, slug="senegal")
        PortalFactory(session=session, slug="morocco", name="Morocco", languages=("ar", "fr"))


def row_of(database: Database, text: str) -> PartnerKey:
    with database.reading() as session:
        return service.get_key(session, text)


def only_key(database: Database) -> PartnerKey:
    with database.reading() as session:
        (row,) = service.list_keys(session)
    return row


def page_of(key: IssuedKey, action: str = "") -> str:
    return f"/console/keys/{key.row.id}" + (f"/{action}" if action else "")


def issue(visitor: Visitor, **answers: Any) -> Any:
    typed = {"label": "Home page", "origins": "https://www.example.org"} | answers
    return send(visitor, visitor.get(ISSUE), ISSUE, **typed)


def test_the_portal_is_chosen_first_and_gives_the_languages(places: None, manager: Visitor) -> None:
    chosen = manager.get(NEW)
    assert f'href="{ISSUE}"' in chosen.text
    assert form_on(manager.get(ISSUE), ISSUE).getlist("languages") == ["fr", "en", "ar"]
    other = f"{NEW}?portal=morocco"
    assert form_on(manager.get(other), other).getlist("languages") == ["ar", "fr"]


def test_of_one_portal_there_is_no_choice(database: Database, manager: Visitor) -> None:
    with database.transaction() as session:
        PartnerFactory(session=session, slug="telco")
    assert "There is no portal yet" in text_of(manager.get(NEW))
    with database.transaction() as session:
        PortalFactory(session=session, slug="senegal")
    assert "Issue key" in manager.get(NEW).text


def test_a_key_is_issued_and_shown_as_browsers_write_its_origins(
    database: Database, places: None, manager: Visitor
) -> None:
    answer = issue(
        manager,
        origins="HTTPS://WWW.Example.org/\r\n\r\n  http://b\u00fccher.example \r\n",
        languages=["ar", "fr"],
        default_language="ar",
        campaign="spring",
        expires="2099-12-31",
    )
    row = only_key(database)
    assert (answer.status_code, answer.location) == (303, f"/console/keys/{row.id}")
    assert row.origins == ["https://www.example.org", "http://xn--bcher-kva.example"]
    assert (row.languages, row.default_language) == (["ar", "fr"], "ar")
    assert row.expires_at == datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)
    page = text_of(manager.get(answer.location))
    assert row.text in page
    assert "https://www.example.org" in page
    assert "http://xn--bcher-kva.example reads http://b\u00fccher.example" in page
    assert "is not encrypted" in page
    assert "check each letter" in page


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"label": ""}, "Label: write"),
        ({"label": "x" * 121}, "121 characters are too many"),
        ({"label": "a\u202eb"}, "turn the direction"),
        ({"origins": ""}, "A key needs an allowed origin"),
        ({"origins": "www.example.org"}, "write it as https://www.example.org"),
        ({"origins": "https://example.org/page"}, "leave out the path"),
        ({"origins": "https://example.org?x=1"}, "leave out the path"),
        ({"origins": "https://user:pass@example.org"}, "leave out the user name"),
        ({"origins": "https://example.org."}, "leave out the dot"),
        ({"origins": "https://*"}, "may only stand for subdomains"),
        ({"origins": "https://www.*.example.org"}, "may only stand for subdomains"),
        ({"origins": "https://*.co.uk"}, "anybody can have a name under co.uk"),
        ({"origins": "https://a.example;script-src"}, "not valid"),
        ({"languages": ["de"]}, "not a valid choice"),
        ({"languages": ["fr"], "default_language": "en"}, "is none of the key's"),
        ({"campaign": "a;b"}, "A campaign is"),
        ({"expires": "2020-01-01"}, "The expiry is in the past"),
        ({"expires": "soon"}, "write the day as 2027-01-31"),
        ({"mode": "nonsense"}, "Not a valid choice"),
    ],
)
def test_terms_that_cannot_be_are_refused_at_their_field_and_kept(
    database: Database, places: None, manager: Visitor, answers: dict[str, Any], said: str
) -> None:
    refused = issue(manager, **answers)
    assert refused.status_code == 200
    assert said in text_of(refused)
    assert "Nothing was changed yet" in text_of(refused)
    (field,) = list(answers)[-1:]
    assert f'id="{field}-error"' in refused.text
    if field in ("label", "origins", "campaign", "expires"):
        assert form_on(refused, ISSUE)[field] == answers[field]
    with database.reading() as session:
        assert service.list_keys(session) == []


def test_all_mistakes_are_told_at_once(places: None, manager: Visitor) -> None:
    refused = text_of(issue(manager, label="", origins="b.example\r\nhttps://a.example/x"))
    for said in ("Label: write", "'b.example' is no origin", "leave out the path"):
        assert said in refused


def test_a_test_key_is_marked_wherever_it_is_shown(
    database: Database, places: None, manager: Visitor
) -> None:
    issue(manager, mode="test")
    row = only_key(database)
    assert row.mode is KeyMode.TEST
    for action in ("", "/edit", "/rotate", "/revoke"):
        page = text_of(manager.get(f"/console/keys/{row.id}{action}"))
        assert "This is a test key." in page, action
    assert "Active Test" in text_of(manager.get("/console/partners/telco"))


def test_a_secret_key_is_shown_in_one_answer_and_stands_nowhere_else(
    database: Database, places: None, manager: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = issue(manager, kind="secret", origins="", label="Server")
    row = only_key(database)
    (secret,) = [word for word in text_of(answer).split() if word.startswith(row.text)]
    assert parse_key(secret)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'data-copy="secret"' in answer.text
    hidden = secret[len(row.text) :]
    assert hidden not in str(answer.headers)
    assert hidden not in caplog.text
    for path in (f"/console/keys/{row.id}", "/console/partners/telco"):
        page = manager.get(path).text
        assert row.text in page
        assert hidden not in page
    with database.reading() as session:
        for table in all_tables().sorted_tables:
            rows = session.execute(text(f"SELECT * FROM {table.name}")).all()  # noqa: S608
            assert hidden not in str(rows), table.name


def test_an_edit_takes_hold_and_leaves_its_event(
    database: Database, key: IssuedKey, manager: Visitor
) -> None:
    path = page_of(key, "edit")
    answer = send(manager, manager.get(path), path, label="Help page", languages=["fr"])
    assert (answer.status_code, answer.location) == (303, page_of(key))
    row = row_of(database, key.text)
    assert (row.label, row.languages, row.revision) == ("Help page", ["fr"], 2)
    with database.reading() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "partners:key:edited")
        ).one()
    assert event.actor.startswith("staff:")
    assert event.details["before"] == {"label": "Home page", "languages": ["fr", "en", "ar"]}


def test_saving_without_a_change_says_so_and_keeps_the_moment_of_the_expiry(
    database: Database, key: IssuedKey, manager: Visitor, settings: Settings
) -> None:
    with database.transaction() as session:
        service.rotate_key(
            session, key.text, grace_days=7, secrets=settings.intake_secrets, actor="system"
        )
    before = row_of(database, key.text)
    path = page_of(key, "edit")
    answer = send(manager, manager.get(path), path)
    assert "Nothing was changed." in text_of(manager.get(answer.location))
    after = row_of(database, key.text)
    assert (after.expires_at, after.revision) == (before.expires_at, before.revision)


def test_an_expiry_can_be_taken_away(
    database: Database, manager: Visitor, settings: Settings
) -> None:
    with database.transaction() as session:
        ending = KeyFactory(
            session=session,
            secrets=settings.intake_secrets,
            expires_at=datetime.now(UTC) + timedelta(days=9),
        )
    assert "This key ends in 8 days" in text_of(manager.get(page_of(ending)))
    path = page_of(ending, "edit")
    send(manager, manager.get(path), path, expires="")
    assert row_of(database, ending.text).expires_at is None


def test_the_second_of_two_people_is_told_sees_both_and_loses_nothing(
    database: Database,
    key: IssuedKey,
    manager: Visitor,
    member: Member,
    sign_in: SignIn,
) -> None:
    path = page_of(key, "edit")
    colleague = sign_in(member(RoleName.PORTAL_MANAGER))
    opened_by_both = manager.get(path), colleague.get(path)
    send(manager, opened_by_both[0], path, label="Help page", campaign="spring")
    told = send(colleague, opened_by_both[1], path, label="Front page", origins="https://b.example")
    assert told.status_code == 200
    words = text_of(told)
    assert "changed by somebody else" in words
    assert "Label Front page Help page" in words
    assert "Campaign nothing spring" in words
    assert "https://b.example https://www.example.org" in words
    kept = form_on(told, path)
    assert (kept["label"], kept["origins"]) == ("Front page", "https://b.example")
    assert row_of(database, key.text).label == "Help page"
    again = send(colleague, told, path, campaign="spring")
    assert again.status_code == 303
    row = row_of(database, key.text)
    assert (row.label, row.campaign, row.origins) == ("Front page", "spring", ["https://b.example"])


def test_fields_that_a_form_does_not_have_change_nothing(
    database: Database, places: None, key: IssuedKey, manager: Visitor
) -> None:
    before = row_of(database, key.text)
    path = page_of(key, "edit")
    send(
        manager,
        manager.get(path),
        path,
        label="Help page",
        state="revoked",
        mode="test",
        kind="secret",
        partner_id=NOBODY,
        portal="morocco",
        text="iwfpk_live_x",
        revoked_reason="x",
    )
    after = row_of(database, key.text)
    assert after.label == "Help page"
    for name in ("state", "mode", "secret_hmac", "partner_id", "portal_id", "text"):
        assert getattr(after, name) == getattr(before, name), name
    assert after.revoked_reason is None
    issue(manager, state="revoked", partner_id=str(before.partner_id), text="iwfpk_live_x")
    with database.reading() as session:
        (issued,) = service.list_keys(session, "telco")
    assert issued.state is KeyState.ACTIVE


def test_a_label_with_markup_is_shown_as_it_is(
    database: Database, key: IssuedKey, manager: Visitor
) -> None:
    payload = "<script>alert(1)</script>\"'"
    path = page_of(key, "edit")
    send(manager, manager.get(path), path, label=payload)
    for action in ("", "edit", "rotate", "revoke"):
        page = manager.get(page_of(key, action)).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;" in page


@pytest.mark.parametrize("action", ["", "/edit", "/rotate", "/revoke"])
def test_an_unknown_key_is_not_found(manager: Visitor, action: str) -> None:
    assert manager.get(f"/console/keys/{NOBODY}{action}").status_code == 404


def test_a_portal_that_does_not_exist_is_not_found(places: None, manager: Visitor) -> None:
    assert manager.get(f"{NEW}?portal=nowhere").status_code == 404
