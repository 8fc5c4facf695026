"""A citizen finds who takes reports in their country, and no link that nobody checked."""

from __future__ import annotations

from datetime import UTC, datetime
from html import unescape

import pytest
from flask.testing import FlaskClient

from server.directory.service import TERRITORIES, load_directory, territory_name
from server.partners.service import Continent, IssuedKey, Reach
from server.storage.database import Database
from server.web.locale import LANGUAGES
from tests.directory.rows import a_row
from tests.factories.portal import PortalFactory
from tests.web.embed.conftest import _widget
from tests.web.embed.visitor import Document
from tests.web.portal.conftest import Edit

__all__ = ["_widget"]

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def directory(database: Database) -> None:
    """A hotline with a link, a police form whose link nobody checked, and a country alone."""
    rows = [
        a_row(),
        a_row(country_code="KE", country="Kenya", kind="police", name="Police of Kenya",
              url="https://unchecked.example/", verified="existence"),
        a_row(country_code="MA", country="Morocco", name=None, url=None, verified="country_only"),
        a_row(country_code="SN", country="Senegal", kind="iwf_portal", name="The old portal"),
    ]  # fmt: skip
    with database.transaction() as session:
        load_directory(session, rows, now=datetime.now(UTC), actor="system")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_stands_there_in_the_readers_language(
    client: FlaskClient, language: str
) -> None:
    response = client.get(f"/portals/?lang={language}")
    assert Document(response.text).root["lang"] == language
    html = unescape(response.text)
    assert all(
        f"<summary>{territory_name(code, language)}</summary>" in html for code in TERRITORIES
    )
    assert html.count("<h3 id=") == len(Continent)


def about(client: FlaskClient, country: str, language: str = "en") -> Document:
    response = client.get("/portals/", query_string={"lang": language, "country": country})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    return Document(response.text)


def test_a_country_has_its_portal_and_its_own_authorities(
    client: FlaskClient, senegal: IssuedKey, directory: None
) -> None:
    found = about(client, "senegal")
    assert "/portals/senegal/en" in found.links
    assert "Emergency number: 17" in found.text
    assert "The old portal" not in found.text
    ghana = about(client, "gh")
    assert "https://hotline.example/report" in ghana.links


def test_no_link_that_nobody_checked(client: FlaskClient, directory: None) -> None:
    kenya = about(client, "Kenya")
    assert "Police of Kenya" in kenya.text
    assert "https://unchecked.example/" not in client.get("/portals/").text
    assert "Others who take reports" not in about(client, "Morocco").text


def test_a_portal_by_rule_stands_at_countries_without_an_authority_only(
    client: FlaskClient, database: Database, directory: None
) -> None:
    with database.transaction() as session:
        PortalFactory(
            session=session,
            slug="africa",
            name="Child Safety Africa",
            languages=("en",),
            reach=Reach.WITHOUT_AUTHORITY,
            continent=Continent.AFRICA,
        )
    assert "/portals/africa" in about(client, "Sénégal", "fr").links
    assert "/portals/africa/en" in about(client, "Morocco").links
    for other in ("Ghana", "Kenya", "Fiji"):
        assert not any("/portals/africa" in link for link in about(client, other).links)


@pytest.mark.parametrize("typed", ["Atlantis", "<script>alert(1)</script>", "x" * 300, "\x00"])
def test_an_unknown_country_is_said_to_be_unknown_and_all_are_shown(
    client: FlaskClient, typed: str
) -> None:
    response = client.get("/portals/", query_string={"country": typed})
    assert "We do not know this country." in response.text
    assert "<summary>Senegal</summary>" in response.text
    assert "<script>alert" not in response.text


def test_it_is_cached_and_keeps_nothing(client: FlaskClient) -> None:
    response = client.get("/portals/?lang=fr")
    assert (
        response.headers["Cache-Control"]
        == "public, max-age=60, s-maxage=60, stale-if-error=604800"
    )
    assert response.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in response.headers
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    known = {"If-None-Match": response.headers["ETag"]}
    assert client.get("/portals/?lang=fr", headers=known).status_code == 304


def test_the_address_without_its_last_stroke_leads_there(client: FlaskClient) -> None:
    response = client.get("/portals")
    assert response.status_code == 308
    assert response.headers["Location"].endswith("/portals/")


def test_the_api_names_the_portal_and_its_countries(
    client: FlaskClient, senegal: IssuedKey, edit: Edit, directory: None
) -> None:
    edit(reach=Reach.WITHOUT_AUTHORITY, continent=Continent.AFRICA)
    assert client.get("/api/v1/territories/MA").json["portal"] == "senegal"
    assert client.get("/api/v1/territories/KE").json["portal"] is None
    reached = client.get(f"/api/v1/portal?key={senegal.text}").json["portal"]["territories"]
    assert "MA" in reached
    assert "KE" not in reached
    assert len(reached) > 50
