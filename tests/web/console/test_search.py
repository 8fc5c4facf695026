"""One box finds what the searcher may open, and nothing else."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from server.partners.service import IssuedKey
from server.staff.service import RoleName, User
from server.storage.database import Database
from server.web.console.search import MAX_HITS, folded
from tests.factories.partner import PartnerFactory
from tests.factories.report import accepted_report
from tests.web.console.conftest import Member, SignIn
from tests.web.console.visitor import Visitor, text_of


@pytest.fixture
def manager(member: Member, sign_in: SignIn) -> Visitor:
    return sign_in(member(RoleName.PORTAL_MANAGER))


def search(visitor: Visitor, text: str) -> str:
    from urllib.parse import quote

    answer = visitor.get(f"/console/search?q={quote(text)}")
    assert answer.status_code == 200
    return answer.text


def test_a_partner_is_found_by_any_part_of_its_name_in_any_spelling(
    database: Database, manager: Visitor
) -> None:
    with database.transaction() as session:
        PartnerFactory(session=session, slug="teletra", name="Télétra Sénégal")
    for text in ("teletra", "TÉLÉ", "sene tele", " télétra  sénégal "):
        assert 'href="/console/partners/teletra"' in search(manager, text), text


def test_a_key_is_found_by_its_text_label_partner_and_origin(
    key: IssuedKey, manager: Visitor
) -> None:
    address = f'href="/console/keys/{key.row.id}"'
    for text in (key.text, key.text[:20], "Home page", "Teranga", "www.example.org"):
        assert address in search(manager, text), text


def test_a_whole_reference_leads_straight_to_the_report_and_a_part_to_nothing(
    app: Flask, key: IssuedKey, at_work: Visitor
) -> None:
    reference = accepted_report(app, key.text).reference
    answer = at_work.get(f"/console/search?q={reference.lower()}")
    assert answer.status_code == 303
    assert answer.location == f"/console/reports/{reference}"
    assert "Nothing found" in search(at_work, reference[:6])


def test_who_may_not_open_reports_is_not_told_that_a_reference_exists(
    app: Flask, key: IssuedKey, manager: Visitor
) -> None:
    reference = accepted_report(app, key.text).reference
    assert "Nothing found" in search(manager, reference)


def test_kinds_that_a_role_may_not_open_are_not_searched(
    analyst: User, key: IssuedKey, manager: Visitor, at_work: Visitor
) -> None:
    assert "Nothing found" in search(at_work, key.text)
    assert "Nothing found" in search(manager, analyst.email)


def test_an_administrator_finds_staff_by_address(
    member: Member, sign_in: SignIn, analyst: User
) -> None:
    found = search(sign_in(member(RoleName.ADMINISTRATOR)), analyst.email.partition("@")[0])
    assert f'href="/console/staff/{analyst.id}"' in found


def test_more_hits_than_one_reads_are_counted_not_listed(
    database: Database, manager: Visitor
) -> None:
    with database.transaction() as session:
        for _ in range(MAX_HITS + 3):
            PartnerFactory(session=session, name="Many of one name")
    page = search(manager, "many of one")
    assert page.count('href="/console/partners/partner-') == MAX_HITS
    assert f"{MAX_HITS + 3} found, {MAX_HITS} shown" in page


def test_nothing_asked_is_an_empty_page(manager: Visitor) -> None:
    answer = manager.get("/console/search")
    assert "Nothing found" not in text_of(answer)


def test_what_was_typed_comes_back_as_text(manager: Visitor) -> None:
    page = search(manager, '"><script>alert(1)</script>')
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@settings(max_examples=50)
@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)
