"""Each surface alone, under its own database role: it serves all that it has, and takes reports.

That the whole of it works under these roles is what all other tests of this folder show.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from server.app import create_app
from server.cli import main
from server.config import Settings, load_settings
from server.directory.models import Authority
from server.directory.vocabulary import AuthorityKind, Verified
from server.intake.idempotency import new_idempotency_key
from server.partners import service as partners
from server.partners.models import SightingNote
from server.partners.service import NO_DRAFT, IssuedKey, Look, PreviewedLook
from server.reports.models import Envelope, Report, SealingKey, SpentChallenge
from server.staff import service as staff
from server.staff.service import RoleName
from server.storage.database import Database
from server.storage.roles import CONSOLE, PUBLIC, apply_roles
from server.web.embed.preview_token import preview_token
from server.web.embed.sightings import BOOK
from tests.conftest import empty
from tests.factories.key import ORIGIN, KeyFactory
from tests.factories.report import post_report, report_body
from tests.factories.staff import StaffFactory
from tests.factories.stored_report import stored_report
from tests.intake.test_challenge import solve
from tests.services.database_roles import ROLES_SQL, LeastPrivilege
from tests.web.console.visitor import Visitor as Staff
from tests.web.embed.visitor import Visitor

Serve = Callable[[str], Flask]
SettingsOf = Callable[[str], dict[str, str]]
#: Without a provider of single sign-on, and without an app that is being set up.
NOT_THERE = (
    "/console/account/authenticator",
    "/console/sign-in/sso",
    "/console/sign-in/sso/callback",
)
LOOK = Look("Draft name", "#0b6152", None, {})


@pytest.fixture
def database(least_privilege: LeastPrivilege) -> Database:
    """What the owner sees."""
    empty(least_privilege.owner)
    return least_privilege.owner


@pytest.fixture
def settings_of(least_privilege: LeastPrivilege, environment: dict[str, str]) -> SettingsOf:
    """The environment of a surface: its own role, and none of the other's secrets."""

    def one(surface: str) -> dict[str, str]:
        url = least_privilege.urls[PUBLIC if surface == "public" else CONSOLE]
        foreign = ("PORTALS_SEALING", "PORTALS_CONSOLE_SECRET") if surface == "public" else ()
        given = {name: each for name, each in environment.items() if not name.startswith(foreign)}
        return given | {"PORTALS_SURFACES": surface, "PORTALS_DATABASE_URL": url}

    return one


@pytest.fixture
def serve(settings_of: SettingsOf, sealing_key: SealingKey) -> Iterator[Serve]:
    """The application of one surface alone."""
    opened: list[Database] = []

    def one(surface: str) -> Flask:
        settings = load_settings(settings_of(surface))
        opened.append(Database(settings.database_url))
        return create_app(settings, opened[-1])

    yield one
    for database in opened:
        database.dispose()


@pytest.fixture
def citizen(serve: Serve) -> FlaskClient:
    return serve("public").test_client()


def rows(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_report_with_a_solved_challenge_is_stored_and_its_receipt_found(
    citizen: FlaskClient, database: Database, key: IssuedKey
) -> None:
    challenge = citizen.post("/api/v1/challenges", json={"key": key.text}).json
    body = report_body(key.text, contact={"email": "me@example.org"}, challenge=solve(challenge))
    again = {"Idempotency-Key": new_idempotency_key()}
    first = post_report(citizen, body, **again)
    assert first.status_code == 201
    assert rows(database, Report) == 1  # in the database, not in the spool
    assert (rows(database, Envelope), rows(database, SpentChallenge)) == (2, 1)
    assert post_report(citizen, body, **again).json == first.json
    assert post_report(citizen, body | {"territory": "ML"}, **again).status_code == 409
    assert post_report(citizen, body).status_code == 422  # spent
    found = citizen.post("/api/v1/receipts/lookup", json={"receipt": first.json["receipt"]})
    assert found.json["status"] == "received"


def test_a_report_without_script_is_stored(
    citizen: FlaskClient, database: Database, key: IssuedKey
) -> None:
    visitor = Visitor(citizen, f"/embed/{key.text}?lang=en")
    receipt = visitor.report().ids["receipt"]
    assert rows(database, Report) == 1
    answer = citizen.post("/status?lang=en", data={"receipt": receipt})
    assert "We have your report." in answer.text


def test_a_role_that_lacks_a_grant_loses_no_report(
    citizen: FlaskClient, database: Database, key: IssuedKey, settings_of: SettingsOf
) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("REVOKE INSERT ON envelopes FROM portals_public"))
    try:
        assert post_report(citizen, report_body(key.text)).status_code == 201
        assert rows(database, Report) == 0
    finally:
        apply_roles(database.engine, ROLES_SQL.read_text("utf-8"))
    # By the server's own thread, or by hand: one at a time drains.
    runner, end = CliRunner(env=settings_of("public")), time.monotonic() + 20
    while (drained := runner.invoke(main, ["spool", "drain"])).exit_code:
        assert time.monotonic() < end, drained.output
    assert (rows(database, Report), rows(database, Envelope)) == (1, 1)


def test_where_the_form_was_shown_is_noted(
    serve: Serve, database: Database, key: IssuedKey
) -> None:
    app = serve("public")
    inside = {"Referer": f"{ORIGIN}/", "Sec-Fetch-Dest": "iframe"}
    assert app.test_client().get(f"/embed/{key.text}", headers=inside).status_code == 200
    app.extensions[BOOK].flush()
    assert rows(database, SightingNote) == 1


def test_every_page_of_the_public_surface_is_served(
    citizen: FlaskClient, database: Database, settings: Settings, key: IssuedKey
) -> None:
    with database.transaction() as session:
        secret = KeyFactory(session=session, secrets=settings.intake_secrets, secret=True)
        now = datetime.now(UTC)
        kit = partners.issue_kit(session, key.row, days=30, now=now, actor="system")
        partner = session.get_one(partners.Partner, key.row.partner_id)
        draft = partners.save_draft(session, partner, LOOK, revision=NO_DRAFT, actor="system")
        assert draft is not None
        look = PreviewedLook(draft.revision, is_draft=True)
        portal = session.get_one(partners.Portal, key.row.portal_id)
        portal.default_partner_id = partner.id
    preview = preview_token(settings.intake_secrets, partner.id, key.row.portal_id, look)
    bearer = {"Authorization": f"Bearer {secret.text}"}
    for path in (
        *("/healthz", "/readyz", "/widget/v1.js", "/widget/releases.json", "/status"),
        *(f"/embed/{key.text}", f"/r/{key.text}", f"/embed/preview/{preview}"),
        *("/portals/", f"/portals/{portal.slug}", f"/portals/{portal.slug}/fr"),
        *(f"/kit/{kit.token}", f"/kit/{kit.token}/poster", f"/kit/{kit.token}/status"),
        *(f"/api/v1/portal?key={key.text}&lang=fr", "/api/v1/territories/SN?lang=fr"),
        *("/api/v1/openapi.json", "/api/v1/territories?lang=fr"),
        "/api/v1/statistics?from=2026-10-01&to=2026-10-31&group_by=campaign",
    ):
        answer = citizen.get(path, headers=bearer if "statistics" in path else {})
        assert answer.status_code == 200, (path, answer.text[:300])


def test_every_page_of_the_console_is_served(
    serve: Serve, database: Database, settings: Settings, key: IssuedKey
) -> None:
    app = serve("console")
    now = datetime.now(UTC)
    with database.transaction() as session:
        stored_report(session, key_id=key.row.id, partner_id=key.row.partner_id)
        user = StaffFactory(session=session, roles=[*RoleName])
        token = staff.issue_login_link(session, user.email, actor="system")
        partner = session.get_one(partners.Partner, key.row.partner_id)
        draft = partners.save_draft(session, partner, LOOK, revision=NO_DRAFT, actor="system")
        assert draft is not None
        portal = session.get_one(partners.Portal, key.row.portal_id)
        session.add(row := _authority(now))
    somebody = Staff(app)
    assert somebody.sign_in(token).status_code == 303
    values = {
        "key_id": key.row.id,
        "authority_id": row.id,
        "member_id": user.id,
        "partners": partner.slug,
        "portals": portal.slug,
    }
    served = {
        path: somebody.get(path).status_code
        for rule in app.url_map.iter_rules()
        if (path := _filled(rule.rule, values)) and "GET" in (rule.methods or ())
    }
    assert len(served) > 30
    refused = {path for path, code in served.items() if code not in (200, 302, 303)}
    assert refused == set(NOT_THERE)


def _authority(now: datetime) -> Authority:
    return Authority(
        row_key="SN/police",
        territory="SN",
        place="Senegal",
        kind=AuthorityKind.POLICE,
        name="Police",
        languages=["fr"],
        verified=Verified.EXISTENCE,
        source="The list",
        loaded_at=now,
    )


def _filled(rule: str, values: dict[str, object]) -> str | None:
    """The address of a rule of the console; None where it needs what this test does not have."""
    if not rule.startswith("/console/"):
        return None
    values = values | {"slug": values.get(rule.split("/")[2])}
    path = re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda m: str(values.get(m[1]) or "<>"), rule)
    return None if "<>" in path else path
