"""What a partner sees never tells a count from 1 to 4, whoever knows the sum and the rule."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from functools import cache
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from server.statistics.suppression import THRESHOLD, shown_cells, shown_days

MOST = 13

Months = tuple[int, ...]
Answer = tuple[tuple[int | None, ...], int]


def answer(counts: Months) -> Answer:
    """What is seen of a month's cells, and its sum: another grouping may show that in full."""
    shown = shown_cells(dict(enumerate(counts)))
    return tuple(shown.get(cell) for cell in range(len(counts))), sum(counts)


@cache
def worlds(cells: int) -> dict[Answer, list[Months]]:
    """All months of so many cells, by the answer that each gives."""
    found: dict[Answer, list[Months]] = defaultdict(list)
    for counts in product(range(MOST), repeat=cells):
        found[answer(counts)].append(counts)
    return found


@given(st.integers(2, 4).flatmap(lambda cells: st.tuples(*[st.integers(0, MOST - 1)] * cells)))
@settings(max_examples=50, deadline=None)
def test_no_count_from_1_to_4_follows_even_from_the_sum_and_the_rule(counts: Months) -> None:
    if sum(counts) < THRESHOLD or sum(counts) >= MOST:
        return  # such a sum is shown nowhere; and of a larger one not all worlds are listed
    possible = worlds(len(counts))[answer(counts)]
    for cell, count in enumerate(counts):
        if 0 < count < THRESHOLD:
            assert len({world[cell] for world in possible}) > 1


def by_day(counts: Months) -> dict[date, int]:
    return {date(2026, 10, 1) + timedelta(days=n): count for n, count in enumerate(counts)}


@given(st.lists(st.integers(0, 12), max_size=31).map(tuple))
@settings(max_examples=50)
def test_what_is_decided_of_a_day_stays_however_often_somebody_asks(counts: Months) -> None:
    days = by_day(counts)
    shown, sum_tells = shown_days(days)
    for many in range(len(counts)):
        so_far = dict(list(days.items())[:many])
        assert shown_days(so_far)[0] == {day: n for day, n in shown.items() if day in so_far}
    hidden = [count for day, count in days.items() if count and day not in shown]
    assert sum_tells or not hidden or (sum(hidden) >= THRESHOLD and set(hidden) != {4})


def test_no_day_from_1_to_4_follows_from_all_answers_of_a_month_and_its_sum() -> None:
    """All months of three days. The sum is known unless `shown_days` says that it would tell."""
    worlds: dict[object, list[Months]] = defaultdict(list)
    for counts in product(range(MOST), repeat=3):
        shown, sum_tells = shown_days(by_day(counts))
        seen = (tuple(shown.items()), sum_tells, None if sum_tells else sum(counts))
        worlds[seen].append(counts)
    for possible in worlds.values():
        hidden = sum(possible[0]) - sum(shown_days(by_day(possible[0]))[0].values())
        if hidden >= MOST:
            continue  # not all its worlds are listed
        for values in map(set, zip(*possible, strict=True)):
            assert len(values) > 1 or not values & {1, 2, 3, 4}, possible


def test_a_small_day_is_covered_by_the_next_larger_one_not_by_one_that_was_shown() -> None:
    assert shown_days(by_day((7, 3))) == (by_day((7,)), True)  # 10 in all would tell the 3
    shown, sum_tells = shown_days(by_day((7, 3, 9, 8)))
    assert (list(shown.values()), sum_tells) == ([7, 8], False)


@given(st.lists(st.integers(0, 12), max_size=31))
@settings(max_examples=50)
def test_what_is_hidden_is_never_1_to_4_in_all_unless_nothing_is_shown(counts: list[int]) -> None:
    shown = shown_cells(dict(enumerate(counts)))
    assert all(count >= THRESHOLD for count in shown.values())
    hidden = sum(counts) - sum(shown.values())
    assert not shown or hidden == 0 or hidden >= THRESHOLD


def test_a_small_cell_alone_takes_the_smallest_others_with_it() -> None:
    assert shown_cells({"a": 3, "b": 9, "c": 7, "d": 7}) == {"b": 9}


def test_cells_that_cover_for_each_other_take_none_with_them() -> None:
    assert shown_cells({"a": 3, "b": 2, "c": 7}) == {"c": 7}


def test_small_cells_that_are_all_4_would_be_known_from_their_sum() -> None:
    assert shown_cells({"a": 4, "b": 4, "c": 6, "d": 7}) == {"d": 7}


def test_without_small_cells_all_is_shown() -> None:
    assert shown_cells({"a": 5, "b": 0, "c": 6}) == {"a": 5, "c": 6}
