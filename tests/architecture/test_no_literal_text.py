"""No word that a citizen reads is outside the catalogues.

Every citizen's page is rendered in a language made for this test, in which each text of the
catalogue stands in brackets. A letter outside of brackets was written into a template or the code.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from flask_babel import get_babel
from markupsafe import escape

from server import app as factory
from server.config import bundled, load_settings
from server.directory.service import continent_name, territories
from server.extensions import KEYS
from server.partners import service as partners
from server.partners.service import Continent
from server.reports.service import SealingKey
from server.reports.vocabulary import OutOfRemit
from server.storage.database import Database
from server.storage.last_known import KEPT_S
from server.web.locale import LANGUAGES
from tests.architecture.tree import ROOT
from tests.factories.key import KeyFactory
from tests.factories.partner import PartnerFactory
from tests.web.embed.visitor import ADDRESS, Visitor

OPEN, CLOSE = "⟦", "⟧"
READ_ALOUD = ("alt", "aria-label", "placeholder", "title")
SHOWN_BY_SCRIPT = ("data-any", "data-close", "data-next", "data-send")
#: What is a name or data, the same in every language or named by the data of Unicode.
NAMES = (
    *("English", "Français", "العربية", "Sénégal", "Report Remove", "Take It Down", "StopNCII"),
    ADDRESS,
)
DATE = re.compile(r"\d{1,2} \w+ \d{4}")
REFERENCE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{12}[0-9A-Z*~$=]")


class Texts(HTMLParser):
    """All that a document says: its text as a whole, since a text may go through a link; the
    attributes that are read out or that its script shows. What was typed is the citizen's own."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = [""]
        self._element = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._element = tag
        self.said += [text for name, text in attrs if name in READ_ALOUD + SHOWN_BY_SCRIPT and text]

    def handle_endtag(self, tag: str) -> None:
        self._element = ""

    def handle_data(self, data: str) -> None:
        if self._element not in ("script", "style", "textarea"):
            self.said[0] += f"{data}\n"


def outside_of_brackets(text: str) -> str:
    """What no catalogue said, of a text in which brackets may stand in brackets."""
    depth, outside = 0, ""
    for letter in text:
        depth += letter == OPEN
        outside += letter if depth == 0 else ""
        depth -= letter == CLOSE
    return outside


def untranslated(html: str) -> list[str]:
    found = []
    for said in Texts(html).said:
        rest = REFERENCE.sub("", DATE.sub("", outside_of_brackets(said)))
        for name in NAMES:
            rest = rest.replace(name, "")
        if re.search(r"[^\W\d_]", rest):
            found.append(" ".join(rest.split()))
    return found


@pytest.fixture
def database(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """What is said is the same on every kind of database."""
    shutil.copy(migrated_sqlite, tmp_path / "portals.db")
    database = Database(f"sqlite:///{tmp_path / 'portals.db'}")
    yield database
    database.dispose()


@pytest.fixture
def bracketed(
    database: Database,
    environment: dict[str, str],
    sealing_key: SealingKey,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[FlaskClient]:
    """The real application, whose French is English in brackets."""
    with (ROOT / "translations/messages.pot").open("rb") as file:
        template = read_po(file)
    french = Catalog(locale="fr")
    for message in template:
        if isinstance(message.id, tuple):
            wrapped = tuple(OPEN + form + CLOSE for form in message.id)
            french.add(message.id, wrapped[: french.num_plurals])
        elif message.id:
            french.add(message.id, OPEN + message.id + CLOSE, context=message.context)
    folder = tmp_path / "translations/fr/LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as compiled:
        write_mo(compiled, french)
    places = {"translations": tmp_path / "translations"}
    monkeypatch.setattr(factory, "bundled", lambda name: places.get(name) or bundled(name))
    settings = load_settings({**environment, "PORTALS_HOTLINE_NAME": f"{OPEN}hotline{CLOSE}"})
    app = factory.create_app(settings, database)
    app.testing = True
    with app.app_context():
        # One for all applications of a process.
        catalogues = get_babel().instance.domain_instance.cache
    catalogues.clear()
    yield app.test_client()
    catalogues.clear()


@pytest.fixture
def form(bracketed: FlaskClient, database: Database) -> Visitor:
    """The form of a partner whose own words stand in brackets too."""
    settings = bracketed.application.extensions["portals.settings"]
    with database.transaction() as session:
        partner = PartnerFactory(session=session)
        issued = KeyFactory(session=session, secrets=settings.intake_secrets, partner=partner)
        partners.publish_branding(
            session,
            partner,
            display_name=f"{OPEN}partner{CLOSE}",
            colour="#1d4f76",
            logo=None,
            texts={},
            actor="system",
        )
    return Visitor(bracketed, f"/r/{issued.text}?lang=fr")


def test_the_form_from_its_first_step_to_the_status(form: Visitor) -> None:
    pages = {"form": form.response.text}
    form.press("check", report_type="", addresses="javascript:alert(1)", contact="nobody")
    pages["mistakes"] = form.response.text
    form.press("check", report_type="not_sure", addresses=ADDRESS, contact="", seen_at="today")
    pages["check"] = form.response.text
    form.press("send")
    pages["receipt"] = form.response.text
    receipt = form.document.ids["receipt"]
    for name, typed in {"status": receipt, "no such receipt": "0000"}.items():
        answer = form.client.post("/status?lang=fr", data={"receipt": typed})
        pages[name] = answer.text
    assert len(receipt) == 24
    assert {name: found for name, page in pages.items() if (found := untranslated(page))} == {}
    assert all(page.count(OPEN) > 5 for page in pages.values())


@pytest.mark.parametrize("choice", list(OutOfRemit))
def test_the_signposts(form: Visitor, choice: str) -> None:
    form.press("check", report_type=choice)
    assert untranslated(form.response.text) == []
    assert form.response.text.count(OPEN) > 5


def test_pages_that_stand_where_the_form_cannot(form: Visitor, database: Database) -> None:
    client, key = form.client, form.address.split("/")[2].split("?")[0]
    pages = {
        "unknown key": client.get("/embed/iwfpk_live_unknown?lang=fr"),
        "no such page": client.get("/nothing?lang=fr"),
        "a file": client.post(form.address, data={"file": (b"", "x.png")}),
        "too much": client.post(form.address, data={"description": "x" * 70_000}),
        "not readable": client.post(
            form.address, data=b"%ff", content_type="application/x-www-form-urlencoded"
        ),
    }
    with database.transaction() as session:
        partners.revoke_key(session, key, reason="test", actor="system")
    kept = client.application.extensions[KEYS].publishable
    kept.clock = lambda: time.monotonic() + KEPT_S  # as it is from then on, at the latest
    pages["revoked key"] = client.get(form.address)
    assert {name: page.status_code for name, page in pages.items()} == {
        "unknown key": 404,
        "no such page": 404,
        "a file": 415,
        "too much": 413,
        "not readable": 400,
        "revoked key": 410,
    }
    said = {name: untranslated(page.text) for name, page in pages.items()}
    assert {name: found for name, found in said.items() if found} == {}
    assert all(OPEN in page.text for page in pages.values())


def test_the_pages_of_portals(bracketed: FlaskClient, form: Visitor, database: Database) -> None:
    """Names of countries and continents are CLDR's; those of portals and partners their own."""
    with database.transaction() as session:
        (portal,) = partners.list_portals(session)
        (partner,) = partners.list_partners(session)
        terms = replace(partners.terms_of(session, portal), default_partner=partner.slug)
        partners.edit_portal(
            session, portal.slug, terms, revision=1, catalogues=LANGUAGES, actor="system"
        )
        slug = portal.slug
    found = bracketed.get("/portals/?lang=fr&country=SN").text.replace("Senegal", "")
    everything = bracketed.get("/portals/?lang=fr").text
    for _, name in territories("fr"):
        everything = everything.replace(f">{escape(name)}<", "><")
    for continent in Continent:
        everything = everything.replace(f">{continent_name(continent, 'fr')}<", "><")
    pages = {
        "one country": found,
        "all countries": everything.replace("Senegal", ""),
        "unknown country": bracketed.get("/portals/?lang=fr&country=x").text.split("<h2>")[0],
        "own page": bracketed.get(f"/portals/{slug}/fr").text,
    }
    assert {name: said for name, page in pages.items() if (said := untranslated(page))} == {}
    assert all(page.count(OPEN) > 4 for page in pages.values())


def test_the_pages_of_a_kit(bracketed: FlaskClient, form: Visitor, database: Database) -> None:
    """What is to be copied, and names, stand as they are."""
    with database.transaction() as session:
        (key,) = partners.list_keys(session)
        now = datetime.now(UTC)
        token = partners.issue_kit(session, key, days=7, now=now, actor="system").token
        counted = partners.SightingCount(key.id, now.date(), key.origins[0], True, 1, now)
        partners.record_sightings(session, [counted])
    names = (key.partner.name, key.portal.name, key.label, "report.example.org/portals/")
    names = (*names, key.portal.slug)
    pages = {}
    for rest in ("", "/poster", "x"):
        page = bracketed.get(f"/kit/{token}{rest}?lang=fr").text
        page = re.sub(r"<(code|bdi) .*?</\1>|<code>.*?</code>", "", page, flags=re.S)
        for name in names:
            page = page.replace(name, "")
        pages[rest] = page
    assert {name: said for name, page in pages.items() if (said := untranslated(page))} == {}
    assert all(page.count(OPEN) > 1 for page in pages.values())


def test_what_the_script_says(form: Visitor) -> None:
    """It comes late, with the script, and shows no word of its own."""
    (address,) = re.findall(r'data-sender="([^"]+)"', form.response.text)
    script = form.client.get(address).text
    said = json.loads(script.splitlines()[0].removeprefix("window.iwfWords=").removesuffix(";"))
    assert len(said) > 10
    assert [text for text in said.values() if outside_of_brackets(text)] == []
