"""What a partner sees never tells a count from 1 to 4, whoever knows the sum and the rule."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from server.statistics.suppression import THRESHOLD, shown_cells

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
