"""A portal's own page is its default partner's form, in each of the portal's languages."""

from __future__ import annotations

import brotli
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.demo.partners import DEMO_PARTNERS
from server.directory.service import TERRITORIES
from server.partners import service as partners
from server.partners.service import IssuedKey
from server.reports.service import Report
from server.storage.database import Database
from server.web.embed.form_page import MAX_COUNTRIES
from server.web.locale import LANGUAGES
from tests.web.embed.conftest import _widget
from tests.web.embed.visitor import Document, Visitor
from tests.web.portal.conftest import Edit

__all__ = ["_widget"]

#: Bytes after Brotli 11, as in tests/web/embed/test_document.py.
BUDGET = 7_168

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_the_form_in_the_language_of_its_address(
    client: FlaskClient, senegal: IssuedKey, language: str
) -> None:
    response = client.get(f"/portals/senegal/{language}")
    assert response.status_code == 200
    assert Document(response.text).root == {"lang": language, "dir": LANGUAGES[language].direction}
    assert f'data-key="{senegal.text}"' in response.text
    assert response.headers["Content-Language"] == language


def test_without_a_language_it_speaks_the_portals_first(
    client: FlaskClient, senegal: IssuedKey, edit: Edit
) -> None:
    headers = {"Accept-Language": "ar"}
    assert (
        client.get("/portals/senegal?lang=ar", headers=headers).headers["Content-Language"] == "fr"
    )
    edit(languages=("en", "fr", "ar"))
    assert client.get("/portals/senegal").headers["Content-Language"] == "en"


def test_it_speaks_the_portals_languages_though_its_key_has_fewer(
    client: FlaskClient, senegal: IssuedKey, database: Database
) -> None:
    with database.transaction() as session:
        partners.get_key(session, senegal.text).languages = ["fr"]
    visitor = Visitor(client, "/portals/senegal/ar")
    assert visitor.document.root["lang"] == "ar"
    visitor.report()
    with database.reading() as session:
        assert session.scalars(select(Report.language)).one() == "ar"


@pytest.mark.parametrize(
    "address", ["nowhere", "nowhere/fr", "senegal/xx", "senegal/pt", "senegal/FR", "senegal/fr/x"]
)
def test_what_there_is_not_is_a_404_page(
    client: FlaskClient, senegal: IssuedKey, address: str
) -> None:
    response = client.get(f"/portals/{address}")
    assert response.status_code == 404
    assert "https://report.iwf.org.uk/" in response.text
    assert client.post(f"/portals/{address}", data={"stage": "check"}).status_code == 404


def test_a_language_less_is_a_404_page(
    client: FlaskClient, senegal: IssuedKey, edit: Edit, database: Database
) -> None:
    with database.transaction() as session:
        for key in partners.list_keys(session):
            key.languages = ["fr"]
    edit(languages=("fr",))
    assert client.get("/portals/senegal/en").status_code == 404


def test_a_report_without_script_goes_all_the_way(
    client: FlaskClient, senegal: IssuedKey, database: Database
) -> None:
    visitor = Visitor(client, "/portals/senegal/fr?campaign=spring")
    assert "/portals/senegal/ar?campaign=spring" in visitor.document.links
    document = visitor.report()
    assert len(document.ids["receipt"]) == 24
    assert "Parlez-en." in document.text
    with database.reading() as session:
        report = session.scalars(select(Report)).one()
        assert report.key_id == partners.get_key(session, senegal.text).id
        assert (report.campaign, report.origin, report.language) == ("spring", None, "fr")


def test_supporting_partners_are_named_and_the_way_to_other_countries(
    client: FlaskClient, senegal: IssuedKey
) -> None:
    document = Document(client.get("/portals/senegal/en").text)
    assert "With the support of:" in document.text
    assert "Gate of Childhood" in document.text
    assert "/portals/?lang=en" in document.links
    frame = Document(client.get(f"/embed/{senegal.text}?lang=en").text)
    assert "Gate of Childhood" not in frame.text


def test_it_is_cached_and_closed_as_the_form_is(client: FlaskClient, senegal: IssuedKey) -> None:
    response = client.get("/portals/senegal/fr")
    own = client.get(f"/r/{senegal.text}?lang=fr")
    for name in ("Cache-Control", "Content-Security-Policy", "Vary", "Referrer-Policy"):
        assert response.headers[name] == own.headers[name]
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in response.headers
    again = client.get("/portals/senegal/fr", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_without_an_open_key_it_says_where_to_report(
    client: FlaskClient, senegal: IssuedKey, database: Database
) -> None:
    with database.transaction() as session:
        partners.pause_key(session, senegal.text, actor="system")
    response = client.get("/portals/senegal/fr")
    assert response.status_code == 410
    assert "<form" not in response.text
    assert "https://report.iwf.org.uk/" in response.text
    assert "Le poste de police est ouvert." in response.text
    assert response.headers["Cache-Control"] == "public, max-age=10"


def test_who_has_the_form_open_may_still_send(
    client: FlaskClient, senegal: IssuedKey, database: Database
) -> None:
    visitor = Visitor(client, "/portals/senegal/fr")
    with database.transaction() as session:
        partners.pause_key(session, senegal.text, actor="system")
    assert len(visitor.report().ids["receipt"]) == 24


def test_a_portal_that_never_had_a_key_takes_no_words_away(
    client: FlaskClient, senegal: IssuedKey, edit: Edit
) -> None:
    edit(default_partner=None)
    assert client.get("/portals/senegal").status_code == 410
    assert client.post("/portals/senegal", data={"stage": "check"}).status_code == 410


@pytest.mark.parametrize("place", ["embed", "r"])
def test_the_portals_own_words_stand_in_the_form_in_their_language_alone(
    client: FlaskClient, senegal: IssuedKey, place: str
) -> None:
    french = client.get(f"/{place}/{senegal.text}?lang=fr").text
    assert french.index("Le poste de police est ouvert.") < french.index('id="step2"')
    assert french.count("Parlez-en.") == 2  # at the first step, and with the receipt
    for language in ("en", "ar"):
        assert "Parlez-en." not in client.get(f"/{place}/{senegal.text}?lang={language}").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_own_words_and_many_countries_the_frame_keeps_its_budget(
    client: FlaskClient, senegal: IssuedKey, edit: Edit, language: str
) -> None:
    edit(
        texts=DEMO_PARTNERS[0].portal_texts,
        territories=tuple(sorted(TERRITORIES)[:MAX_COUNTRIES]),
    )
    html = client.get(f"/embed/{senegal.text}?lang={language}").text
    assert html.count("<option value=") > MAX_COUNTRIES
    assert DEMO_PARTNERS[0].portal_texts[language]["helpline"] in html
    assert len(brotli.compress(html.encode(), quality=11)) <= BUDGET
    edit(territories=tuple(sorted(TERRITORIES)[: MAX_COUNTRIES + 1]))
    html = client.get(f"/portals/senegal/{language}").text
    assert '<datalist id="countries"></datalist>' in html


def test_words_are_text_and_never_markup(
    client: FlaskClient, senegal: IssuedKey, edit: Edit
) -> None:
    edit(texts={"fr": {"helpline": "<script>alert(1)</script>"}})
    html = client.get("/portals/senegal/fr").text
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_an_edit_shows_at_once(client: FlaskClient, senegal: IssuedKey, edit: Edit) -> None:
    before = client.get("/portals/senegal/fr")
    edit(texts={"fr": {"helpline": "Une ligne neuve."}})
    after = client.get("/portals/senegal/fr")
    assert "Une ligne neuve." in after.text
    assert before.headers["ETag"] != after.headers["ETag"]
