"""The poster: the portal's languages, the partner's look, and a code that leads to the form."""

from __future__ import annotations

import re

import pytest

from tests.web.kit.conftest import BASE


def sections(page):
    return re.findall(r'<section lang="(\w+)" dir="(\w+)">', page.text)


@pytest.mark.parametrize(("language", "way"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_a_poster_speaks_one_language_in_its_direction(webmaster, language, way):
    page = webmaster.open(f"/poster?lang={language}")
    assert page.status_code == 200
    assert sections(page) == [(language, way)]


def test_each_language_has_words_of_its_own(webmaster):
    headings = {
        re.search(r"<h1>(.*?)</h1>", webmaster.open(f"/poster?lang={each}").text)[1]
        for each in ("en", "fr", "ar")
    }
    assert len(headings) == 3


def test_the_poster_of_all_languages_has_each_of_the_portals_and_one_code(webmaster):
    page = webmaster.open("/poster?lang=all")
    assert sections(page) == [("fr", "ltr"), ("en", "ltr"), ("ar", "rtl")]
    assert page.text.count('class="qr"') == 1


def test_a_language_that_the_portal_does_not_have_is_no_poster(webmaster):
    assert webmaster.open("/poster?lang=xx").status_code == 404


def test_the_code_leads_to_the_form_in_the_posters_language(webmaster, key, monkeypatch):
    asked = []
    monkeypatch.setattr("server.web.kit.poster.qr_code", lambda address: asked.append(address))
    webmaster.open("/poster?lang=fr")
    webmaster.open("/poster?lang=all")
    assert asked == [f"{BASE}/r/{key.text}?lang=fr", f"{BASE}/r/{key.text}"]


def test_the_colour_and_name_of_the_partner_are_on_it(webmaster):
    page = webmaster.open("/poster?lang=en")
    assert re.search(r"<style>:root\{--brand:#[0-9a-f]{6}\}</style>", page.text)
    assert "Teranga Mobile" in page.text
    assert "report.example.org/portals/" in page.text


def test_the_only_style_in_the_poster_is_the_one_that_its_policy_names(webmaster):
    page = webmaster.open("/poster?lang=en")
    assert page.text.count("<style") == 1
    assert " style=" not in page.text
    assert "'sha256-" in page.headers["Content-Security-Policy"]
    assert "<script" not in page.text
