"""Keys that are unknown or not in use: never a blank box, and nobody is cut off in mid-sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.config import Settings
from server.partners import service as partners
from server.partners.service import IssuedKey
from server.reports.service import Report
from server.storage.database import Database
from tests.web.embed.visitor import ADDRESS, TYPED, Visitor

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

UNKNOWN = "iwfpk_live_" + "0" * 36


def pause(database: Database, key: IssuedKey) -> None:
    with database.transaction() as session:
        partners.pause_key(session, key.text, actor="system")


def revoke(database: Database, key: IssuedKey) -> None:
    with database.transaction() as session:
        partners.revoke_key(session, key.text, reason="test", actor="system")


@pytest.mark.parametrize("place", ["embed", "r"])
@pytest.mark.parametrize("text", [UNKNOWN, "nonsense", "iwfsk_live_x", "%00", "a" * 5_000])
def test_an_unknown_key_gives_a_useful_page(client: FlaskClient, place: str, text: str) -> None:
    response = client.get(f"/{place}/{text}")
    assert response.status_code == 404
    assert "https://report.iwf.org.uk/" in response.text
    assert "112" in response.text
    assert "<form" not in response.text
    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "public, max-age=10"


@pytest.mark.parametrize("cease", [pause, revoke])
def test_a_key_that_ceased_shows_where_to_report(
    client: FlaskClient, key: IssuedKey, database: Database, cease
) -> None:  # type: ignore[no-untyped-def]
    cease(database, key)
    response = client.get(f"/embed/{key.text}?lang=ar")
    assert response.status_code == 410
    assert 'dir="rtl"' in response.text
    assert "https://report.iwf.org.uk/" in response.text
    assert ">17<" in response.text, "the emergency number of the portal's country"
    assert "<form" not in response.text
    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    assert 'data-origins="*"' in response.text, "the loader of any page may size it"
    assert response.headers["Cache-Control"] == "public, max-age=10"


def test_an_open_form_is_taken_for_a_day_after_its_key_ceased(
    visitor: Visitor, key: IssuedKey, database: Database
) -> None:
    revoke(database, key)
    visitor.press("check", **TYPED)
    visitor.press("send")
    with database.reading() as session:
        assert session.scalar(select(func.count(Report.id))) == 1


def test_after_a_day_what_was_typed_is_shown_to_be_copied(
    visitor: Visitor, key: IssuedKey, database: Database
) -> None:
    revoke(database, key)
    fields = visitor.document.fields
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=24, minutes=1)):
        visitor.post({**fields.to_dict(), **TYPED, "description": "Below <the> fold"})
    assert visitor.response.status_code == 410
    assert ADDRESS in visitor.document.text
    assert "Below <the> fold" in visitor.document.text
    assert visitor.response.headers["Cache-Control"] == "no-store"


def test_a_report_to_an_unknown_key_is_404(client: FlaskClient, key: IssuedKey) -> None:
    response = client.post(f"/embed/{UNKNOWN}", data=TYPED)
    assert response.status_code == 404
    assert "https://report.iwf.org.uk/" in response.text


def test_without_a_sealing_key_nothing_is_lost(
    visitor: Visitor, database: Database, sealing_key: object
) -> None:
    visitor.press("check", **TYPED)
    with database.transaction() as session:
        session.execute(type(sealing_key).__table__.update().values(activated_at=None))  # type: ignore[attr-defined]
    visitor.press("send")
    assert visitor.response.status_code == 503
    assert ADDRESS in visitor.document.text
    assert "https://report.iwf.org.uk/" in visitor.document.links


def test_the_hotline_of_the_settings_is_named(client: FlaskClient, settings: Settings) -> None:
    assert settings.hotline_name in client.get("/embed/nonsense").text
