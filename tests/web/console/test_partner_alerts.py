"""Keys to look at stand above the list of partners, and on their own pages, with what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from server.partners import service
from server.partners.models import PartnerKey
from server.partners.service import SightingCount
from server.staff.service import RoleName
from tests.factories.key import ORIGIN
from tests.web.console.visitor import text_of


@pytest.fixture
def manager(member, sign_in):
    return sign_in(member(RoleName.PORTAL_MANAGER))


def note(database, key, *days_ago, origin=ORIGIN, allowed=True):
    with database.transaction() as session:
        for ago in days_ago:
            at = datetime.now(UTC) - timedelta(days=ago)
            found = SightingCount(key.row.id, at.date(), origin, allowed, 2, at)
            service.record_sightings(session, [found])


def test_without_anything_to_look_at_nothing_is_said(manager, key):
    assert "To look at" not in text_of(manager.get("/console/partners"))


def test_a_key_that_fell_silent_says_since_when_where_and_what_to_do(manager, key, database):
    note(database, key, 3, 4, 5)
    for path in ("/console/partners", f"/console/keys/{key.row.id}"):
        page = manager.get(path)
        day = datetime.now(UTC) - timedelta(days=3)
        assert f"fell silent: last shown on {day:%-d %b %Y}" in text_of(page)
        assert ORIGIN in text_of(page)
        assert f'href="/console/keys/{key.row.id}/kit"' in page.text


def test_an_unlisted_origin_is_named_with_both_its_spellings(manager, key, database):
    note(database, key, 1, origin="https://xn--bcher-kva.example", allowed=False)
    words = text_of(manager.get("/console/partners"))
    assert "pages that it does not allow, 2 times in 7 days" in words
    assert "https://xn--bcher-kva.example (https://bücher.example)" in words


def test_a_flood_of_origins_names_three(manager, key, database):
    for number in range(5):
        note(database, key, 1, origin=f"https://p{number}.example", allowed=False)
    assert "https://p2.example and 2 more" in text_of(manager.get("/console/partners"))


def test_a_key_that_ends_soon_says_when(manager, key, database):
    with database.transaction() as session:
        ends = datetime.now(UTC) + timedelta(days=12, hours=1)
        session.get_one(PartnerKey, key.row.id).expires_at = ends
    assert "ends in 12 days" in text_of(manager.get("/console/partners"))


def test_who_may_not_edit_keys_gets_no_link_that_refuses_them(member, sign_in, key, database):
    note(database, key, 3, 4, 5)
    page = sign_in(member(RoleName.AUDITOR)).get("/console/partners")
    assert "fell silent" in text_of(page)
    assert "/kit" not in page.text
