"""A rule reaches exactly the countries that have no authority of their own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.directory.continents import CONTINENTS, continent_name
from server.directory.service import (
    TERRITORIES,
    load_directory,
    portals_serving,
    reached,
    territories_with_authority,
    without_authority,
)
from server.partners.service import Continent, Reach, list_portals
from tests.directory.rows import a_row
from tests.factories.portal import PortalFactory

codes = st.sampled_from(sorted(TERRITORIES))
continents = st.none() | st.sampled_from(Continent)


@settings(max_examples=50)
@given(owned=st.sets(codes), continent=continents)
def test_a_country_with_an_authority_is_never_in_the_rule(owned, continent):
    found = without_authority(owned, continent)
    assert not found & owned
    assert found | owned >= {c for c in TERRITORIES if continent in (None, CONTINENTS[c])}


@settings(max_examples=50)
@given(owned=st.sets(codes), code=codes, continent=continents)
def test_an_authority_takes_its_country_out_and_no_other(owned, code, continent):
    before = without_authority(owned, continent)
    assert without_authority(owned | {code}, continent) == before - {code}


def test_every_territory_lies_on_one_continent():
    assert CONTINENTS.keys() == TERRITORIES
    assert set(CONTINENTS.values()) == set(Continent)


@pytest.mark.parametrize(
    ("continent", "language", "name"),
    [
        (Continent.AFRICA, "fr", "Afrique"),
        (Continent.NORTH_AMERICA, "en", "North America"),
        (Continent.ANTARCTICA, "ar", "أنتاركتيكا"),
        (Continent.ASIA, "nonsense", "Asia"),
    ],
)
def test_a_continent_has_its_name_in_the_language(continent, language, name):
    assert continent_name(continent, language) == name


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        ({"kind": "inhope_hotline"}, True),
        ({"kind": "police"}, True),
        ({"kind": "police", "verified": "existence"}, True),
        ({"kind": "iwf_portal"}, False),
        ({"kind": "police", "verified": "country_only", "name": None, "url": None}, False),
    ],
)
def test_only_what_may_be_shown_and_is_the_countrys_own_counts(session, row, counts):
    load_directory(
        session,
        [a_row(country_code="KE", country="Kenya", **row)],
        now=datetime.now(UTC),
        actor="system",
    )
    assert (territories_with_authority(session) == {"KE"}) is counts


def test_what_staff_removed_does_not_count(session):
    from server.directory.models import Authority

    row = a_row(country_code="KE", country="Kenya", kind="police")
    load_directory(session, [row], now=datetime.now(UTC), actor="system")
    session.query(Authority).one().removed_at = datetime.now(UTC)
    assert territories_with_authority(session) == frozenset()


def test_named_countries_stay_in_their_order(session):
    portal = PortalFactory(session=session, territories=("SN", "GM", "ML"))
    assert reached(portal, {"SN"}) == ("SN", "GM", "ML")


def serving(session, territory):
    """The portal that serves a territory first, as the directory is now."""
    owned = territories_with_authority(session)
    return next(iter(portals_serving(list_portals(session), territory, owned)), None)


def test_a_portal_that_names_a_country_comes_before_a_rule_then_the_oldest(session):
    rule = PortalFactory(session=session, reach=Reach.WITHOUT_AUTHORITY, continent=Continent.AFRICA)
    world = PortalFactory(session=session, reach=Reach.WITHOUT_AUTHORITY)
    first = PortalFactory(session=session, territories=("SN", "GM"))
    PortalFactory(session=session, territories=("GM",))
    assert serving(session, "GM") is first
    assert serving(session, "KE") is rule
    assert serving(session, "FJ") is world


def test_a_new_hotline_takes_its_country_out_of_the_rule(session):
    rule = PortalFactory(session=session, reach=Reach.WITHOUT_AUTHORITY)
    assert serving(session, "KE") is rule
    row = a_row(country_code="KE", country="Kenya", kind="inhope_hotline")
    load_directory(session, [row], now=datetime.now(UTC), actor="system")
    assert serving(session, "KE") is None
