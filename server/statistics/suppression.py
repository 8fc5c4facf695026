"""What a partner may see of its counts, so that none from 1 to 4 can be worked out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

#: Cells below this are never shown (domain, rule 8).
THRESHOLD = 5

Cell = TypeVar("Cell")


def shown_cells(cells: Mapping[Cell, int]) -> dict[Cell, int]:
    """The cells of a closed group that may be shown; the others are below 5 or cover for them.

    `cells` is one whole group: all days of a month, or all campaigns of a month. Whoever knows the
    group's sum from elsewhere knows the sum of what is hidden; so where that would be below 5,
    or says that every hidden cell is 4, the smallest shown cells are hidden too. Nothing more
    follows from it: two hidden cells that differ could be exchanged without any answer changing,
    which is why cells of equal size are hidden together.
    """
    shown = {cell: count for cell, count in cells.items() if count >= THRESHOLD}
    hidden = [count for count in cells.values() if 0 < count < THRESHOLD]
    gives_away = sum(hidden) < THRESHOLD or min(hidden, default=0) == THRESHOLD - 1
    if hidden and shown and gives_away:
        smallest = min(shown.values())
        shown = {cell: count for cell, count in shown.items() if count > smallest}
    return shown
