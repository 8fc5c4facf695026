"""The kit: its address is the only key to it, and it holds all that a webmaster needs."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from server.partners import service
from server.partners.models import Partner, PartnerKey
from server.partners.service import KeyMode, SightingCount
from server.web.kit import snippets
from tests.factories.key import ORIGIN, KeyFactory
from tests.web.kit.conftest import BASE, Webmaster

PARTS = ("", "/status", "/poster")


def note(database, key, origin=ORIGIN, *, allowed=True, ago=timedelta(minutes=2)):
    at = datetime.now(UTC) - ago
    with database.transaction() as session:
        service.record_sightings(
            session, [SightingCount(key.row.id, at.date(), origin, allowed, 1, at)]
        )


def code(page, name):
    """What a webmaster copies out of a block."""
    return html.unescape(re.search(rf'<code id="{name}">(.*?)</code>', page.text, re.S)[1])


def text(page):
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page.text)).split())


def test_a_kit_opens_without_an_account_and_names_key_partner_and_origins(webmaster, key):
    page = webmaster.open()
    assert page.status_code == 200
    for told in (key.text, ORIGIN, "Teranga Mobile", "Senegal"):
        assert told in text(page)


def test_a_guessed_address_opens_nothing(client, kit):
    for guess in ("x", "A" * 43, kit.token[:-1], kit.token + "A", kit.token.swapcase()):
        for part in PARTS:
            assert client.get(f"/kit/{guess}{part}", base_url=BASE).status_code == 404


def test_an_expired_kit_says_that_it_is_closed(webmaster):
    with time_machine.travel(datetime.now(UTC) + timedelta(days=31), tick=False):
        for part in PARTS:
            page = webmaster.open(part)
            assert page.status_code == 410
            assert "iwfpk_" not in page.text
        assert "closed" in text(webmaster.open())


def test_a_closed_kit_is_closed_at_once(webmaster, kit, key, database):
    with database.transaction() as session:
        now = datetime.now(UTC)
        service.close_kit(session, key.row.id, kit.kit.id, now=now, actor="system")
    assert [webmaster.open(part).status_code for part in PARTS] == [410] * 3


@pytest.mark.parametrize("part", PARTS)
def test_every_answer_keeps_the_address_to_itself(webmaster, client, part):
    for page in (webmaster.open(part), client.get(f"/kit/nothing{part}", base_url=BASE)):
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["X-Robots-Tag"].startswith("noindex")
        assert "Set-Cookie" not in page.headers
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy.partition("style-src")[0]


def test_no_script_and_no_style_stands_in_the_page(webmaster):
    page = webmaster.open()
    assert re.findall(r"<script(?![^>]*src=)", page.text) == []
    assert not re.search(r"<style|\sstyle=|\son\w+=", page.text)
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]


def test_the_page_asks_nobody_else(webmaster):
    page = webmaster.open()
    # What stands in the blocks to copy is escaped, so that these are the page's own.
    for address in re.findall(r'(?:src|href|action)="([^"]*)"', page.text):
        assert address.startswith(("/static/kit/", "/kit/", "/embed/preview/", "#")), address


def test_what_a_partner_is_called_stays_text(webmaster, database, key):
    with database.transaction() as session:
        partner = session.get_one(Partner, key.row.partner_id)
        partner.name = '<script>alert(1)</script>"&'
        session.get_one(PartnerKey, key.row.id).label = "</code><img src=x onerror=alert(1)>"
    page = webmaster.open()
    assert "<script>alert" not in page.text
    assert "<img" not in page.text


def test_the_words_of_a_snippet_stay_words():
    words = snippets.Words(title="\"><script>alert('1')</script>", own_page="<b>")
    for snippet in (snippets.INLINE, snippets.UPGRADED_LINK, snippets.MOUNT, snippets.OPEN):
        filled = snippets.fill(snippet, server=BASE, key="K", language="en", words=words)
        assert "<script>alert" not in filled
        assert '</script>"' not in filled


def test_a_key_that_was_never_seen_is_not_seen_yet(webmaster):
    assert "Not seen yet." in text(webmaster.open())


def test_a_page_that_shows_the_form_stands_there_with_its_moment(webmaster, database, key):
    note(database, key)
    assert f"Seen on {ORIGIN}, 2 minutes ago." in text(webmaster.open())
    (line,) = webmaster.open("/status?lang=en").json["lines"]
    assert line == {
        "tone": "good",
        "before": "Seen on ",
        "origin": ORIGIN,
        "after": ", 2 minutes ago.",
    }


def test_a_page_that_is_refused_says_what_to_do_until_it_is_on_the_list(webmaster, database, key):
    note(database, key, "https://new.example", allowed=False)
    said = (
        "Refused on https://new.example, 2 minutes ago. "
        "If this is your page, ask your contact to add it."
    )
    assert said in text(webmaster.open())
    with database.transaction() as session:
        session.get_one(PartnerKey, key.row.id).origins = [ORIGIN, "https://new.example"]
    assert "Refused on" not in text(webmaster.open())


def test_a_flood_of_refused_pages_leaves_five_lines(webmaster, database, key):
    for number in range(9):
        note(database, key, f"https://p{number}.example", allowed=False)
    assert len(webmaster.open("/status?lang=en").json["lines"]) == 1 + 5


def test_a_page_refused_day_by_day_goes_before_a_flood_and_behind_what_is_shown(
    webmaster, database, key
):
    note(database, key)
    for days in (1, 2):
        ago = timedelta(days=days)
        note(database, key, "https://real.example", allowed=False, ago=ago)
    for number in range(6):
        note(database, key, f"https://p{number}.example", allowed=False)
    lines = webmaster.open("/status?lang=en").json["lines"]
    assert [each["origin"] for each in lines[:2]] == [ORIGIN, "https://real.example"]
    assert [each["tone"] for each in lines] == ["good"] + ["alert"] * 5


def test_the_status_is_told_in_the_language_of_the_page(webmaster, database, key):
    note(database, key)
    (line,) = webmaster.open("/status?lang=fr").json["lines"]
    assert "2 minutes" in line["after"]
    assert line["before"] != "Seen on "


def test_the_snippets_are_in_the_chosen_language_of_the_key(webmaster, key):
    inline = code(webmaster.open("?lang=en&form=ar"), "snippet-inline")
    assert f'src="{BASE}/embed/{key.text}?lang=ar"' in inline
    assert "Report child sexual abuse imagery" not in inline
    other = code(webmaster.open("?lang=en&form=xx"), "snippet-inline")
    assert f"{key.text}?lang=fr" in other


def test_the_page_itself_speaks_every_language_with_a_catalogue(webmaster):
    headings = set()
    for language in ("en", "fr", "ar"):
        page = webmaster.open(f"?lang={language}")
        assert f'<html lang="{language}"' in page.text
        headings.add(re.search(r"<h1>(.*?)</h1>", page.text)[1])
    assert len(headings) == 3
    assert 'dir="rtl"' in webmaster.open("?lang=ar").text


def test_a_key_that_is_paused_meanwhile_is_said_to_be(webmaster, database, key):
    with database.transaction() as session:
        service.pause_key(session, key.text, actor="system")
    page = webmaster.open()
    assert "not in use at the moment" in text(page)
    assert "Reports in the last 30 days" not in text(page)


def test_a_kit_of_an_expired_key_stays_without_counts(webmaster, database, key):
    assert "Reports in the last 30 days" in text(webmaster.open())
    with database.transaction() as session:
        row = session.get_one(PartnerKey, key.row.id)
        row.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    page = webmaster.open()
    assert page.status_code == 200
    assert "Reports in the last 30 days" not in text(page)


def test_a_kit_of_a_revoked_key_is_closed(webmaster, database, key):
    with database.transaction() as session:
        service.revoke_key(session, key.text, reason="no partner any more", actor="system")
        assert service.open_kits(session, key.row.id, datetime.now(UTC)) == []
    for part in PARTS:
        page = webmaster.open(part)
        assert page.status_code == 410
        assert "iwfpk_" not in page.text


def test_the_kit_of_a_test_key_says_so_and_counts_nothing(client, issue, database, settings):
    with database.transaction() as session:
        key = KeyFactory(session=session, secrets=settings.intake_secrets, mode=KeyMode.TEST)
    page = Webmaster(client, issue(key).token).open()
    assert "This is a test key" in text(page)
    assert "Reports in the last 30 days" not in text(page)


def test_the_preview_is_the_real_frame_and_may_stand_here(webmaster, client):
    address = re.search(r'<iframe src="([^"]+)"', webmaster.open().text)[1]
    frame = client.get(html.unescape(address), base_url=BASE)
    assert frame.status_code == 200
    policy = frame.headers["Content-Security-Policy"]
    assert "'self'" in policy.partition("frame-ancestors")[2].partition(";")[0]
