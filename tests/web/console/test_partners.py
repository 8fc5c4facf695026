"""The pages of partners: list, a new one, one with its keys, another name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.config import Settings
from server.partners import service
from server.partners.models import Partner
from server.partners.service import IssuedKey, KeyMode, SightingCount
from server.staff.service import RoleName
from server.storage.database import Database
from tests.factories.key import KeyFactory
from tests.factories.partner import PartnerFactory
from tests.web.console.conftest import Member, SignIn
from tests.web.console.filled_forms import form_on, send
from tests.web.console.visitor import Visitor, text_of

NEW = "/console/partners/new"
PAYLOAD = "<img src=x onerror=alert(1)>\"'{{7*7}}"


@pytest.fixture
def manager(member: Member, sign_in: SignIn) -> Visitor:
    """A browser in which a portal manager is signed in."""
    return sign_in(member(RoleName.PORTAL_MANAGER))


def stored(database: Database, slug: str) -> Partner:
    with database.reading() as session:
        return service.get_partner(session, slug)


def test_an_empty_list_tells_the_next_step(manager: Visitor) -> None:
    page = manager.get("/console/partners")
    assert "No partners yet" in text_of(page)
    assert NEW in page.text


def test_who_only_reads_gets_no_button(
    database: Database, member: Member, sign_in: SignIn, key: IssuedKey
) -> None:
    with database.reading() as session:
        slug = service.get_key(session, key.text).partner.slug
    auditor = sign_in(member(RoleName.AUDITOR))
    listed = auditor.get("/console/partners")
    assert "Teranga Mobile" in text_of(listed)
    assert NEW not in listed.text
    page = auditor.get(f"/console/partners/{slug}").text
    assert "/keys/new" not in page
    assert "/edit" not in page


def test_a_partner_is_added_and_its_page_says_what_comes_next(manager: Visitor) -> None:
    answer = send(manager, manager.get(NEW), NEW, name=" Teranga Mobile ", slug="teranga")
    assert (answer.status_code, answer.location) == (303, "/console/partners/teranga")
    page = text_of(manager.get(answer.location))
    assert "Partner added. Next: issue a key." in page
    assert "No keys yet" in page


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"name": ""}, "Name: write at least 1 character"),
        ({"name": "x" * 5_000}, "Name: 5,000 characters are too many"),
        ({"name": "Teranga\u202eelibom"}, "turn the direction of text"),
        ({"name": "Teranga\x07"}, "control characters"),
        ({"slug": ""}, "Short name: write at least"),
        ({"slug": "Ünï"}, "no slug"),
        ({"slug": "a/../b"}, "no slug"),
        ({"slug": "taken"}, "already"),
        ({"slug": "new"}, "choose another"),
    ],
)
def test_what_is_no_partner_is_refused_and_nothing_typed_is_lost(
    database: Database, manager: Visitor, answers: dict[str, str], said: str
) -> None:
    with database.transaction() as session:
        PartnerFactory(session=session, slug="taken")
    typed = {"name": "Teranga", "slug": "teranga", **answers}
    page = send(manager, manager.get(NEW), NEW, **typed)
    assert page.status_code == 200
    assert said in text_of(page)
    kept = form_on(page, NEW)
    assert (kept["name"], kept["slug"]) == (typed["name"], typed["slug"])
    with database.reading() as session:
        assert session.scalar(select(func.count(Partner.id))) == 1


def test_two_partners_of_one_name_are_pointed_out(database: Database, manager: Visitor) -> None:
    with database.transaction() as session:
        PartnerFactory(session=session, slug="first")
    answer = send(manager, manager.get(NEW), NEW, name="Teranga Mobile", slug="second")
    assert "2 partners have this name now: first, second." in text_of(manager.get(answer.location))


def test_a_partner_is_renamed_and_its_slug_stays(database: Database, manager: Visitor) -> None:
    with database.transaction() as session:
        PartnerFactory(session=session, slug="telco")
    path = "/console/partners/telco/edit"
    answer = send(manager, manager.get(path), path, name="Teranga Telecom", slug="other", id="1")
    assert answer.status_code == 303
    assert stored(database, "telco").name == "Teranga Telecom"


def test_the_second_of_two_who_rename_is_told_and_sees_both(
    database: Database, manager: Visitor, member: Member, sign_in: SignIn
) -> None:
    with database.transaction() as session:
        PartnerFactory(session=session, slug="telco")
    path = "/console/partners/telco/edit"
    colleague = sign_in(member(RoleName.PORTAL_MANAGER))
    opened_by_both = manager.get(path), colleague.get(path)
    send(manager, opened_by_both[0], path, name="First name")
    told = send(colleague, opened_by_both[1], path, name="Second name")
    assert "changed by somebody else" in text_of(told)
    assert "Name Second name First name" in text_of(told)
    assert stored(database, "telco").name == "First name"
    assert send(colleague, told, path).status_code == 303
    assert stored(database, "telco").name == "Second name"


def test_a_name_with_markup_is_shown_as_it_is(
    database: Database, manager: Visitor, settings: Settings
) -> None:
    with database.transaction() as session:
        partner = PartnerFactory(session=session, slug="telco", name=PAYLOAD)
        KeyFactory(session=session, secrets=settings.intake_secrets, partner=partner, label=PAYLOAD)
    for path in ("/console/partners", "/console/partners/telco", "/console/partners/telco/edit"):
        page = manager.get(path)
        assert "<img" not in page.text
        assert "&lt;img src=x onerror=alert(1)&gt;&#34;&#39;{{7*7}}" in page.text


def test_the_list_shows_keys_by_state_and_where_they_were_seen(
    database: Database, manager: Visitor, settings: Settings
) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        partner = PartnerFactory(session=session, slug="telco")
        common = {"session": session, "secrets": settings.intake_secrets, "partner": partner}
        first = KeyFactory(**common).row
        KeyFactory(**common, mode=KeyMode.TEST)
        paused = KeyFactory(**common)
        service.pause_key(session, paused.text, actor="system")
        seen = now - timedelta(minutes=2, seconds=5)
        note = SightingCount(first.id, now.date(), "https://www.example.org", True, 1, seen)
        service.record_sightings(session, [note])
    page = text_of(manager.get("/console/partners"))
    assert "1 active 1 paused 1 test" in page
    assert "2 minutes ago on https://www.example.org" in page


def test_the_list_is_filtered_by_the_state_that_the_clock_gives(
    database: Database, manager: Visitor, settings: Settings
) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=60)
    with database.transaction() as session:
        for slug in ("running", "ended", "paused", "revoked", "keyless"):
            PartnerFactory(session=session, slug=slug, name=f"Partner {slug}")
        for slug, expires_at in (("running", None), ("ended", soon), ("paused", None)):
            issued = KeyFactory(
                session=session,
                secrets=settings.intake_secrets,
                partner=service.get_partner(session, slug),
                expires_at=expires_at,
            )
            if slug == "ended":
                issued.row.expires_at = datetime.now(UTC) - timedelta(days=1)
            if slug == "paused":
                service.pause_key(session, issued.text, actor="system")
        issued = KeyFactory(
            session=session,
            secrets=settings.intake_secrets,
            partner=service.get_partner(session, "revoked"),
        )
        service.revoke_key(session, issued.text, reason="left", actor="system")
    expected = {
        "active": ["running"],
        "expired": ["ended"],
        "paused": ["paused"],
        "revoked": ["revoked"],
        "none": ["keyless"],
    }
    slugs = ("running", "ended", "paused", "revoked", "keyless")
    for state, names in expected.items():
        page = manager.get(f"/console/partners?state={state}").text
        assert [slug for slug in slugs if f"Partner {slug}" in page] == names, state


@pytest.mark.parametrize(
    ("words", "found"), [("TERANGA", True), ("telco", True), ("%", False), ("x\x00", False)]
)
def test_a_partner_is_found_by_a_part_of_its_names(
    database: Database, manager: Visitor, words: str, found: bool
) -> None:
    with database.transaction() as session:
        PartnerFactory(session=session, slug="telco")
    page = manager.client.get(
        "/console/partners", base_url="https://console.example.org", query_string={"q": words}
    )
    assert page.status_code == 200
    assert ("Teranga Mobile" in text_of(page)) is found
    assert ("No partner fits" in text_of(page)) is not found


def test_a_long_list_has_pages(database: Database, manager: Visitor) -> None:
    with database.transaction() as session:
        for number in range(51):
            PartnerFactory(session=session, slug=f"p{number:02}", name=f"Partner {number:02}")
    first = manager.get("/console/partners").text
    assert "Partner 49" in first
    assert "Partner 50" not in first
    assert "after=p49" in first
    second = manager.get("/console/partners?after=p49").text
    assert "Partner 50" in second
    assert "Partner 49" not in second


@pytest.mark.parametrize(
    "path",
    [
        "/console/partners/nobody",
        "/console/partners/nobody/edit",
        "/console/partners/nobody/keys/new",
        "/console/partners/%00",
        "/console/partners?state=nonsense",
    ],
)
def test_what_does_not_exist_is_not_found(app: Flask, manager: Visitor, path: str) -> None:
    assert manager.get(path).status_code == 404
