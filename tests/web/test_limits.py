"""Limits: pressure by sender, by key and overall; nobody is refused below the ceiling."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from server.app import create_app
from server.intake.service import Level, Pressure, difficulty_at, errors, new_idempotency_key
from server.reports.models import Report
from server.storage.bucket_key import DailyKey
from server.storage.counters import Hit, MemoryCounters
from server.web.limits import (
    ALL,
    CHALLENGES,
    EXTENSION,
    KEY,
    MOST_TIMED_FORMS,
    OVERALL,
    SENDER,
    SERVER,
    Limits,
)
from server.web.submission import load_submission, submit
from tests.factories.report import post_report, report_body

KEY_TEXT = "iwfpk_live_one"


@pytest.fixture
def limits() -> Limits:
    return Limits(MemoryCounters(lambda: 1_000.0), DailyKey(), ceiling=1_000)


def from_(address: str, **more: str) -> dict[str, Any]:
    return {"REMOTE_ADDR": address, **more}


def after(limits: Limits, count: int, environ: dict[str, Any], key: str = KEY_TEXT) -> Pressure:
    """The pressure of the last of `count` reports."""
    for _ in range(count - 1):
        limits.pressure_of(environ, key)
    return limits.pressure_of(environ, key)


def test_what_a_sender_sends_presses_on_that_sender_alone(limits):
    raised, high, extreme = SENDER.levels
    keys = (f"iwfpk_live_{number}" for number in range(10_000))  # of many partners
    levels = {}
    for count, key in zip(range(1, high + 1), keys, strict=False):
        levels[count] = limits.pressure_of(from_("192.0.2.1"), key).sender
    assert levels[raised - 1] is Level.CALM
    assert levels[raised] is Level.RAISED
    assert levels[high] is Level.HIGH
    assert extreme > high
    assert limits.pressure_of(from_("198.51.100.1"), KEY_TEXT).sender is Level.CALM


def test_what_a_key_gets_presses_on_all_who_report_through_it(limits):
    for number in range(KEY.levels[0] - 1):
        limits.pressure_of(from_(f"198.51.{number}.1"), KEY_TEXT)
    assert limits.pressure_of(from_("192.0.2.1"), KEY_TEXT) == Pressure(Level.CALM, Level.RAISED)
    assert limits.pressure_of(from_("192.0.2.1"), "iwfpk_live_two").crowd is Level.CALM


def test_hopping_over_addresses_of_one_network_changes_nothing(limits):
    for number in range(SENDER.levels[0] - 1):
        limits.pressure_of(from_(f"2001:db8:0:{number % 256:x}::{number:x}"), KEY_TEXT)
    assert limits.pressure_of(from_("2001:db8::1"), KEY_TEXT).sender is Level.RAISED


def test_behind_a_socket_without_a_peers_address_it_counts_too(limits):
    assert after(limits, SENDER.levels[0], from_("")).sender is Level.RAISED
    assert limits.pressure_of({}, KEY_TEXT).sender is Level.RAISED


def test_a_partners_server_is_counted_by_its_secret_key_and_may_send_more(limits):
    server = from_("192.0.2.1", HTTP_AUTHORIZATION="Bearer iwfsk_live_one")
    for _ in range(SENDER.levels[0]):
        pressure = limits.pressure_of(server, KEY_TEXT, trusted=True)
    assert pressure.sender is Level.CALM
    assert limits.pressure_of(from_("192.0.2.1"), KEY_TEXT).sender is Level.CALM
    assert SERVER.levels[0] > SENDER.levels[0]


def test_however_its_header_is_spelled_a_partners_server_is_one(limits):
    for number in range(SERVER.levels[0]):
        scheme = ("Bearer", "bearer", "bEARER")[number % 3] + " " * (1 + number % 7)
        server = from_(
            "192.0.2.1", HTTP_AUTHORIZATION=scheme + "iwfsk_live_one" + " " * (number % 2)
        )
        pressure = limits.pressure_of(server, KEY_TEXT, trusted=True)
    assert pressure.sender is Level.RAISED


def test_a_secret_key_that_is_not_right_leaves_its_sender_where_it_is(limits):
    for number in range(SENDER.levels[0]):
        guess = from_("192.0.2.1", HTTP_AUTHORIZATION=f"Bearer {number}")
        pressure = limits.pressure_of(guess, KEY_TEXT)
    assert pressure.sender is Level.RAISED


@pytest.mark.parametrize(
    "changes",
    [{"key": "iwfpk_live_" + "a" * 36}, {"challenge": "forged"}, {"addresses": []}],
)
def test_what_is_refused_presses_nobody(app, client, key, changes):
    assert post_report(client, report_body(key.text, **changes)).status_code >= 400
    counted = app.extensions[EXTENSION]._counters
    assert counted.count([Hit(OVERALL.window, ALL, amount=0)]) == [0]


def test_only_above_the_ceiling_is_anything_refused_and_that_is_not_counted():
    now = [1_000.0]
    limits = Limits(MemoryCounters(lambda: now[0]), DailyKey(), ceiling=2)
    most = 2 * OVERALL.window.seconds
    for number in range(most):
        limits.pressure_of(from_("192.0.2.1"), str(number))
    for number in range(5):
        with pytest.raises(errors.TooManyReports):
            limits.pressure_of(from_("198.51.100.1"), str(number))
    assert limits._counters.count([Hit(OVERALL.window, ALL, amount=0)]) == [most]
    now[0] += OVERALL.window.seconds
    assert limits.pressure_of(from_("198.51.100.1"), "1").crowd is Level.CALM


def test_pressure_makes_challenges_harder_for_who_presses():
    now = [1_000.0]
    limits = Limits(MemoryCounters(lambda: now[0]), DailyKey(), ceiling=1_000)
    calm = limits.difficulty_for(from_("198.51.100.1"), "iwfpk_live_two")
    assert calm == difficulty_at(Level.CALM)
    after(limits, SENDER.levels[0], from_("192.0.2.1"))
    now[0] += OVERALL.window.seconds
    harder = limits.difficulty_for(from_("192.0.2.1"), "iwfpk_live_two")
    assert harder.level is Level.RAISED
    assert harder.counter_from > calm.counter_from
    assert limits.difficulty_for(from_("198.51.100.1"), "iwfpk_live_two") == calm


def test_collecting_challenges_makes_them_harder(limits):
    asked = [
        limits.difficulty_for(from_("192.0.2.1"), KEY_TEXT) for _ in range(CHALLENGES.levels[0])
    ]
    assert {each.level for each in asked[:-1]} == {Level.CALM}
    assert asked[-1].level is Level.RAISED


def test_nothing_that_is_counted_names_the_sender(limits):
    limits.pressure_of(from_("192.0.2.1"), KEY_TEXT)
    held = repr(limits._counters._windows)  # type: ignore[attr-defined]
    assert "192.0.2" not in held
    assert limits._bucket("192.0.2.1", is_address=True) in held


def test_tomorrow_the_same_address_has_another_bucket():
    now = [20_000 * 86_400.0]
    limits = Limits(MemoryCounters(), DailyKey(clock=lambda: now[0]), 1)
    today = limits._bucket("192.0.2.1", is_address=True)
    assert limits._bucket("192.0.2.200", is_address=True) == today
    now[0] += 86_400
    assert limits._bucket("192.0.2.1", is_address=True) != today


def test_above_its_rate_a_key_loses_the_normal_lane_by_pace_and_no_report(app, database, key):
    with app.test_request_context():
        for _ in range(MOST_TIMED_FORMS + 1):
            submission = load_submission(report_body(key.text))
            submit(submission, new_idempotency_key(), timed=True)
    with database.reading() as session:
        lanes = session.scalars(select(Report.lane).order_by(Report.id)).all()
    assert sorted(lanes) == ["low"] + ["normal"] * MOST_TIMED_FORMS


def test_at_the_ceiling_a_report_is_counted_once_though_the_lane_and_the_view_ask(
    settings, database, sealing_key, key
):
    app = create_app(replace(settings, max_reports_per_second=1), database)
    limits = app.extensions[EXTENSION]
    for number in range(OVERALL.window.seconds):
        limits.pressure_of(from_("198.51.100.1"), str(number))
    answer = post_report(app.test_client(), report_body(key.text))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    counted = [
        Hit(SENDER.window, limits.sender_of(from_("127.0.0.1")), amount=0),
        Hit(KEY.window, key.text, amount=0),
    ]
    assert limits._counters.count(counted) == [1, 1]
