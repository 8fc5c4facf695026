"""A partner's own counts: by its secret key, its own only, and small ones never."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient

from server.config import Settings
from server.partners.models import Portal
from server.partners.service import IssuedKey, KeyMode, revoke_key
from server.reports.vocabulary import PublicStatus
from server.statistics.recount import mark_stale, recount_all_stale
from server.storage.database import Database
from server.storage.ids import new_id
from tests.factories.key import KeyFactory
from tests.factories.stored_report import stored_report

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
YESTERDAY, LAST_MONTH = date(2026, 11, 21), date(2026, 10, 24)


@pytest.fixture(autouse=True)
def on_that_day() -> Any:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def secret(database: Database, settings: Settings) -> IssuedKey:
    return issue(database, settings)


def issue(database: Database, settings: Settings, **terms: Any) -> IssuedKey:
    with database.transaction() as session:
        key: IssuedKey = KeyFactory(
            session=session, secrets=settings.intake_secrets, secret=True, origins=(), **terms
        )
    return key


def count(database: Database, key: IssuedKey, day: date, reports: int, **values: Any) -> None:
    """So many reports of the key's partner on a day, counted."""
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    owner = {
        "key_id": key.row.id,
        "partner_id": key.row.partner_id,
        "portal_id": key.row.portal_id,
    }
    with database.transaction() as session:
        for _ in range(reports):
            stored_report(session, at, **owner | values)
        mark_stale(session, [day])
    recount_all_stale(database)


def ask(client: FlaskClient, key: str | None, **query: str) -> Any:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return client.get("/api/v1/statistics", query_string=query, headers=headers)


def cells(answer: Any) -> dict[str | None, int | None]:
    assert answer.status_code == 200, answer.text
    return {cell["value"]: cell["reports"] for cell in answer.json["cells"]}


def test_without_a_question_it_is_the_last_30_days(
    client: FlaskClient, database: Database, secret: IssuedKey
) -> None:
    count(database, secret, NOW.date(), 9)
    count(database, secret, YESTERDAY, 6)
    count(database, secret, date(2026, 11, 2), 7)
    answer = ask(client, secret.text)
    assert (answer.json["from"], answer.json["to"]) == ("2026-10-23", "2026-11-21")
    assert answer.json["until"] == "2026-11-21"
    assert len(answer.json["cells"]) == 30
    shown = {day: reports for day, reports in cells(answer).items() if reports}
    assert shown == {"2026-11-02": 7, "2026-11-21": 6}
    assert answer.json["total_shown"] == 13
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_days_under_5_are_not_shown_and_take_a_larger_one_with_them(
    client: FlaskClient, database: Database, secret: IssuedKey
) -> None:
    for day, reports in ((1, 4), (2, 6), (3, 9)):
        count(database, secret, date(2026, 11, day), reports)
    answer = ask(client, secret.text, **{"from": "2026-11-01", "to": "2026-11-04"})
    assert list(cells(answer).values()) == [None, None, 9, None]
    assert answer.json["total_shown"] == 9


def test_other_groupings_are_by_whole_months(
    client: FlaskClient, database: Database, secret: IssuedKey
) -> None:
    count(database, secret, date(2026, 9, 30), 5, campaign="spring")
    count(database, secret, date(2026, 10, 1), 6, campaign="spring")
    count(database, secret, date(2026, 10, 2), 5)
    asked = {"from": "2026-10-01", "to": "2026-10-01", "group_by": "campaign"}
    answer = ask(client, secret.text, **asked)
    assert (answer.json["from"], answer.json["to"]) == ("2026-10-01", "2026-10-31")
    assert cells(answer) == {"spring": 6, None: 5}
    asked["from"] = "2026-09-30"
    months = {cell["from"] for cell in ask(client, secret.text, **asked).json["cells"]}
    assert months == {"2026-09-01", "2026-10-01"}


def test_what_is_not_over_is_an_empty_answer_that_says_so(
    client: FlaskClient, database: Database, secret: IssuedKey
) -> None:
    count(database, secret, NOW.date(), 9)
    count(database, secret, YESTERDAY, 8)
    today = ask(client, secret.text, **{"from": "2026-11-22", "to": "2026-12-01"})
    assert (cells(today), today.json["until"]) == ({}, "2026-11-21")
    both = ask(client, secret.text, **{"from": "2026-11-21", "to": "2026-11-22"})
    assert cells(both) == {"2026-11-21": 8}
    assert cells(ask(client, secret.text, **{"from": "2027-01-01"})) == {}
    for grouping in ("campaign", "origin", "outcome"):
        month = ask(client, secret.text, group_by=grouping)
        assert (cells(month), month.json["until"]) == ({}, "2026-10-31")


def test_outcomes_are_the_public_ones(
    client: FlaskClient, database: Database, secret: IssuedKey
) -> None:
    count(database, secret, LAST_MONTH, 5)
    count(database, secret, LAST_MONTH, 6, status=PublicStatus.ACTION_TAKEN)
    assert cells(ask(client, secret.text, group_by="outcome")) == {
        "received": 5,
        "action_taken": 6,
    }


def test_a_portal_that_tells_no_outcomes_tells_its_partners_none(
    client: FlaskClient, database: Database, secret: IssuedKey
) -> None:
    count(database, secret, LAST_MONTH, 6, status=PublicStatus.ACTION_TAKEN)
    with database.transaction() as session:
        session.get_one(Portal, secret.row.portal_id).shows_outcomes = False
    assert cells(ask(client, secret.text, group_by="outcome")) == {"being_assessed": 6}


def test_another_partner_or_portal_is_never_counted_in(
    client: FlaskClient, database: Database, settings: Settings, secret: IssuedKey
) -> None:
    count(database, secret, YESTERDAY, 6)
    other = issue(database, settings)
    count(database, other, YESTERDAY, 7)
    count(database, secret, YESTERDAY, 8, portal_id=other.row.portal_id, key_id=new_id())
    assert cells(ask(client, secret.text))["2026-11-21"] == 6


def test_a_test_key_has_its_own_and_always_empty_statistics(
    client: FlaskClient, database: Database, settings: Settings
) -> None:
    key = issue(database, settings, mode=KeyMode.TEST)
    count(database, key, YESTERDAY, 9)
    answer = ask(client, key.text)
    assert answer.json["mode"] == "test"
    assert set(cells(answer).values()) == {None}
    assert cells(ask(client, key.text, group_by="campaign")) == {}


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ({"from": "yesterday"}, "from", "no date"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "to", "before the first"),
        ({"from": "2025-01-01", "to": "2026-11-01"}, "from", "at most 400 days"),
        ({"from": "0001-01-01"}, "from", "from 2000-01-01"),
        ({"group_by": "key"}, "group_by", "Must be one of"),
    ],
)
def test_a_wrong_question_is_answered_with_what_to_do(
    client: FlaskClient, secret: IssuedKey, query: dict[str, str], field: str, words: str
) -> None:
    answer = ask(client, secret.text, **query)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert words in answer.json["errors"][field][0]


def test_who_has_no_secret_key_learns_nothing(
    client: FlaskClient, database: Database, settings: Settings, key: IssuedKey, secret: IssuedKey
) -> None:
    for text in (None, "nonsense", key.text, secret.text[:-1], secret.row.text):
        answer = ask(client, text)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    with database.transaction() as session:
        revoke_key(session, secret.row.text, reason="left", actor="system")
    assert ask(client, secret.text).status_code == 401
