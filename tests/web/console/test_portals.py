"""The pages of portals: list, a new one, one with its keys, other terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.audit.models import AuditEvent
from server.audit.service import AuditAction
from server.config import Settings
from server.directory.service import load_directory
from server.partners import service
from server.partners.models import Portal
from server.partners.service import Reach
from server.staff.service import RoleName
from server.storage.database import Database
from server.web.locale import LANGUAGES
from tests.directory.rows import a_row
from tests.factories.key import KeyFactory
from tests.factories.partner import PartnerFactory
from tests.factories.portal import PortalFactory
from tests.web.console.conftest import Member, SignIn
from tests.web.console.filled_forms import form_on, send
from tests.web.console.visitor import Visitor, text_of

# What is stored is held on both kinds of database by tests/partners/test_portals.py.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

NEW = "/console/portals/new"
EDIT = "/console/portals/senegal/edit"
GIVEN = {
    "name": "Senegal",
    "slug": "senegal",
    "territories": ["SN"],
    "place_fr": "1",
    "place_en": "2",
}
BIDI = "\u202elagenes"


@pytest.fixture
def manager(member: Member, sign_in: SignIn) -> Visitor:
    """A browser in which a portal manager is signed in."""
    return sign_in(member(RoleName.PORTAL_MANAGER))


@pytest.fixture
def senegal(database: Database) -> None:
    with database.transaction() as session:
        PortalFactory(session=session, slug="senegal")


def stored(database: Database, slug: str = "senegal") -> Portal:
    with database.reading() as session:
        return service.get_portal(session, slug)


def add(visitor: Visitor, **changes: Any) -> Any:
    return send(visitor, visitor.get(NEW), NEW, **GIVEN | changes)


def test_an_empty_list_tells_the_next_step(manager: Visitor) -> None:
    page = manager.get("/console/portals")
    assert "No portals yet" in text_of(page)
    assert NEW in page.text


def test_who_only_reads_gets_no_button(member: Member, sign_in: SignIn, senegal: None) -> None:
    auditor = sign_in(member(RoleName.AUDITOR))
    assert NEW not in auditor.get("/console/portals").text
    assert EDIT not in auditor.get("/console/portals/senegal").text
    for address in (NEW, EDIT):
        assert auditor.get(address).status_code == 403


def test_a_portal_is_added_and_its_page_says_what_comes_next(
    manager: Visitor, database: Database
) -> None:
    answer = add(manager, emergency_fr=" Appelez le 17.\r\nTout de suite. ", helpline_ar="x")
    assert (answer.status_code, answer.location) == (303, "/console/portals/senegal")
    portal = stored(database)
    assert (portal.languages, portal.territories) == (["fr", "en"], ["SN"])
    assert portal.texts == {"fr": {"emergency": "Appelez le 17. Tout de suite."}}
    page = text_of(manager.get("/console/portals/senegal"))
    assert "Portal added. Next: issue a key" in page
    assert "The public page shows no form. Choose a default partner" in page
    assert "No keys yet" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "write at least 1 character"),
        ({"name": "x" * 5_000}, "5,000 characters are too many"),
        ({"name": BIDI}, "turn the direction of text"),
        ({"slug": "Sénégal"}, "is no slug"),
        ({"territories": []}, "Choose at least one country, or a rule"),
        ({"territories": ["SN", "ZZ"]}, "ZZ: no country of the list"),
        ({"place_fr": "0", "place_en": "0"}, "Choose at least one language"),
        ({"place_en": "1"}, "Two languages have place 1"),
        ({"emergency_fr": "x" * 281}, "281 characters are too many"),
        ({"helpline_en": BIDI}, "turn the direction of text"),
        ({"retention_days": "29"}, "30 to 3,650 days"),
        ({"retention_days": "many"}, "write a whole number"),
        ({"default_partner": "nobody"}, "Not a valid choice"),
        ({"continent": "XX", "reach": "without_authority"}, "Not a valid choice"),
    ],
)
def test_bad_input_is_told_and_nothing_typed_is_lost(
    manager: Visitor, database: Database, change: dict[str, Any], said: str
) -> None:
    typed = {"helpline_fr": "Parlez-en.", "name": "Kept"} | change
    answer = add(manager, **typed)
    assert answer.status_code == 200
    assert said in text_of(answer)
    with database.reading() as session:
        assert service.list_portals(session) == []
    form = form_on(answer, NEW)
    assert form["helpline_fr"] == typed["helpline_fr"]
    assert form["name"] == typed["name"]
    if "territories" not in change:
        assert form.getlist("territories") == ["SN"]


def test_an_edit_starts_from_what_is_stored(
    manager: Visitor, senegal: None, database: Database
) -> None:
    form = form_on(manager.get(EDIT), EDIT)
    assert form.getlist("territories") == ["SN"]
    assert [form[f"place_{code}"] for code in ("fr", "en", "ar")] == ["1", "2", "3"]
    answer = send(manager, manager.get(EDIT), EDIT, name="Sénégal", retention_days="90")
    assert answer.status_code == 303
    portal = stored(database)
    assert (portal.name, portal.retention_days, portal.revision) == ("Sénégal", 90, 2)
    with database.reading() as session:
        event = session.query(AuditEvent).filter_by(action=AuditAction.PORTAL_EDITED).one()
        assert event.details["before"] == {"name": "Senegal", "retention_days": 365}
        assert event.details["after"] == {"name": "Sénégal", "retention_days": 90}
        assert event.actor.startswith("staff:")


def test_the_slug_is_not_to_be_changed(manager: Visitor, senegal: None, database: Database) -> None:
    send(manager, manager.get(EDIT), EDIT, slug="other", name="Other")
    assert stored(database).name == "Other"


def test_the_second_of_two_managers_sees_both(
    manager: Visitor, member: Member, sign_in: SignIn, senegal: None, database: Database
) -> None:
    other = sign_in(member(RoleName.PORTAL_MANAGER))
    page = manager.get(EDIT)
    send(other, other.get(EDIT), EDIT, name="Theirs", helpline_fr="Leur ligne.")
    answer = send(manager, page, EDIT, name="Mine", territories=["SN", "GM"])
    assert answer.status_code == 200
    said = text_of(answer)
    for words in ("changed by somebody else", "Theirs", "Mine", "Leur ligne.", "Gambia, Senegal"):
        assert words in said
    assert form_on(answer, EDIT)["name"] == "Mine"
    assert stored(database).name == "Theirs"
    assert send(manager, answer, EDIT).status_code == 303
    assert (stored(database).name, stored(database).revision) == ("Mine", 3)


def test_a_language_in_use_is_kept_with_the_keys_named(
    manager: Visitor, senegal: None, database: Database, settings: Settings
) -> None:
    with database.transaction() as session:
        portal = service.get_portal(session, "senegal")
        KeyFactory(session=session, secrets=settings.intake_secrets, portal=portal, label="Poster")
    answer = send(manager, manager.get(EDIT), EDIT, place_ar="0")
    assert "Keys of this portal still speak ar: “Poster”" in text_of(answer)
    assert stored(database).languages == ["fr", "en", "ar"]


def test_while_editing_a_manager_sees_what_a_rule_reaches(
    manager: Visitor, senegal: None, database: Database
) -> None:
    row = a_row(country_code="KE", country="Kenya", kind="police")
    with database.transaction() as session:
        load_directory(session, [row], now=datetime.now(UTC), actor="system")
    said = text_of(manager.get(EDIT))
    rule = said.partition("Africa (")[2]
    assert rule.startswith("61): ")
    assert "Morocco" in rule
    assert "Kenya" not in rule.partition("Antarctica")[0]
    send(manager, manager.get(EDIT), EDIT, reach="without_authority", continent="AF")
    assert "Africa: countries without an authority of their own (61 now)" in text_of(
        manager.get("/console/portals")
    )


def test_the_list_and_the_page_say_what_is_set_up(
    manager: Visitor, senegal: None, database: Database, settings: Settings, client: FlaskClient
) -> None:
    with database.transaction() as session:
        partner = PartnerFactory(session=session, slug="telco")
        portal = service.get_portal(session, "senegal")
        terms = replace(service.terms_of(session, portal), default_partner="telco")
        service.edit_portal(
            session, "senegal", terms, revision=1, catalogues=LANGUAGES, actor="system"
        )
        key = KeyFactory(
            session=session, secrets=settings.intake_secrets, portal=portal, partner=partner
        )
    listed = text_of(manager.get("/console/portals"))
    for words in ("Senegal", "French: drafted", "English: source", "Teranga Mobile"):
        assert words in listed
    page = manager.get("/console/portals/senegal")
    assert "shows no form" not in page.text
    assert f"/console/keys/{key.row.id}" in page.text
    assert "https://report.example.org/portals/senegal" in page.text
    assert "Home page" in text_of(page)


@pytest.mark.parametrize("address", ["nowhere", "nowhere/edit", "x%00", "%F0%9F%98%80"])
def test_a_portal_that_is_none_is_not_found(manager: Visitor, address: str) -> None:
    assert manager.get(f"/console/portals/{address}").status_code == 404


def test_a_name_is_shown_as_text(manager: Visitor, database: Database) -> None:
    name = "<img src=x onerror=alert(1)>"
    add(manager, name=name)
    for address in ("/console/portals", "/console/portals/senegal", EDIT, "/portals/"):
        assert "<img" not in manager.get(address).text


def test_every_country_is_there_to_be_ticked(manager: Visitor) -> None:
    html = manager.get(NEW).text
    assert html.count('name="territories"') == 251
    assert Reach.WITHOUT_AUTHORITY.value in html
