"""Campaigns of test keys: fail, slow and blocked, for the API and the form; live keys know none."""

from __future__ import annotations

import threading
import time

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.config import Settings
from server.partners.key_format import mint_key
from server.partners.service import IssuedKey, KeyMode
from server.reports.service import Report
from server.storage.database import Database
from server.web import rehearsal
from server.web.rehearsal import MOST_WAITING, Part, dawdle, part_named
from tests.factories.key import ORIGIN, KeyFactory
from tests.factories.report import post_report, report_body
from tests.web.embed.visitor import ADDRESS, TYPED, Visitor


@pytest.fixture
def trial_key(database: Database, settings: Settings) -> IssuedKey:
    with database.transaction() as session:
        issued: IssuedKey = KeyFactory(
            session=session, secrets=settings.intake_secrets, mode=KeyMode.TEST
        )
    return issued


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> float:
    """A wait that a test can wait for, in seconds."""
    monkeypatch.setattr(rehearsal, "SLOW_S", 0.3)
    return 0.3


def stored(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count(Report.id))) or 0


def challenge(client: FlaskClient, key: str, **fields: str):  # type: ignore[no-untyped-def]
    return client.post("/api/v1/challenges", json={"key": key, **fields})


def test_fail_is_answered_as_when_no_report_can_be_taken(
    client: FlaskClient, trial_key: IssuedKey, database: Database
) -> None:
    response = post_report(client, report_body(trial_key.text, campaign="fail"))
    assert response.status_code == 503
    assert response.content_type == "application/problem+json"
    assert response.json["type"].endswith("/problems/not-ready")
    assert response.headers["Retry-After"] == "60"
    assert stored(database) == 0


def test_fail_without_script_shows_what_was_typed(
    client: FlaskClient, trial_key: IssuedKey, database: Database
) -> None:
    visitor = Visitor(client, f"/embed/{trial_key.text}?lang=en&campaign=fail")
    visitor.press("check", **TYPED)
    assert visitor.response.status_code == 200
    visitor.press("send")
    assert visitor.response.status_code == 503
    assert ADDRESS in visitor.document.text
    assert stored(database) == 0


def test_a_live_key_knows_no_such_campaigns(
    client: FlaskClient, key: IssuedKey, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal.time, "sleep", lambda _: pytest.fail("it waits"))
    for campaign in Part:
        assert post_report(client, report_body(key.text, campaign=campaign)).status_code == 201
        assert challenge(client, key.text, campaign=campaign).status_code == 200
        framed = client.get(f"/embed/{key.text}?campaign={campaign}")
        assert f"frame-ancestors {ORIGIN}" in framed.headers["Content-Security-Policy"]
    assert stored(database) == len(Part)


@pytest.mark.parametrize("campaign", ["ok", "Fail", "failed", "spring", None])
def test_other_campaigns_of_a_test_key_are_taken(
    client: FlaskClient, trial_key: IssuedKey, database: Database, campaign: str | None
) -> None:
    assert post_report(client, report_body(trial_key.text, campaign=campaign)).status_code == 201
    with database.reading() as session:
        assert session.scalar(select(Report.mode)) is KeyMode.TEST


def test_slow_answers_late_and_takes_the_report(
    client: FlaskClient, trial_key: IssuedKey, database: Database, quick: float
) -> None:
    for call in (
        lambda: post_report(client, report_body(trial_key.text, campaign="slow")),
        lambda: challenge(client, trial_key.text, campaign="slow"),
    ):
        started = time.monotonic()
        assert call().status_code in (200, 201)
        assert time.monotonic() - started >= quick
    started = time.monotonic()
    assert challenge(client, trial_key.text).status_code == 200
    assert time.monotonic() - started < quick
    assert stored(database) == 1


def test_slow_without_script_too(
    client: FlaskClient, trial_key: IssuedKey, database: Database, quick: float
) -> None:
    visitor = Visitor(client, f"/r/{trial_key.text}?lang=en&campaign=slow")
    started = time.monotonic()
    visitor.report()
    assert time.monotonic() - started >= quick
    assert "receipt" in visitor.document.ids
    assert stored(database) == 1


def test_only_two_wait_at_once_and_the_others_are_answered(quick: float) -> None:
    waited = []

    def play() -> None:
        started = time.monotonic()
        dawdle(Part.SLOW)
        waited.append(time.monotonic() - started >= quick)

    threads = [threading.Thread(target=play) for _ in range(MOST_WAITING + 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waited) == [False] * 3 + [True] * MOST_WAITING
    play()
    assert waited[-1], "there is room again"


def test_nobody_waits_for_a_test_key_that_does_not_exist(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal.time, "sleep", lambda _: pytest.fail("it waits"))
    stranger = mint_key("iwfpk", KeyMode.TEST).text
    assert post_report(client, report_body(stranger, campaign="slow")).status_code == 404
    assert challenge(client, stranger, campaign="slow").status_code == 404


def test_blocked_stands_in_no_page_but_by_itself(client: FlaskClient, trial_key: IssuedKey) -> None:
    for _ in range(2):
        framed = client.get(f"/embed/{trial_key.text}?campaign=blocked")
        assert framed.status_code == 200
        assert "frame-ancestors 'none'" in framed.headers["Content-Security-Policy"]
    for campaign in ("ok", "fail", "slow", "blockedx"):
        other = client.get(f"/embed/{trial_key.text}?campaign={campaign}")
        assert f"frame-ancestors {ORIGIN}" in other.headers["Content-Security-Policy"]
    assert client.get(f"/r/{trial_key.text}?campaign=blocked").status_code == 200


def test_what_is_no_key_plays_nothing() -> None:
    assert part_named("iwfpk_test_" + "0" * 36, "fail") is None
    assert part_named(mint_key("iwfpk", KeyMode.TEST).text, "fail") is Part.FAIL
    assert part_named(mint_key("iwfpk", KeyMode.LIVE).text, "fail") is None
