"""Portals are set up and changed with clear refusals, and every change is in the trail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from server.audit.service import AuditAction, AuditEvent
from server.partners import service
from server.partners.errors import EditConflict, PartnerError
from server.partners.service import Continent, KeyMode, PortalTerms, Reach
from server.web.locale import LANGUAGES
from tests.factories.key import KeyFactory
from tests.factories.partner import PartnerFactory
from tests.factories.portal import PortalFactory

BIDI = "\u202egnp.exe"


def edit(session, portal, revision=None, **changes):
    terms = replace(service.terms_of(session, portal), **changes)
    return service.edit_portal(
        session, portal.slug, terms, revision=revision, catalogues=LANGUAGES, actor="system"
    )


def edits(session):
    events = select(AuditEvent).where(AuditEvent.action == AuditAction.PORTAL_EDITED)
    return list(session.scalars(events))


@pytest.mark.parametrize("slug", ["", "Ünï", "a b", "-a", "a--b", "x" * 41, "../etc"])
def test_a_slug_is_plain(session, slug):
    with pytest.raises(PartnerError, match="no slug"):
        PortalFactory(session=session, slug=slug)
    with pytest.raises(PartnerError, match="no slug"):
        PartnerFactory(session=session, slug=slug)


def test_a_slug_is_taken_once(session):
    PortalFactory(session=session, slug="senegal")
    PartnerFactory(session=session, slug="telco")
    with pytest.raises(PartnerError, match="already"):
        PortalFactory(session=session, slug="senegal")
    with pytest.raises(PartnerError, match="already"):
        PartnerFactory(session=session, slug="telco")


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"name": ""}, "name", "write one"),
        ({"name": "x" * 5_000}, "name", "5,000 characters"),
        ({"name": BIDI}, "name", "turn text around"),
        ({"territories": ()}, "territories", "at least one country"),
        ({"territories": ("sn",)}, "territories", "two capital letters"),
        ({"languages": ()}, "languages", "at least one language"),
        ({"languages": ("French",)}, "languages", "codes such as"),
        ({"languages": ("fr", "wo")}, "languages", "no catalogue for wo"),
        ({"languages": ("fr", "fr")}, "languages", "twice"),
        ({"texts": {"fr": {"helpline": "x" * 281}}}, "helpline_fr", "281 characters"),
        ({"texts": {"fr": {"emergency": BIDI}}}, "emergency_fr", "direction"),
        ({"texts": {"fr": {"emergency": "a\x00b"}}}, "emergency_fr", "control"),
        ({"default_partner": "nobody"}, "default_partner", "no partner"),
        ({"retention_days": 29}, "retention_days", "30 to 3,650"),
        ({"retention_days": 3_651}, "retention_days", "30 to 3,650"),
    ],
)
def test_what_is_out_of_bounds_is_refused_at_its_field(session, change, field, reason):
    with pytest.raises(PartnerError, match=reason) as refused:
        PortalFactory(session=session, **change)
    assert refused.value.field == field
    portal = PortalFactory(session=session)
    with pytest.raises(PartnerError, match=reason):
        edit(session, portal, **change)
    assert (portal.revision, edits(session)) == (1, [])


def test_an_edit_is_stored_and_told_with_before_and_after(session):
    PartnerFactory(session=session, slug="telco")
    portal = PortalFactory(session=session)
    edit(
        session,
        portal,
        revision=1,
        name="  Senegal and\u00a0more ",
        languages=("en", "fr", "ar"),
        texts={"en": {"emergency": "Call\n 17.", "helpline": ""}, "wo": {"emergency": "x"}},
        default_partner="telco",
        shows_outcomes=False,
        retention_days=30,
    )
    session.refresh(portal)
    assert portal.revision == 2
    assert portal.languages == ["en", "fr", "ar"]
    assert portal.texts == {"en": {"emergency": "Call 17."}}
    (event,) = edits(session)
    assert event.details["before"]["languages"] == ["fr", "en", "ar"]
    assert event.details["after"] == {
        "name": portal.name,
        "languages": ["en", "fr", "ar"],
        "texts": {"en": {"emergency": "Call 17."}},
        "default_partner": "telco",
        "shows_outcomes": False,
        "retention_days": 30,
    }


def test_a_rule_names_no_countries_and_countries_no_continent(session):
    portal = PortalFactory(session=session)
    edit(session, portal, reach=Reach.WITHOUT_AUTHORITY, continent=Continent.AFRICA)
    assert (portal.territories, portal.continent) == ([], Continent.AFRICA)
    edit(session, portal, reach=Reach.COUNTRIES, territories=("SN",), continent=Continent.ASIA)
    assert (portal.territories, portal.continent) == (["SN"], None)


def test_the_same_again_changes_nothing(session):
    portal = PortalFactory(session=session)
    edit(session, portal)
    assert (portal.revision, edits(session)) == (1, [])


def test_the_second_of_two_people_is_told(database):
    with database.transaction() as session:
        slug = PortalFactory(session=session).slug
    with database.transaction() as session:
        edit(session, service.get_portal(session, slug), revision=1, name="One")
    with database.transaction() as session, pytest.raises(EditConflict, match="this portal"):
        edit(session, service.get_portal(session, slug), revision=1, name="Two")
    with database.reading() as session:
        assert service.get_portal(session, slug).name == "One"


def test_a_language_that_a_key_speaks_stays(session, settings):
    portal = PortalFactory(session=session)
    key = KeyFactory(
        session=session, secrets=settings.intake_secrets, portal=portal, label="Poster"
    )
    with pytest.raises(PartnerError, match="still speak ar: “Poster”") as refused:
        edit(session, portal, languages=("fr", "en"))
    assert refused.value.field == "languages"
    service.revoke_key(session, key.text, reason="left", actor="system")
    edit(session, portal, languages=("fr", "en"))
    assert portal.languages == ["fr", "en"]


def test_an_edit_reaches_the_keys_revision(session, settings):
    portal = PortalFactory(session=session)
    key = KeyFactory(session=session, secrets=settings.intake_secrets, portal=portal)
    before = service.find_key(session, key.text)
    edit(session, portal, texts={"fr": {"helpline": "Parlez-en."}})
    after = service.find_key(session, key.text)
    assert before.revision != after.revision
    assert after.portal_words("fr").helpline == "Parlez-en."
    assert after.portal_words("en").helpline == ""


def test_a_portals_page_takes_its_default_partners_newest_open_live_key(session, settings):
    telco, charity = PartnerFactory(session=session), PartnerFactory(session=session, name="Gate")
    portal = PortalFactory(session=session)

    def issue(partner, **terms):
        return KeyFactory(
            session=session,
            secrets=settings.intake_secrets,
            portal=portal,
            partner=partner,
            **terms,
        ).text

    issue(telco)
    wanted = issue(telco)
    issue(telco, mode=KeyMode.TEST)
    issue(telco, secret=True, origins=())
    service.pause_key(session, issue(telco), actor="system")
    issue(charity)
    assert service.find_portal_page(session, portal.slug).key is None
    edit(session, portal, default_partner=telco.slug)
    page = service.find_portal_page(session, portal.slug)
    assert (page.key.text, page.supporters) == (wanted, ("Gate",))
    assert service.find_portal_page(session, "nowhere") is None


def test_the_list_counts_open_keys(session, settings):
    portal = PortalFactory(session=session)
    PortalFactory(session=session, name="Zambia")
    for mode in (KeyMode.LIVE, KeyMode.TEST):
        KeyFactory(session=session, secrets=settings.intake_secrets, portal=portal, mode=mode)
    listed = service.list_portal_overviews(session)
    assert [(each.portal.name, each.open_keys) for each in listed] == [
        ("Senegal", 1),
        ("Zambia", 0),
    ]


def test_terms_need_nothing_but_a_name_countries_and_languages(session):
    terms = PortalTerms(name="Ghana", languages=("en",), territories=("GH",))
    portal = service.add_portal(session, "ghana", terms, catalogues=LANGUAGES, actor="system")
    assert (portal.shows_outcomes, portal.retention_days, portal.texts) == (True, 365, {})
