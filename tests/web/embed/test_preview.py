"""A preview is the real form in a look that is not published: signed, short-lived, and inert."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from server.config import Settings
from server.partners import service as partners
from server.partners.service import NO_DRAFT, IssuedKey, Look, PreviewedLook
from server.storage.database import Database
from server.storage.ids import new_id
from server.storage.keyring import new_secret, parse_intake_secrets
from server.web import csp
from server.web.embed.copies import copies
from server.web.embed.preview_token import (
    LIFETIME,
    Preview,
    PreviewExpired,
    PreviewForged,
    preview_token,
    read_preview_token,
)
from tests.web.embed.visitor import Document

SECRETS = parse_intake_secrets(f"1:{new_secret()}")
DRAFT = Look(
    "Draft name",
    "#0b6152",
    None,
    {"fr": {"intro": "Un brouillon", "footer": "</style><script>alert(1)</script>"}},
)
PUBLISHED = replace(DRAFT, display_name="Published name", colour="#1d4f76")


@pytest.fixture
def drafted(database: Database, key: IssuedKey) -> PreviewedLook:
    """A draft over a published look."""
    with database.transaction() as session:
        partner = session.get_one(partners.Partner, key.row.partner_id)
        first = partners.save_draft(session, partner, PUBLISHED, revision=NO_DRAFT, actor="system")
        assert first is not None
        partners.publish_draft(session, partner, revision=first.revision, actor="system")
        draft = partners.save_draft(session, partner, DRAFT, revision=NO_DRAFT, actor="system")
        assert draft is not None
    return PreviewedLook(draft.revision, is_draft=True)


@pytest.fixture
def address(settings: Settings, key: IssuedKey, drafted: PreviewedLook) -> str:
    return address_of(settings, key, drafted)


def address_of(settings: Settings, key: IssuedKey, look: PreviewedLook | None, **past: int) -> str:
    token = preview_token(
        settings.intake_secrets,
        key.row.partner_id,
        key.row.portal_id,
        look,
        datetime.now(UTC) - timedelta(**past),
    )
    return f"/embed/preview/{token}"


def test_it_shows_the_draft_and_the_public_the_published_look(
    client: FlaskClient, address: str, key: IssuedKey
) -> None:
    shown, public = client.get(address).text, client.get(f"/embed/{key.text}").text
    assert "Draft name" in shown
    assert "--brand:#0b6152" in shown
    assert "Un brouillon" in shown
    assert "Draft name" not in public
    assert "--brand:#1d4f76" in public


def test_the_published_look_can_be_previewed_too(
    client: FlaskClient, settings: Settings, key: IssuedKey, drafted: PreviewedLook
) -> None:
    for look in (None, PreviewedLook(1, is_draft=False)):
        assert "Published name" in client.get(address_of(settings, key, look)).text


def test_its_language_and_theme_are_those_of_the_address(client: FlaskClient, address: str) -> None:
    page = client.get(address + "?lang=ar&theme=dark")
    document = Document(page.text)
    assert (document.root["lang"], document.root["dir"]) == ("ar", "rtl")
    assert "prefers-color-scheme" not in page.text.partition("</style>")[0]
    assert "?lang=fr&theme=dark" in document.links
    assert "معاينة" in document.text


def test_its_headers_keep_it_to_the_console_and_to_itself(
    client: FlaskClient, address: str
) -> None:
    answer = client.get(address)
    policy = answer.headers["Content-Security-Policy"]
    for directive in (
        "default-src 'none'",
        "connect-src 'none'",
        "form-action 'none'",
        "frame-ancestors https://console.example.org 'self'",
    ):
        assert directive in policy.split("; ")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "ETag" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_what_was_written_into_a_look_cannot_break_out_of_its_policy(
    client: FlaskClient, address: str
) -> None:
    answer = client.get(address)
    html, policy = answer.text, answer.headers["Content-Security-Policy"]
    assert "<script>alert" not in html
    assert "&lt;/style&gt;&lt;script&gt;" in html
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.S)
    scripts = re.findall(r"<script>(.*?)</script>", html, re.S)
    assert len(scripts) == 2
    assert all(csp.digest(content) in policy for content in (style, *scripts))


def test_it_says_what_it_is_and_names_no_key(client: FlaskClient, address: str) -> None:
    page = client.get(address + "?lang=en").text
    assert "Preview: nothing is sent" in page
    assert "iwfpk_" not in page


def test_nothing_can_be_sent_to_it_or_under_its_name(client: FlaskClient, address: str) -> None:
    assert client.post(address, data={"stage": "send"}).status_code == 405
    assert client.post("/embed/preview", data={"stage": "send"}).status_code == 404
    assert client.post("/api/v1/challenges", json={"key": "preview"}).status_code in (404, 422)


def test_nothing_of_it_is_kept_ready(app: Flask, client: FlaskClient, address: str) -> None:
    client.get(address)
    with app.app_context():
        kept = copies()
    assert [len(kept.plain), len(kept.marked), len(kept.campaigns)] == [0, 0, 0]


def test_after_ten_minutes_it_is_over(
    client: FlaskClient, settings: Settings, key: IssuedKey, drafted: PreviewedLook
) -> None:
    answer = client.get(address_of(settings, key, drafted, minutes=10) + "?lang=en")
    assert answer.status_code == 410
    assert_refused(answer, "This preview is over")
    assert client.get(address_of(settings, key, drafted, minutes=9)).status_code == 200


@pytest.mark.parametrize("what", ["saved again", "published", "discarded"])
def test_a_draft_that_is_not_the_one_that_was_asked_for_is_not_shown(
    client: FlaskClient,
    database: Database,
    address: str,
    key: IssuedKey,
    drafted: PreviewedLook,
    what: str,
) -> None:
    seen: dict[str, Any] = {"revision": drafted.revision, "actor": "system"}
    with database.transaction() as session:
        partner = session.get_one(partners.Partner, key.row.partner_id)
        if what == "saved again":
            partners.save_draft(session, partner, replace(DRAFT, display_name="Later"), **seen)
        elif what == "published":
            partners.publish_draft(session, partner, **seen)
        else:
            partners.drop_draft(session, partner, **seen)
    answer = client.get(address + "?lang=en")
    assert answer.status_code == 410
    assert_refused(answer, "This preview is over")


@pytest.mark.parametrize("token", ["x", "A" * 103, "A" * 5_000, "é", "%00", "A" * 102 + "%20"])
def test_a_forged_token_is_refused(client: FlaskClient, token: str) -> None:
    answer = client.get(f"/embed/preview/{token}?lang=en")
    assert answer.status_code == 404
    assert_refused(answer, "There is no such preview")


def assert_refused(answer, heading: str) -> None:  # type: ignore[no-untyped-def]
    assert heading in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors https://console.example.org 'self'" in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<form" not in answer.text
    assert "wikipedia" not in answer.text


@hypothesis_settings(max_examples=50, deadline=None)
@given(st.integers(0, 102), st.characters(codec="ascii", categories=("L", "N")))
def test_a_token_with_one_other_letter_is_forged(place: int, letter: str) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    token = preview_token(SECRETS, new_id(), new_id(), None, now)
    altered = token[:place] + letter + token[place + 1 :]
    if altered == token or place == 102:  # the last letter has bits to spare
        return
    with pytest.raises(PreviewForged):
        read_preview_token(SECRETS, altered, now)


@pytest.mark.parametrize(
    "look", [None, PreviewedLook(7, is_draft=False), PreviewedLook(2**31 - 1, is_draft=True)]
)
def test_a_token_says_what_was_put_into_it_until_it_ends(look: PreviewedLook | None) -> None:
    partner, portal, now = new_id(), new_id(), datetime(2026, 11, 22, tzinfo=UTC)
    token = preview_token(SECRETS, partner, portal, look, now)
    last = now + LIFETIME - timedelta(seconds=1)
    assert read_preview_token(SECRETS, token, last) == Preview(partner, portal, look)
    with pytest.raises(PreviewExpired):
        read_preview_token(SECRETS, token, now + LIFETIME)


def test_a_rotated_secret_keeps_open_previews() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    token = preview_token(SECRETS, new_id(), new_id(), None, now)
    newer = parse_intake_secrets(f"2:{new_secret()}")
    rotated = replace(newer, generations=(*newer.generations, *SECRETS.generations))
    assert read_preview_token(rotated, token, now)
    with pytest.raises(PreviewForged):
        read_preview_token(newer, token, now)
