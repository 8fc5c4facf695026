"""All that a partner may ask for, of all ranges and groupings: no count from 1 to 4 follows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import combinations_with_replacement

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from server.statistics.models import Tally
from server.statistics.queries import days_of, last_30_days, reports_by_day
from server.statistics.service import THRESHOLD, Grouping, PartnerCounts, partner_counts
from server.statistics.vocabulary import NO_VALUE, Dimension
from server.storage.ids import new_id

KEYS = (new_id(), new_id())
PARTNER, PORTAL = new_id(), new_id()
#: The last days of one month and the first of the next.
FIRST, LAST = date(2026, 10, 29), date(2026, 11, 3)
MONTHS = (date(2026, 10, 1), date(2026, 11, 1))
#: When both months are over.
OVER = datetime(2026, 12, 2, tzinfo=UTC)
MONTHLY = (Grouping.CAMPAIGN, Grouping.ORIGIN, Grouping.OUTCOME)

#: A day's reports: through which of two keys, of which campaign, how many.
days = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(["", "spring", "poster"]), st.integers(1, 7)),
    max_size=3,
    unique_by=lambda each: each[:2],
)

Cells = dict[tuple[Grouping, date, str], int | None]


def keep(session: Session, made: list[list[tuple[int, str, int]]]) -> None:
    session.execute(delete(Tally))
    rows = []
    for day, groups in zip(days_of(FIRST, LAST), made, strict=True):
        for key in {key for key, _, _ in groups}:
            mine = [(campaign, count) for owner, campaign, count in groups if owner == key]
            total = sum(count for _, count in mine)
            by = {
                Dimension.CAMPAIGN: dict(mine),
                Dimension.TOTAL: {NO_VALUE: total},
                Dimension.ORIGIN: {NO_VALUE: total},
                Dimension.OUTCOME: {"received": total},
            }
            rows += [
                {
                    "day": day,
                    "key_id": KEYS[key],
                    "portal_id": PORTAL,
                    "partner_id": PARTNER,
                    "dimension": dimension,
                    "value": value,
                    "reports": count,
                }
                for dimension, values in by.items()
                for value, count in values.items()
            ]
    if rows:
        session.execute(insert(Tally), rows)


def ask(
    session: Session, grouping: Grouping, start: date, end: date, now: datetime = OVER
) -> PartnerCounts:
    owner = {"partner_id": PARTNER, "portal_id": PORTAL}
    return partner_counts(session, grouping, start, end, **owner, now=now)


def all_answers(session: Session) -> list[Cells]:
    """What every range and grouping gives, cell by cell."""
    answers: list[Cells] = []
    for start, end in combinations_with_replacement(days_of(FIRST, LAST), 2):
        for grouping in Grouping:
            asked = ask(session, grouping, start, end)
            cells = {(grouping, cell.start, cell.value): cell.reports for cell in asked.cells}
            assert asked.total == sum(count or 0 for count in cells.values())
            answers.append(cells)
    return answers


@given(st.lists(days, min_size=6, max_size=6))
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_from_all_answers_together_no_small_count_follows(
    session: Session, made: list[list[tuple[int, str, int]]]
) -> None:
    keep(session, made)
    known: Cells = {}
    for cells in all_answers(session):
        for cell, count in cells.items():
            # So two ranges that overlap differ by cells that are shown, and by nothing less.
            assert known.setdefault(cell, count) == count
            assert count is None or count >= THRESHOLD
    by_day = reports_by_day(session, FIRST, LAST)
    for month in MONTHS:
        true_sum = sum(count for day, count in by_day.items() if day.replace(day=1) == month)
        shown_sums = {
            grouping: sum(
                count or 0
                for (by, start, _), count in known.items()
                if by is grouping and start.replace(day=1) == month
            )
            for grouping in Grouping
        }
        # Where one grouping shows all, what the others hide is known in sum.
        if true_sum in shown_sums.values():
            for shown in shown_sums.values():
                assert not shown or true_sum - shown not in range(1, THRESHOLD)
        # And where days hide so little, nothing else is told of that month.
        elif shown_sums[Grouping.DAY] and true_sum - shown_sums[Grouping.DAY] < THRESHOLD:
            assert sum(shown_sums.values()) == shown_sums[Grouping.DAY]


def test_months_are_told_in_the_answer(session: Session) -> None:
    for grouping in MONTHLY:
        asked = ask(session, grouping, FIRST, LAST)
        assert (asked.start, asked.end) == (date(2026, 10, 1), date(2026, 11, 30))


def test_who_asks_after_each_report_sees_nothing_before_the_day_and_month_are_over(
    session: Session,
) -> None:
    """Once an hour there is a report more, and somebody who asks before and after it."""
    at = datetime(2026, 11, 1, tzinfo=UTC)
    seen: dict[date, int | None] = {}
    made: list[list[tuple[int, str, int]]] = [[] for _ in range(6)]
    for hour in range(3 * 24):
        now = at + timedelta(hours=hour)
        day = (now.date() - FIRST).days
        made[day] = [(0, "", now.hour + 1)]
        before = [ask(session, each, FIRST, LAST, now) for each in Grouping]
        keep(session, made)
        assert [ask(session, each, FIRST, LAST, now) for each in Grouping] == before
        for cell in before[0].cells:
            # What was told once stays: neither grows nor goes.
            assert seen.setdefault(cell.start, cell.reports) == cell.reports
            assert cell.start < now.date()
    assert list(seen.values()) == [None, None, None, 24, 24]
    over = datetime(2026, 12, 1, 0, 59, tzinfo=UTC)
    assert not ask(session, Grouping.CAMPAIGN, FIRST, LAST, over).cells
    [cell] = ask(session, Grouping.CAMPAIGN, FIRST, LAST, over + timedelta(minutes=1)).cells
    assert (cell.start, cell.reports) == (date(2026, 11, 1), 72)


def test_a_day_is_over_an_hour_after_its_midnight(session: Session) -> None:
    keep(session, [[(0, "", 5)]] * 6)
    midnight = datetime(2026, 11, 2, tzinfo=UTC)
    for minutes, until in ((59, date(2026, 10, 31)), (60, date(2026, 11, 1))):
        asked = ask(session, Grouping.DAY, FIRST, LAST, midnight + timedelta(minutes=minutes))
        assert (asked.until, asked.cells[-1].end) == (until, until)
        assert (asked.start, asked.end) == (FIRST, LAST)


def test_the_last_30_days_of_each_partner_are_30_numbers(session: Session) -> None:
    keep(session, [[(0, "", 2)], [], [], [], [], [(1, "", 3)]])
    now = datetime(2026, 11, 3, 23, 59, tzinfo=UTC)
    [(partner, counts)] = last_30_days(session, now).items()
    assert partner == PARTNER
    assert len(counts) == 30
    assert (counts[-1], counts[-6], sum(counts)) == (3, 2, 5)
    assert last_30_days(session, now + timedelta(days=40)) == {}
