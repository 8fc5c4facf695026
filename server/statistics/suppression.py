"""What a partner may see of its counts, so that none from 1 to 4 can be worked out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import TypeVar

#: Cells below this are never shown (domain, rule 8).
THRESHOLD = 5

Cell = TypeVar("Cell")


def shown_days(days: Mapping[date, int]) -> tuple[dict[date, int], bool]:
    """The days of a month so far that may be shown, and whether the sum would tell the others.

    Each day is decided upon once, when it is over, from the days before it: whoever asks every day
    sees what was shown stay shown, and what was hidden stay hidden. A day of 5 and more is hidden
    as well while the sum of what is hidden would tell it. Where that is so at the month's end,
    the second value is true, and no other grouping of that month may be shown.
    """
    shown: dict[date, int] = {}
    hidden: list[int] = []
    for day, count in sorted(days.items()):
        if count >= THRESHOLD and not _gives_away(hidden):
            shown[day] = count
        elif count:
            hidden.append(count)
    return shown, _gives_away(hidden)


def shown_cells(cells: Mapping[Cell, int]) -> dict[Cell, int]:
    """The cells of a closed group that may be shown; the others are below 5 or cover for them.

    `cells` is one whole group, for instance all campaigns of a month. Whoever knows the
    group's sum from elsewhere knows the sum of what is hidden; so where that would be below 5,
    or says that every hidden cell is 4, the smallest shown cells are hidden too. Nothing more
    follows from it: two hidden cells that differ could be exchanged without any answer changing,
    which is why cells of equal size are hidden together.
    """
    shown = {cell: count for cell, count in cells.items() if count >= THRESHOLD}
    hidden = [count for count in cells.values() if 0 < count < THRESHOLD]
    if shown and _gives_away(hidden):
        smallest = min(shown.values())
        shown = {cell: count for cell, count in shown.items() if count > smallest}
    return shown


def _gives_away(hidden: Collection[int]) -> bool:
    """Whether one of these, none of them 0, is known to whom their sum is."""
    return bool(hidden) and (sum(hidden) < THRESHOLD or set(hidden) == {THRESHOLD - 1})
