"""What the branding editor refuses, shows and lets nobody do."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.partners import service as partners
from server.partners.service import NO_DRAFT, IssuedKey, Look, Partner
from server.staff.service import RoleName
from server.storage.database import Database
from tests.web.console.branding_fixtures import Stored, manage, manager, partner, stored
from tests.web.console.branding_manager import TYPED, Manager, upload
from tests.web.console.conftest import Member, SignIn
from tests.web.console.visitor import text_of

__all__ = ["manage", "manager", "partner", "stored"]


# What is refused does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_the_form_holds_what_was_saved(manager: Manager) -> None:
    manager.save(**TYPED)
    found = manager.fields(manager.path)
    assert {name: found[name] for name in TYPED} == TYPED


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"colour": "red;}body{display:none"}, "is no colour"),
        ({"colour": ""}, "is no colour"),
        ({"display_name": ""}, "write at least 1"),
        ({"display_name": "x" * 5_000}, "5,000 characters are too many, at most 60"),
        ({"display_name": "a\u202eb"}, "turn the direction"),
        ({"intro_fr": "x" * 281}, "281 characters are too many"),
        ({"footer_ar": "a\x07b"}, "control characters"),
        ({"logo": upload(b"<svg onload='alert(1)'/>")}, "export it as PNG"),
        ({"logo": upload(b"GIF89a")}, "GIF is not taken"),
        ({"logo": upload(bytes(2 * 1024 * 1024 + 9))}, "larger than 2 MiB"),
        ({"kept_logo": "?"}, "choose it again"),
        ({"kept_logo": "é"}, "choose it again"),
        ({"kept_logo": "PHN2Zz4="}, "SVG can carry scripts"),
        ({"revision": "x"}, "integer"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_nothing_is_lost(
    manager: Manager, stored: Stored, typed: dict[str, Any], reason: str
) -> None:
    answer = manager.save(**(TYPED | typed))
    assert answer.status_code == 422
    assert reason in text_of(answer)
    assert stored() == (None, None)
    found = manager.fields(manager.path)
    kept = {name: found[name] for name in TYPED if name not in typed}
    assert kept == {name: value for name, value in TYPED.items() if name not in typed}


def test_a_body_that_is_far_too_large_gets_a_page_that_says_so(manager: Manager) -> None:
    answer = manager.save(logo=upload(bytes(4 * 1024 * 1024)))
    assert answer.status_code == 413
    assert "That is too large for us" in text_of(answer)


def test_other_forms_of_the_console_take_no_more_than_before(manager: Manager) -> None:
    answer = manager.visitor.post("/console/sign-out", "x" * 70_000)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "payload",
    [
        "</style><script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{7*7}}{% raw %}",
        "javascript:alert(1)//'",
        "</textarea><svg onload=alert(1)>",
        "*/}body{background:url(//evil.example)}/*",
    ],
)
def test_markup_is_text_wherever_it_is_shown(
    manager: Manager, client: FlaskClient, key: IssuedKey, payload: str
) -> None:
    typed = dict.fromkeys(("display_name", "intro_fr", "footer_fr"), payload)
    pages = [manager.save(colour="#0b6152", **typed), manager.open()]
    manager.press("", then="publish")
    pages.append(manager.page)
    manager.press("/publish")
    pages += [manager.page, client.get(f"/embed/{key.text}?lang=fr")]
    manager.save(display_name=payload, colour=payload)
    pages.append(manager.page)
    for page in pages[1:]:
        written = re.sub(r"<script>.*?</script>", "", page.text, flags=re.S)
        assert "<img src=x" not in written
        assert "<svg onload" not in written
        assert "alert(1)</script>" not in written
        assert not re.search(r'="[^"]*"\s*onerror', written)
        assert not any("evil" in style for style in re.findall(r"<style>.*?</style>", page.text))
    assert html.escape(payload)[:8].partition("&")[0] in pages[-2].text


def test_only_this_page_may_show_frames_and_only_ours(manager: Manager) -> None:
    frames = "frame-src https://report.example.org"
    assert frames in manager.page.headers["Content-Security-Policy"].split("; ")
    other = manager.visitor.get(manager.path.removesuffix("/branding"))
    assert other.status_code == 200
    assert "frame-src" not in other.headers["Content-Security-Policy"]
    (shown,) = re.findall(r'<iframe [^>]*src="([^"]+)"', manager.page.text)
    assert shown.startswith("https://report.example.org/embed/preview/")


def test_the_preview_switches_work_without_script(manager: Manager, client: FlaskClient) -> None:
    manager.save(**TYPED)
    page = manager.open("?lang=ar&theme=dark&width=desktop&look=published")
    (address,) = re.findall(r'<iframe [^>]*src="([^"]+)"', page.text)
    shown = client.get(html.unescape(address).removeprefix("https://report.example.org")).text
    assert 'dir="rtl"' in shown
    assert "Teranga Mobile" in shown, "the published look, not the draft"
    assert "preview-desktop" in page.text
    (address,) = re.findall(r'<iframe [^>]*src="([^"]+)"', manager.open().text)
    shown = client.get(html.unescape(address).removeprefix("https://report.example.org")).text
    assert "--brand:#0b6152" in shown, "the draft by default"


def test_senseless_switches_fall_back(manager: Manager) -> None:
    manager.open("?lang=xx&theme=<b>&width=9&look=../../x&portal=none&look=99999999999")


def test_whoever_may_only_look_gets_no_form(
    member: Member, sign_in: SignIn, database: Database, partner: Partner
) -> None:
    with database.transaction() as session:
        partners.save_draft(session, partner, Look("Drafted"), revision=NO_DRAFT, actor="system")
    visitor = sign_in(member(RoleName.AUDITOR))
    path = f"/console/partners/{partner.slug}/branding"
    page = visitor.get(path)
    assert page.status_code == 200
    assert "Drafted" in text_of(page)
    assert f'action="{path}' not in page.text
    assert visitor.post(path, "x").status_code in (400, 403)


def test_a_partner_that_is_none_has_no_branding(manager: Manager) -> None:
    assert manager.visitor.get("/console/partners/nobody/branding").status_code == 404


def test_without_a_portal_the_page_says_what_the_preview_needs(
    app: Flask, database: Database, member: Member, sign_in: SignIn
) -> None:
    with database.transaction() as session:
        partners.add_partner(session, slug="alone", name="Alone", actor="system")
    page = sign_in(member(RoleName.PORTAL_MANAGER)).get("/console/partners/alone/branding")
    assert "Add a portal first" in text_of(page)
    assert "Nothing was published yet" in text_of(page)
