"""A report opened: all that was sent, attributed, defanged, and noted in the audit trail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from server.audit.models import AuditEvent
from server.audit.service import AuditAction
from server.config import Settings
from server.partners.service import IssuedKey
from server.reports import service as reports
from server.reports.models import Envelope, Report
from server.reports.service import UNATTRIBUTED
from server.reports.vocabulary import Lane
from server.staff.permissions import GRANTS, Permission, RoleName
from server.staff.service import User
from server.storage.database import Database
from tests.conftest import PASSPHRASE
from tests.factories.key import ORIGIN
from tests.factories.report import accepted_report
from tests.web.console.conftest import SignIn
from tests.web.console.visitor import Visitor, text_of

EVERYTHING = {
    "addresses": [
        {"url": "hxxps://files[.]example/a/1?x=<b>"},
        {"url": "img.example.net/g/2"},
        {"platform": "Chat app", "handle": "@room of chat.example"},
    ],
    "site_kind": "image_board",
    "media_kind": "video",
    "how_found": "advert_or_popup",
    "seen_at": "this_week",
    "seen_on": "2026-01-05",
    "access": "referrer_needed",
    "access_note": "From https://index.example/x only",
    "referrer_url": "https://index.example/links",
    "platform_user": "uploader of www.profile.example",
    "description": "Row 3 of https://other.example/y\nand <script>alert(1)</script>",
    "already_reported_to": ["platform", "police"],
    "contact": {"email": "reporter@example.org"},
    "campaign": "spring",
    "embed_origin": ORIGIN,
}
RAW = re.compile(r"https?://(?!www\.example\.org)|\b(?:index|files|other|profile|chat)\.example")


def opened(visitor: Visitor, reference: str) -> str:
    answer = visitor.get(f"/console/reports/{reference}")
    assert answer.status_code == 200
    return answer.text


@pytest.fixture
def reference(app: Flask, key: IssuedKey) -> str:
    return accepted_report(app, key.text, **EVERYTHING).reference


def damage(database: Database, **values: object) -> None:
    with database.transaction() as session:
        session.execute(update(Envelope).values(**values))


def audit(database: Database) -> list[AuditEvent]:
    with database.reading() as session:
        query = select(AuditEvent).where(AuditEvent.action == AuditAction.REPORT_OPENED)
        return list(session.scalars(query))


def test_all_that_was_sent_is_shown(at_work: Visitor, reference: str) -> None:
    words = text_of(at_work.get(f"/console/reports/{reference}"))
    for expected in (
        reference,
        "hxxps://files[.]example/a/1?x=%3Cb%3E",
        "Was defanged when sent",
        "hxxps://img[.]example[.]net/g/2",
        "https:// assumed",
        "On Chat app @room of chat[.]example",
        "Image board",
        "Video",
        "Advert or pop-up",
        "This week",
        "2026-01-05",
        "Only from a referring page",
        "hxxps://index[.]example/links",
        "www[.]profile[.]example",
        "Row 3 of hxxps://other[.]example/y",
        "Platform, Police",
        "reporter@example.org",
    ):
        assert expected in words


def test_the_attribution_is_complete(at_work: Visitor, reference: str, key: IssuedKey) -> None:
    words = text_of(at_work.get(f"/console/reports/{reference}"))
    for expected in (
        "Partner Teranga Mobile",
        "Portal Senegal",
        f"Key Home page Active {key.text}",
        "Campaign spring",
        f"Allowed origin {ORIGIN}",
        "Language French",
        "Territory Senegal",
    ):
        assert expected in words


def test_a_claimed_origin_is_not_taken_for_an_allowed_one(
    app: Flask, key: IssuedKey, at_work: Visitor
) -> None:
    reference = accepted_report(app, key.text, embed_origin="https://copy.example").reference
    words = text_of(at_work.get(f"/console/reports/{reference}"))
    assert "Allowed origin None matched" in words
    assert "Claimed origin hxxps://copy[.]example Not among the key’s origins" in words


def test_nothing_reported_is_a_link_or_could_become_one(at_work: Visitor, reference: str) -> None:
    page = opened(at_work, reference)
    assert not RAW.findall(page.replace("https:// assumed", ""))
    own = re.findall(r'(?:href|src|action|cite|data|poster)="([^"]*)"', page)
    assert own
    assert all(address.startswith(("/console/", "/static/console/", "#")) for address in own)


def test_what_a_citizen_wrote_is_never_markup(at_work: Visitor, reference: str) -> None:
    page = opened(at_work, reference)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_opening_is_noted_with_who_and_what(
    at_work: Visitor, analyst: User, reference: str, database: Database
) -> None:
    opened(at_work, reference)
    (noted,) = audit(database)
    with database.reading() as session:
        report = session.scalars(select(Report)).one()
    assert (noted.actor, noted.subject) == (f"staff:{analyst.id}", f"report:{report.id}")
    assert noted.details == {"reference": reference, "readable": True, "contact_shown": True}


def test_without_its_audit_event_nothing_is_shown(
    app: Flask, at_work: Visitor, reference: str
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("the trail cannot be written")

    app.testing = app.config["PROPAGATE_EXCEPTIONS"] = False
    event.listen(AuditEvent, "before_insert", refuse)
    try:
        answer = at_work.get(f"/console/reports/{reference}")
    finally:
        event.remove(AuditEvent, "before_insert", refuse)
    assert answer.status_code == 500
    assert "files" not in answer.text


def test_a_reference_is_found_as_people_write_it(at_work: Visitor, reference: str) -> None:
    spoken = f"{reference[:4]}-{reference[4:8]}-{reference[8:]}".lower()
    assert reference in opened(at_work, spoken)
    other = "0" if reference[0] != "0" else "1"
    assert at_work.get(f"/console/reports/{other}{reference[1:]}").status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        {"ciphertext": b"\0" * 1_040},
        {"ciphertext": b""},
        {"wrapped_key": b"x"},
        {"schema_version": 1},
    ],
)
def test_a_damaged_envelope_is_told_and_noted(
    at_work: Visitor, reference: str, database: Database, values: dict[str, object]
) -> None:
    damage(database, **values)
    words = text_of(at_work.get(f"/console/reports/{reference}"))
    assert "This report cannot be opened" in words
    assert "altered or damaged" in words
    assert "Partner Teranga Mobile" in words
    (noted,) = audit(database)
    assert noted.details == {"reference": reference, "readable": False, "contact_shown": False}


def test_an_envelope_that_was_moved_to_another_report_does_not_open(
    app: Flask, key: IssuedKey, at_work: Visitor, database: Database
) -> None:
    first = accepted_report(app, key.text, addresses=[{"url": "https://one.example/"}])
    second = accepted_report(app, key.text, addresses=[{"url": "https://two.example/"}])
    with database.transaction() as session:
        one, two = (reports.get_by_reference(session, r.reference) for r in (first, second))
        assert one
        assert two
        rows = {row.report_id: row for row in session.scalars(select(Envelope))}
        values = {"wrapped_key": rows[two.id].wrapped_key, "ciphertext": rows[two.id].ciphertext}
        session.execute(update(Envelope).where(Envelope.report_id == one.id).values(**values))
    assert "This report cannot be opened" in opened(at_work, first.reference)
    assert "two[.]example" in opened(at_work, second.reference)


def test_without_the_key_file_the_page_names_the_setting(
    at_work: Visitor, reference: str, settings: Settings
) -> None:
    assert settings.sealing_key_file is not None
    settings.sealing_key_file.unlink()
    page = opened(at_work, reference)
    assert "The console has no private sealing key that works" in page
    assert "PORTALS_SEALING_KEY_FILE" in page


def test_a_key_made_while_the_console_runs_opens_what_it_sealed(
    app: Flask, key: IssuedKey, at_work: Visitor, database: Database, settings: Settings
) -> None:
    old = accepted_report(app, key.text).reference
    assert "files[.]example" in opened(at_work, old)
    path = settings.sealing_key_file
    assert isinstance(path, Path)
    with database.transaction() as session:
        _, recovery = reports.generate_key_pair()
        made = reports.create_sealing_key(
            session, key_file=path, passphrase=PASSPHRASE, recovery_public=recovery, actor="system"
        )
        reports.activate_sealing_key(session, made, actor="system")
    new = accepted_report(app, key.text).reference
    assert "files[.]example" in opened(at_work, new)
    assert "files[.]example" in opened(at_work, old)


def test_an_anonymous_report_says_so(app: Flask, key: IssuedKey, at_work: Visitor) -> None:
    words = opened(at_work, accepted_report(app, key.text).reference)
    assert "The reporter stayed anonymous." in words


def test_contact_stays_hidden_from_a_role_without_it(
    reference: str, analyst: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = GRANTS[RoleName.ANALYST] - {Permission.REPORTS_READ_CONTACT}
    monkeypatch.setattr("server.staff.permissions.GRANTS", {**GRANTS, RoleName.ANALYST: fewer})
    page = opened(sign_in(analyst), reference)
    assert "reporter@example.org" not in page
    assert "Your role does not include seeing it." in page


def test_a_report_of_a_key_that_nobody_knows_opens_and_is_listed(
    database: Database, at_work: Visitor, reference: str
) -> None:
    nobody = dict.fromkeys(("portal_id", "partner_id", "key_id"), UNATTRIBUTED)
    with database.transaction() as session:
        session.execute(update(Report).values(nobody | {"lane": Lane.QUARANTINE}))
    assert "nobody knows the key that it named" in opened(at_work, reference)
    listed = at_work.get("/console/")
    assert listed.status_code == 200
    assert "Unknown partner" in listed.text
