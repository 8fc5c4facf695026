"""The statistics as their page shows them: a chart by day or month, and tables with names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from server.partners.service import get_attributions
from server.statistics.service import (
    NO_VALUE,
    OTHER_VALUES,
    Count,
    Dimension,
    Owner,
    breakdown,
    reports_by_day,
)
from server.web.console.charts import LineChart, line_chart
from server.web.console.statistics_filter import Selection
from server.web.console.words import language_name, plain_words, territory_name

#: More days than these are shown by month.
MOST_DAYS = 92
#: So many rows of a table; what is rarer stands in one row together.
MOST_ROWS = 20

#: A value's name, or its name and notes.
Naming = Callable[[str], str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Row:
    """A name and how many reports; `notes` tell apart what has the same name."""

    name: str
    reports: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A breakdown; `what` heads its first column."""

    heading: str
    what: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the page says of a selection. `before` are the reports of as many days earlier."""

    total: int
    before: int
    unit: str
    chart: LineChart
    by_time: tuple[Row, ...]
    tables: tuple[Table, ...]


def read_overview(
    session: Session, chosen: Selection, portals: Mapping[UUID, str], partners: Mapping[UUID, str]
) -> Overview:
    """Reads tallies only, in as many queries whatever was reported."""
    by_day = reports_by_day(session, chosen.start, chosen.end, **chosen.owners)
    before = chosen.before()
    earlier = reports_by_day(session, before.start, before.end, **chosen.owners)
    by_month = chosen.days > MOST_DAYS
    counted = _months(by_day) if by_month else by_day
    unit, style = ("month", "%b %Y") if by_month else ("day", "%-d %b %Y")
    total = sum(by_day.values())
    label = (
        f"Reports by {unit}, {chosen.start:%-d %b %Y} to {chosen.end:%-d %b %Y}: "
        f"{total:,} in all, {max(counted.values()):,} at most"
    )
    return Overview(
        total=total,
        before=sum(earlier.values()),
        unit=unit,
        chart=line_chart(counted, label, style),
        by_time=tuple(Row(f"{day:{style}}", reports) for day, reports in reversed(counted.items())),
        tables=tuple(_tables(session, chosen, portals, partners)),
    )


def _tables(
    session: Session, chosen: Selection, portals: Mapping[UUID, str], partners: Mapping[UUID, str]
) -> list[Table]:
    def counts(by: Dimension | Owner) -> list[Count]:
        return breakdown(session, by, chosen.start, chosen.end, **chosen.owners)

    keys = counts(Owner.KEY)
    known = get_attributions(session, [UUID(count.value) for count in keys[:MOST_ROWS]])

    def key_name(value: str) -> tuple[str, ...]:
        key = known.get(UUID(value))
        return (key.label, key.partner_name, key.portal_name) if key else ("Unknown key",)

    shown: list[tuple[str, str, list[Count], Naming]] = [
        ("By portal", "Portal", counts(Owner.PORTAL), _naming(portals)),
        ("By partner", "Partner", counts(Owner.PARTNER), _naming(partners)),
        ("By key", "Key", keys, key_name),
        ("By campaign", "Campaign", counts(Dimension.CAMPAIGN), _or("No campaign", str)),
        ("By language", "Language", counts(Dimension.LANGUAGE), language_name),
        ("By territory", "Territory", counts(Dimension.TERRITORY), _or("Not said", _territory)),
        ("By outcome", "Outcome", counts(Dimension.OUTCOME), plain_words),
    ]
    return [Table(heading, what, _rows(found, name)) for heading, what, found, name in shown]


def _rows(counts: Sequence[Count], naming: Naming) -> tuple[Row, ...]:
    rows = []
    for count in counts[:MOST_ROWS]:
        if count.value != OTHER_VALUES:
            named = naming(count.value)
            name, *notes = (named,) if isinstance(named, str) else named
            rows.append(Row(name, count.reports, tuple(notes)))
    shown = sum(row.reports for row in rows)
    rest = sum(count.reports for count in counts) - shown
    return (*rows, Row("All others", rest)) if rest else tuple(rows)


def _months(by_day: Mapping[date, int]) -> dict[date, int]:
    months: dict[date, int] = {}
    for day, reports in by_day.items():
        month = day.replace(day=1)
        months[month] = months.get(month, 0) + reports
    return months


def _naming(names: Mapping[UUID, str]) -> Callable[[str], str]:
    return lambda value: names.get(UUID(value), "Unknown")


def _or(nothing: str, name: Callable[[str], Any]) -> Callable[[str], str]:
    return lambda value: nothing if value == NO_VALUE else name(value)


def _territory(code: str) -> str:
    return territory_name(code) or code
