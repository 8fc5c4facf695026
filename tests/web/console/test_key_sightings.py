"""Where a key was seen: day by day, shown or refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from server.partners import service
from server.partners.service import SightingCount
from server.staff.service import RoleName
from server.web.console.key_sightings import SHOWN_DAYS, allowed_by_day
from tests.factories.key import ORIGIN, KeyFactory
from tests.web.console.visitor import text_of


@pytest.fixture
def manager(member, sign_in):
    return sign_in(member(RoleName.PORTAL_MANAGER))


def count(key, ago=0, *, origin=ORIGIN, allowed=True, seen=1):
    at = datetime.now(UTC) - timedelta(days=ago)
    return SightingCount(key.row.id, at.date(), origin, allowed, seen, at)


@pytest.fixture
def note(database):
    def note_down(*counts):
        with database.transaction() as session:
            service.record_sightings(session, counts)

    return note_down


def open_page(visitor, key):
    return visitor.get(f"/console/keys/{key.row.id}/sightings")


def test_each_day_and_origin_has_its_line(manager, key, note):
    note(
        count(key, seen=1_200),
        count(key, 2, seen=3),
        count(key, origin="https://elsewhere.example", allowed=False, seen=7),
        count(key, origin="other", allowed=False, seen=2),
        count(key, 31, origin="https://long-ago.example"),
    )
    words = text_of(open_page(manager, key))
    assert "1,203 in 30 days, 9 refused" in words
    assert f"{ORIGIN} Shown 1,200" in words
    assert "https://elsewhere.example Refused 7" in words
    assert "others, not told apart Refused 2" in words
    assert "long-ago" not in words


def test_a_key_that_was_never_seen_tells_the_next_step(manager, key):
    page = open_page(manager, key)
    assert "Not seen in 30 days" in text_of(page)
    assert f"/console/keys/{key.row.id}/kit" in page.text


def test_what_an_origin_is_called_stays_text(manager, key, note):
    note(count(key, origin="https://<script>alert(1)</script>", allowed=False))
    assert "<script>alert" not in open_page(manager, key).text


def test_a_secret_key_and_an_unknown_one_have_no_sightings(manager, database, settings):
    with database.transaction() as session:
        secret = KeyFactory(session=session, secrets=settings.intake_secrets, secret=True)
    assert open_page(manager, secret).status_code == 404
    nobody = "00000000-0000-7000-8000-000000000000"
    assert manager.get(f"/console/keys/{nobody}/sightings").status_code == 404


def test_whoever_may_see_partners_may_see_this(member, sign_in, key, note):
    note(count(key))
    assert open_page(sign_in(member(RoleName.AUDITOR)), key).status_code == 200
    assert open_page(sign_in(member(RoleName.ANALYST)), key).status_code == 403


def test_the_chart_has_every_day_and_shows_what_was_shown(key):
    first = datetime.now(UTC).date() - timedelta(days=SHOWN_DAYS - 1)
    counts = [count(key, seen=2), count(key, 1, allowed=False), count(key, 40)]
    by_day = allowed_by_day(counts, first)
    assert len(by_day) == SHOWN_DAYS
    assert sum(by_day.values()) == 2
