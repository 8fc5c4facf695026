"""The list: newest first, complete, and tests kept apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from server.config import Settings
from server.partners.service import IssuedKey, KeyMode
from server.reports.vocabulary import Lane
from server.storage.database import Database
from server.web.console import report_rows
from tests.factories.key import KeyFactory
from tests.factories.report import accepted_report
from tests.factories.stored_report import stored_report
from tests.web.console.visitor import Visitor, text_of

ROW = re.compile(r'href="/console/reports/([^"]+)"')


def references(page: str) -> list[str]:
    return ROW.findall(page)


def turn_pages(visitor: Visitor, path: str = "/console/", at_most: int = 10) -> Iterator[str]:
    """Every page from `path` on, by the link to the older ones."""
    for _ in range(at_most):
        page = visitor.get(path).text
        yield page
        older = re.search(r'rel="next" href="([^"]+)"', page)
        if older is None:
            return
        path = older[1].replace("&amp;", "&")
    pytest.fail(f"more than {at_most} pages")


@pytest.fixture
def test_key(database: Database, settings: Settings) -> IssuedKey:
    with database.transaction() as session:
        issued: IssuedKey = KeyFactory(
            session=session, secrets=settings.intake_secrets, mode=KeyMode.TEST
        )
    return issued


def test_pages_are_complete_and_without_doubles(
    app: Flask, key: IssuedKey, at_work: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_rows, "PAGE_SIZE", 4)
    sent: list[str] = []
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=1), tick=False) as clock:
        for _ in range(12):
            sent.append(accepted_report(app, key.text).reference)
            clock.shift(timedelta(milliseconds=1))
    seen, sizes = [], []
    for page in turn_pages(at_work):
        seen += references(page)
        sizes.append(len(references(page)))
        # What arrives while somebody turns pages shifts nothing.
        accepted_report(app, key.text)
    assert seen == sent[::-1]
    assert sizes == [4, 4, 4]


def test_reports_of_one_millisecond_are_neither_lost_nor_doubled(
    app: Flask, key: IssuedKey, at_work: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_rows, "PAGE_SIZE", 2)
    with time_machine.travel(datetime.now(UTC), tick=False):
        sent = [accepted_report(app, key.text).reference for _ in range(7)]
        seen = [name for page in turn_pages(at_work) for name in references(page)]
    assert sorted(seen) == sorted(sent)


def test_a_row_says_what_queueing_needs(app: Flask, key: IssuedKey, at_work: Visitor) -> None:
    at = datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC)
    with time_machine.travel(at, tick=False):
        accepted_report(app, key.text)
    page = at_work.get("/console/")
    row = text_of(page)
    for words in (
        "1 Mar 2026, 12:00",
        "days ago",
        "Child sexual abuse imagery",
        "Senegal",
        "Teranga Mobile",
        "French",
        "Low",
        "Received",
    ):
        assert words in row
    assert '<time datetime="2026-03-01T12:00:05Z">' in page.text


def test_the_list_shows_nothing_that_was_sealed(
    app: Flask, key: IssuedKey, at_work: Visitor
) -> None:
    accepted_report(app, key.text, description="A word in confidence")
    page = at_work.get("/console/").text
    assert "files" not in page
    assert "confidence" not in page


def test_tests_are_kept_apart_and_marked(
    app: Flask, key: IssuedKey, test_key: IssuedKey, at_work: Visitor
) -> None:
    live = accepted_report(app, key.text).reference
    test = accepted_report(app, test_key.text).reference
    assert references(at_work.get("/console/").text) == [live]
    assert references(at_work.get("/console/?mode=live").text) == [live]
    tests = at_work.get("/console/?mode=test")
    assert references(tests.text) == [test]
    assert "These are tests." in text_of(tests)
    assert "This is a test." in text_of(at_work.get(f"/console/reports/{test}"))
    assert "This is a test." not in text_of(at_work.get(f"/console/reports/{live}"))


def test_older_pages_of_tests_stay_with_tests(
    app: Flask, test_key: IssuedKey, at_work: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_rows, "PAGE_SIZE", 1)
    sent = [accepted_report(app, test_key.text).reference for _ in range(2)]
    pages = list(turn_pages(at_work, "/console/?mode=test"))
    assert sorted(name for page in pages for name in references(page)) == sorted(sent)
    assert all("These are tests." in page for page in pages)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/console/", "No reports yet"),
        ("/console/?mode=test", "portals keys issue --test"),
        ("/console/?before=00000000-0000-7000-8000-000000000000", "No reports before this one"),
    ],
)
def test_an_empty_list_says_what_to_do_next(at_work: Visitor, path: str, words: str) -> None:
    assert words in text_of(at_work.get(path))


def test_a_page_is_light(app: Flask, key: IssuedKey, at_work: Visitor) -> None:
    for _ in range(report_rows.PAGE_SIZE):
        accepted_report(app, key.text)
    page = at_work.get("/console/").text
    assets = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(assets) > 4
    weight = len(page.encode())
    for address in assets:
        with at_work.get(address) as asset:
            weight += len(asset.data)
    assert weight <= 150_000


def test_a_lane_is_shown_alone_and_keeps_its_place_while_pages_turn(
    app: Flask,
    database: Database,
    key: IssuedKey,
    at_work: Visitor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report_rows, "PAGE_SIZE", 2)
    low = [accepted_report(app, key.text).reference for _ in range(3)]
    with database.transaction() as session:
        stored_report(session, lane=Lane.NORMAL)
    listed = list(turn_pages(at_work, "/console/?lane=low"))
    assert [references(page) for page in listed] == [low[:0:-1], low[:1]]
    assert all('aria-current="page">Low<' in page for page in listed)
    assert len(references(at_work.get("/console/?lane=normal").text)) == 1
    assert "No reports in this lane" in at_work.get("/console/?lane=quarantine").text


@pytest.mark.parametrize("lane", ["fast", "low%00"])
def test_a_lane_that_there_is_not_is_not_found(at_work: Visitor, lane: str) -> None:
    assert at_work.get(f"/console/?lane={lane}").status_code == 404
