"""The statistics page: from tallies alone, for any number of reports; and its safe download."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from server.audit.models import AuditEvent
from server.partners.service import IssuedKey
from server.reports.vocabulary import PublicStatus
from server.staff.service import RoleName
from server.statistics.recount import mark_stale, recount_all_stale
from server.storage.database import Database
from server.web.console.charts import line_chart, tick_step
from server.web.console.spreadsheet import csv_line, safe_cell
from tests.factories.stored_report import stored_report
from tests.services.statements import statements
from tests.web.console.conftest import Member, SignIn
from tests.web.console.visitor import Visitor, text_of

TODAY = datetime.now(UTC)
PATH = "/console/statistics"


@pytest.fixture
def manager(member: Member, sign_in: SignIn) -> Visitor:
    return sign_in(member(RoleName.PORTAL_MANAGER))


def count(database: Database, key: IssuedKey, at: datetime, reports: int, **values: object) -> None:
    """So many reports through a key, counted."""
    with database.transaction() as session:
        for _ in range(reports):
            stored_report(
                session,
                at,
                **{
                    "key_id": key.row.id,
                    "partner_id": key.row.partner_id,
                    "portal_id": key.row.portal_id,
                    **values,
                },
            )
        mark_stale(session, [at.date()])
    recount_all_stale(database)


def test_reports_are_shown_by_day_and_by_everything_in_words(
    database: Database, key: IssuedKey, manager: Visitor
) -> None:
    count(database, key, TODAY, 3, campaign="spring", status=PublicStatus.ACTION_TAKEN)
    count(database, key, TODAY - timedelta(days=1), 2, territory=None)
    page = manager.get(PATH)
    words = text_of(page)
    for part in (
        "5 reports 0 in the 30 days before",
        f"{TODAY:%-d %b %Y} 3",
        "Teranga Mobile 5",
        "Senegal 5",
        "Home page Teranga Mobile Senegal 5",
        "spring 3",
        "No campaign 2",
        "French 5",
        "Not said 2",
        "Action taken 3",
    ):
        assert part in words
    assert 'role="img"' in page.text
    assert " style=" not in page.text


def test_a_page_costs_the_same_for_any_number_of_reports_and_reads_none_of_them(
    database: Database, key: IssuedKey, manager: Visitor
) -> None:
    count(database, key, TODAY, 1)
    with statements(database) as before:
        assert "1 report " in text_of(manager.get(PATH))
    count(database, key, TODAY, 60)
    with statements(database) as after:
        assert "61 reports" in text_of(manager.get(PATH))
    assert len(after) == len(before)
    assert not [each for each in after if re.search(r"\breports\s*\n?(WHERE|JOIN|AS)", each)]
    assert not [each for each in after if re.search(r"FROM reports\b", each)]


def test_the_period_and_the_owners_are_chosen_by_the_address(
    database: Database, key: IssuedKey, manager: Visitor
) -> None:
    old = TODAY - timedelta(days=40)
    count(database, key, old, 2)
    assert "No reports in this period" in text_of(manager.get(PATH))
    assert "2 reports" in text_of(manager.get(f"{PATH}?period=90"))
    own = f"{PATH}?since={old.date()}&until={old.date()}"
    assert "2 reports" in text_of(manager.get(own))
    assert "2 reports" in text_of(manager.get(f"{PATH}?until={TODAY.date() - timedelta(days=20)}"))
    assert "Reports by month" in text_of(manager.get(f"{PATH}?period=365"))
    portal, partner = key.row.portal_id, key.row.partner_id
    assert "2 reports" in text_of(manager.get(f"{own}&portal={portal}&partner={partner}"))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=2026-02-01&until=2026-01-01", "not before From"),
        ("since=2000-01-01&until=2026-01-01", "ten years at most"),
        ("since=2000-01-01", "ten years at most"),
        ("since=0001-01-01", "from 2000 on"),
        ("until=9999-12-31", "from 2000 on"),
        ("since=yesterday", "Not a valid date"),
        ("period=own", "give From or To"),
        ("portal=x", "Not a valid choice"),
        ("period=31", "Not a valid choice"),
    ],
)
def test_a_filter_that_is_not_understood_says_why_at_the_field(
    manager: Visitor, query: str, words: str
) -> None:
    page = manager.get(f"{PATH}?{query}")
    assert page.status_code == 200
    assert words in text_of(page)
    assert "The filter is not understood" in text_of(page)


def test_the_download_holds_the_tallies_and_is_in_the_audit_trail(
    database: Database, key: IssuedKey, manager: Visitor
) -> None:
    count(database, key, TODAY, 2, campaign="-spring")
    answer = manager.submit(manager.get(f"{PATH}/export"), f"{PATH}/export?period=30")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    by_campaign = [row for row in rows if row["counted_by"] == "campaign"]
    assert [(row["value"], row["reports"]) for row in by_campaign] == [("'-spring", "2")]
    assert {row["key"] for row in rows} == {key.row.text}
    with database.reading() as session:
        actions = set(session.scalars(select(AuditEvent.action)))
    assert "statistics:tallies:exported" in actions


def test_the_download_is_offered_to_those_who_may_have_it(
    member: Member, sign_in: SignIn, app: Flask
) -> None:
    page = sign_in(member(RoleName.ANALYST)).get(PATH)
    assert page.status_code == 200
    assert "/export" not in page.text


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", " =", "＝", "＋", "－", "＠"])
def test_what_a_spreadsheet_would_calculate_is_text(begin: str) -> None:
    assert safe_cell(f"{begin}1+1") == f"'{begin}1+1"


@given(st.lists(st.text(), min_size=1))
def test_a_line_has_its_cells_whatever_they_hold(cells: list[str]) -> None:
    [row] = csv.reader(io.StringIO(csv_line(cells), newline=""))
    assert row == [safe_cell(cell) for cell in cells]
    assert not [cell for cell in row if cell.strip(" ").startswith(("=", "+", "-", "@", "\t"))]


@given(st.dictionaries(st.dates(), st.integers(0, 10**9), min_size=1, max_size=40))
def test_a_chart_holds_every_day_within_its_plot(by_day: dict[date, int]) -> None:
    chart = line_chart(by_day, "Reports")
    heights = [float(point.partition(",")[2]) for point in chart.points.split()]
    assert all(0 <= height <= 100 for height in heights)
    assert len(chart.hits) == len(by_day)
    assert chart.ticks[0] == 2 * tick_step(max(by_day.values())) >= max(by_day.values())
