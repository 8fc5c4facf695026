"""The geometry of a line chart: a plot of 1000 × 100 that its page stretches to any width."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

WIDTH = 1000
HEIGHT = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """The column of one day, which says its number under the pointer."""

    x: float
    width: float
    text: str


@dataclass(frozen=True, slots=True)
class LineChart:
    """Reports by day. `ticks` are three numbers from the top down, `dates` some of the days."""

    label: str
    points: str
    area: str
    hits: tuple[Hit, ...]
    ticks: tuple[int, int, int]
    dates: tuple[str, ...]


def line_chart(by_day: Mapping[date, int], label: str, style: str = "%-d %b %Y") -> LineChart:
    """The chart of at least one day; `label` says in words what it shows, `style` how a day is
    written."""
    days = sorted(by_day)
    step = tick_step(max(by_day.values()))
    width = WIDTH / len(days)
    spots = [
        (round((number + 0.5) * width, 1), round(HEIGHT - by_day[day] * HEIGHT / (2 * step), 1))
        for number, day in enumerate(days)
    ]
    if len(spots) == 1:  # a line of one day is as wide as that day
        spots = [(0, spots[0][1]), (WIDTH, spots[0][1])]
    points = " ".join(f"{x},{y}" for x, y in spots)
    return LineChart(
        label=label,
        points=points,
        area=f"{spots[0][0]},{HEIGHT} {points} {spots[-1][0]},{HEIGHT}",
        hits=tuple(
            Hit(round(number * width, 1), round(width, 1), f"{day:{style}}: {by_day[day]:,}")
            for number, day in enumerate(days)
        ),
        ticks=(2 * step, step, 0),
        dates=tuple(
            f"{day:{style}}" for day in dict.fromkeys((days[0], days[len(days) // 2], days[-1]))
        ),
    )


def tick_step(largest: int) -> int:
    """The smallest of 1, 2, 3, 4, 5, 8, 10, 20, 30 … of which two reach `largest`."""
    power = 1
    while True:
        for factor in (1, 2, 3, 4, 5, 8):
            if 2 * factor * power >= largest:
                return factor * power
        power *= 10
