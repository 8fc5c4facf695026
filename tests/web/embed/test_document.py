"""The form as a document: its headers, its weight, its languages."""

from __future__ import annotations

import base64
import hashlib
import io
import random
import re
from pathlib import Path

import brotli
import pytest
from flask.testing import FlaskClient
from PIL import Image

from server.partners.logo import reencode_logo
from server.partners.service import IssuedKey, find_key, get_partner, publish_branding
from server.web.locale import LANGUAGES
from tests.factories.key import ORIGIN
from tests.web.embed.served_form import FormSite
from tests.web.embed.visitor import TYPED, Document, Visitor
from widget.build import TARGET

#: Bytes after Brotli 11; the last with one initial TCP window of 14,600 in mind.
BUDGET = 7_168
FIRST_VIEW = 10_240
FIRST_VIEW_WITH_LOGO = 13_312
SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
LOGO = re.compile(r'src="data:[^"]*"')

Form = tuple[FlaskClient, IssuedKey]


def csp_of(response) -> dict[str, str]:  # type: ignore[no-untyped-def]
    parts = response.headers["Content-Security-Policy"].split("; ")
    return {name: rest for name, _, rest in (part.partition(" ") for part in parts)}


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_policy_is_the_promised_one(unsent_form: Form) -> None:
    client, key = unsent_form
    response = client.get(f"/embed/{key.text}?lang=en")
    (script,) = SCRIPT.findall(response.text)
    (style,) = STYLE.findall(response.text)
    assert response.headers["Content-Security-Policy"] == (
        f"default-src 'none'; script-src 'self' 'unsafe-inline' {digest(script)}; "
        f"style-src 'unsafe-inline' {digest(style)}; img-src data:; connect-src 'self'; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {ORIGIN}; "
        "require-trusted-types-for 'script'; trusted-types iwf"
    )


@pytest.mark.parametrize("stage", ["", "check", "change", "out of remit", "error"])
@pytest.mark.parametrize("place", ["embed", "r"])
def test_every_page_of_the_form_has_all_headers(unsent_form: Form, place: str, stage: str) -> None:
    client, key = unsent_form
    visitor = Visitor(client, f"/{place}/{key.text}?lang=en")
    if stage == "out of remit":
        visitor.press("check", report_type="adult_content")
    elif stage == "error":
        visitor.press("check")
    elif stage:
        visitor.press(stage, **TYPED)
    headers = visitor.response.headers
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert headers["Referrer-Policy"] == "strict-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Permissions-Policy"] == "camera=(), microphone=(), geolocation=()"
    assert headers["Vary"] == "Accept-Encoding"
    assert "X-Frame-Options" not in headers
    assert "Set-Cookie" not in headers
    csp = csp_of(visitor.response)
    assert csp["frame-ancestors"] == (ORIGIN if place == "embed" else "'none'")
    assert csp["trusted-types"] == "iwf"
    if stage:
        assert headers["Cache-Control"] == "no-store"
        assert "ETag" not in headers
    else:
        assert headers["Cache-Control"] == (
            "public, max-age=60, s-maxage=60, stale-if-error=604800"
        )


def test_the_script_is_the_same_for_every_key_and_language(
    client: FlaskClient, key: IssuedKey, other_key: IssuedKey
) -> None:
    scripts = {
        SCRIPT.findall(client.get(f"/embed/{each.text}?lang={language}").text)[0]
        for each in (key, other_key)
        for language in LANGUAGES
    }
    assert scripts == {(TARGET / "frame.js").read_text(encoding="utf-8")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_document_keeps_its_budget(unsent_form: Form, language: str) -> None:
    client, key = unsent_form
    html = LOGO.sub("", client.get(f"/embed/{key.text}?lang={language}").text)
    assert Document(html).root["lang"] == language
    assert len(brotli.compress(html.encode(), quality=11)) <= BUDGET


def test_the_headers_keep_their_budget(unsent_form: Form) -> None:
    client, key = unsent_form
    headers = str(client.get(f"/embed/{key.text}").headers)
    further_origins = 4 * len(" https://www.partner-0.example")
    assert len(headers.encode()) + further_origins <= 1_024


def first_view(client: FlaskClient, key: IssuedKey, language: str) -> int:
    """Bytes of loader, frame and the frame's headers under five origins, as a browser gets them."""
    asked = {"Accept-Encoding": "gzip, deflate, br"}
    frame = client.get(f"/embed/{key.text}?lang={language}", headers=asked)
    loader = client.get("/widget/v1.js", headers=asked)
    assert loader.headers["Content-Encoding"] == "br"
    origins = 4 * len(" https://www.partner-0.example")
    return len(loader.data) + len(frame.data) + len(str(frame.headers).encode()) + origins


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_first_view_keeps_its_budget(unsent_form: Form, language: str) -> None:
    client, key = unsent_form
    assert first_view(client, key, language) <= FIRST_VIEW


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_the_heaviest_logo_it_fits_into_one_initial_window(
    form_site: FormSite, language: str
) -> None:
    key = form_site.issue_key()
    with form_site.database.transaction() as session:
        found = find_key(session, key.text)
        assert found is not None
        publish_branding(
            session,
            get_partner(session, found.partner_slug),
            display_name="A partner",
            colour="#1d4f76",
            logo=heavy_logo(),
            texts={},
            actor="system",
        )
    client = form_site.app.test_client()
    assert len(LOGO.search(client.get(f"/embed/{key.text}").text)[0]) > 3_500  # type: ignore[index]
    assert first_view(client, key, language) <= FIRST_VIEW_WITH_LOGO


def heavy_logo() -> bytes:
    """A PNG of noise that nearly fills what a logo may have: nothing compresses it."""
    drawn = []
    for width in range(40, 100, 4):
        noise = Image.frombytes("L", (width, 40), random.Random(1).randbytes(width * 40))
        written = io.BytesIO()
        noise.save(written, "PNG")
        drawn.append(written.getvalue())
    return max(drawn, key=lambda png: len(reencode_logo(png)))


@pytest.mark.parametrize(("accepted", "encoding"), [("br", "br"), ("gzip", "gzip"), ("", None)])
def test_it_comes_in_the_encoding_that_was_asked_for(
    unsent_form: Form, accepted: str, encoding: str | None
) -> None:
    client, key = unsent_form
    response = client.get(f"/embed/{key.text}", headers={"Accept-Encoding": accepted})
    assert response.headers.get("Content-Encoding") == encoding


def test_an_unchanged_document_is_not_sent_again(unsent_form: Form) -> None:
    client, key = unsent_form
    address = f"/embed/{key.text}?lang=fr"
    etag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["Cache-Control"].startswith("public")
    assert client.get(f"/embed/{key.text}?lang=en").headers["ETag"] != etag


def test_it_asks_for_nothing_else(unsent_form: Form) -> None:
    client, key = unsent_form
    html = client.get(f"/embed/{key.text}").text
    assert not re.findall(r"<(?:link|iframe|object|embed|video|audio)\b", html)
    assert not re.findall(r'\bsrc="(?!data:)', html)
    assert "url(" not in html


def test_nothing_of_the_widget_writes_markup_or_keeps_anything() -> None:
    for folder in ("frame", "sender"):
        for path in (Path("widget") / folder).glob("*.js"):
            source = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.S)
            assert not re.search(
                r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Storage|cookie|indexedDB",
                source,
            ), path


@pytest.mark.parametrize(
    ("query", "language", "direction"),
    [
        ("", "fr", "ltr"),
        ("?lang=ar", "ar", "rtl"),
        ("?lang=en", "en", "ltr"),
        ("?lang=xx", "fr", "ltr"),
        ("?lang=../../etc", "fr", "ltr"),
        ("?lang=", "fr", "ltr"),
    ],
)
def test_the_language_is_that_of_the_address_or_the_keys_own(
    unsent_form: Form, query: str, language: str, direction: str
) -> None:
    client, key = unsent_form
    response = client.get(f"/embed/{key.text}{query}", headers={"Accept-Language": "ar"})
    root = Document(response.text).root
    assert (root["lang"], root["dir"]) == (language, direction)
    assert response.headers["Content-Language"] == language


def test_the_switcher_keeps_the_campaign(unsent_form: Form) -> None:
    client, key = unsent_form
    document = Document(client.get(f"/embed/{key.text}?lang=fr&campaign=spring%202026").text)
    assert "?lang=ar&campaign=spring+2026" in document.links


@pytest.mark.parametrize("campaign", ["a" * 65, "<b>", "a\nb", " ", "a;b", "😀"])
def test_a_campaign_that_is_none_is_ignored(unsent_form: Form, campaign: str) -> None:
    client, key = unsent_form
    response = client.get(f"/embed/{key.text}", query_string={"campaign": campaign})
    assert response.status_code == 200
    assert "campaign" not in response.text.partition("<script>")[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_five_steps_each_under_a_heading_and_a_way_out(unsent_form: Form, language: str) -> None:
    client, key = unsent_form
    html = client.get(f"/embed/{key.text}?lang={language}").text
    form = html[html.index("<form") : html.index("</form>")]
    assert len(re.findall(r"<section>.*?<h2[^>]*>[^<]+</h2>", form)) == 5
    assert html.count('target="_top"') >= 2
    assert "action=" not in form


def test_the_country_of_the_portal_is_set_and_no_country_is_known_by_address(
    unsent_form: Form,
) -> None:
    client, key = unsent_form
    response = client.get(f"/embed/{key.text}?lang=fr", headers={"X-Forwarded-For": "192.0.2.1"})
    assert Document(response.text).fields["territory"] == "Sénégal"


def test_a_page_that_moved_to_https_is_answered_as_the_browser_lets_it_in(
    form_site: FormSite,
) -> None:
    key = form_site.issue_key("http://www.example.org", "https://www.example.net")
    html = form_site.app.test_client().get(f"/embed/{key.text}").text
    (told,) = re.findall(r'data-origins="([^"]*)"', html)
    assert told.split() == [
        "http://www.example.org",
        "https://www.example.net",
        "https://www.example.org",
    ]
