"""A key that fell silent, shows up elsewhere or expires soon is to be looked at."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from server.partners import service
from server.partners.alerts import alerts_of
from server.partners.models import PartnerKey
from server.partners.service import AlertKind, KeyMode, SightingCount
from tests.factories.key import ORIGIN, KeyFactory

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ELSEWHERE = "https://elsewhere.example"


@pytest.fixture
def live_key(session, settings):
    return KeyFactory(session=session, secrets=settings.intake_secrets)


def seen(key, *days_ago, origin=ORIGIN, allowed=True, times=1):
    counts = []
    for ago in days_ago:
        at = NOW - timedelta(days=ago)
        counts.append(SightingCount(key.row.id, at.date(), origin, allowed, times, at))
    return counts


def alerts(session, key, *sightings, now=NOW):
    for each in sightings:
        service.record_sightings(session, each)
    return service.find_alerts(session, now, [key.row.id])


def kinds(found):
    return [alert.kind for alert in found]


def test_a_key_falls_silent_when_it_was_usual_and_is_gone_for_three_days(session, live_key):
    key = service.get_attribution(session, live_key.row.id)
    for days_ago, silent in (
        ((3, 4, 5), True),
        ((16, 10, 3), True),
        ((3, 4), False),
        ((3, 4, 17), False),
        ((2, 3, 4, 5), False),
        ((0, 3, 4, 5), False),
        ((), False),
    ):
        found = alerts_of(key, seen(live_key, *days_ago), NOW)
        assert kinds(found) == ([AlertKind.SILENT] if silent else []), days_ago
        if silent:
            assert (found[0].day, found[0].origins) == (date(2026, 11, 19), (ORIGIN,))


def test_a_page_that_is_refused_does_not_break_the_silence(session, live_key):
    refused = seen(live_key, 0, origin=ELSEWHERE, allowed=False)
    found = alerts(session, live_key, seen(live_key, 3, 4, 5), refused)
    assert kinds(found) == [AlertKind.SILENT, AlertKind.UNLISTED]


def test_an_unlisted_origin_of_the_last_week_is_named(session, live_key):
    found = alerts(
        session,
        live_key,
        seen(live_key, 6, origin=ELSEWHERE, allowed=False, times=4),
        seen(live_key, 1, origin="other", allowed=False, times=2),
    )
    assert kinds(found) == [AlertKind.UNLISTED]
    assert (found[0].origins, found[0].seen) == ((ELSEWHERE,), 4)


@pytest.mark.parametrize(("ago", "origin"), [(7, ELSEWHERE), (0, "other")])
def test_older_or_unnamed_refusals_are_no_news(session, live_key, ago, origin):
    assert alerts(session, live_key, seen(live_key, ago, origin=origin, allowed=False)) == []


def test_an_origin_that_was_put_on_the_list_since_is_no_news(session, live_key):
    session.get_one(PartnerKey, live_key.row.id).origins = [ORIGIN, ELSEWHERE]
    assert alerts(session, live_key, seen(live_key, 1, origin=ELSEWHERE, allowed=False)) == []


@pytest.mark.parametrize(("days", "expiring"), [(30, True), (31, False)])
def test_a_key_that_expires_within_thirty_days_is_named(session, settings, days, expiring):
    # Issued today, so that the expiry is measured from a clock that is near it.
    at = datetime.now(UTC)
    key = KeyFactory(
        session=session,
        secrets=settings.intake_secrets,
        expires_at=at + timedelta(days=days),
    )
    found = alerts(session, key, now=at + timedelta(seconds=1))
    assert kinds(found) == ([AlertKind.EXPIRING] if expiring else [])


def test_keys_that_are_paused_or_for_trials_raise_no_alert(session, settings, live_key):
    trial = KeyFactory(session=session, secrets=settings.intake_secrets, mode=KeyMode.TEST)
    service.record_sightings(session, seen(live_key, 3, 4, 5) + seen(trial, 3, 4, 5))
    service.pause_key(session, live_key.text, actor="system")
    assert service.find_alerts(session, NOW) == []
