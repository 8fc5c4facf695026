"""Every value that a report can have has words, and every moment a distance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from server.intake.service import Notice
from server.reports import vocabulary
from server.reports.vocabulary import Lane, PublicStatus
from server.web.console.words import (
    lane_badge,
    language_name,
    moment,
    plain_words,
    status_badge,
    territory_name,
)

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
VALUES = [
    *vocabulary.ReportType,
    *vocabulary.SiteKind,
    *vocabulary.MediaKind,
    *vocabulary.HowFound,
    *vocabulary.SeenAt,
    *vocabulary.Access,
    *vocabulary.AlreadyReportedTo,
    *vocabulary.ReportState,
    *Notice,
]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_reads_as_words(value: str) -> None:
    words = plain_words(value)
    assert words
    assert "_" not in words
    assert words[0].isupper() or words.startswith("https")


def test_every_lane_and_status_has_a_badge() -> None:
    assert all(lane_badge(lane).tone for lane in Lane)
    assert all(status_badge(status).tone for status in PublicStatus)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=47), "1 day ago"),
        (timedelta(days=400), "400 days ago"),
    ],
)
def test_distances(age: timedelta, words: str) -> None:
    assert moment(NOON - age, NOON).relative == words


def test_a_moment_is_in_utc_whatever_zone_it_came_in() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert moment(east, NOON).machine == "2026-03-01T12:00:00Z"
    assert moment(east, NOON).exact == "1 Mar 2026, 12:00"
    assert moment(east, NOON).to_the_second == "1 Mar 2026, 12:00:00 UTC"


def test_names_of_languages_and_territories() -> None:
    assert (language_name("fr"), language_name("xx")) == ("French", "xx")
    assert (territory_name("SN"), territory_name(None)) == ("Senegal", None)
