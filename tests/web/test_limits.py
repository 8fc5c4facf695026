"""Limits count networks under a key that nobody keeps, and lower the lane instead of refusing."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select

from server.intake.service import new_idempotency_key
from server.reports.models import Report
from server.web import limits
from server.web.limits import TIMED_FORMS, bucket_of
from server.web.submission import load_submission, submit
from tests.factories.report import report_body


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("192.0.2.1", "192.0.2.254"),
        ("2001:db8:0:1::1", "2001:db8:0:ff:ffff::1"),
        ("::ffff:192.0.2.1", "192.0.2.77"),
        ("", "nonsense"),
    ],
)
def test_neighbours_share_a_bucket(one, other):
    assert bucket_of(one) == bucket_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("192.0.2.1", "192.0.3.1"), ("2001:db8:0:1::1", "2001:db8:0:100::1"), ("192.0.2.1", "")],
)
def test_strangers_do_not(one, other):
    assert bucket_of(one) != bucket_of(other)


def test_after_a_day_the_same_address_has_another_bucket(monkeypatch):
    before = bucket_of("192.0.2.1")
    assert bucket_of("192.0.2.1") == before
    later = time.monotonic() + limits.KEY_LIFETIME_S + 1
    monkeypatch.setattr(limits.time, "monotonic", lambda: later)
    assert bucket_of("192.0.2.1") != before


def test_above_its_rate_a_key_loses_the_normal_lane_and_no_report(app, database, key):
    with app.test_request_context():
        for _ in range(TIMED_FORMS.amount + 1):
            submission = load_submission(report_body(key.text))
            submit(submission, new_idempotency_key(), timed=True)
    with database.reading() as session:
        lanes = session.scalars(select(Report.lane).order_by(Report.id)).all()
    assert lanes == ["normal"] * TIMED_FORMS.amount + ["low"]
