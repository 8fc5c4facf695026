"""What the address of the statistics asks for: which days, and whose reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from wtforms import DateField, SelectField
from wtforms.validators import Optional, ValidationError

from server.partners.service import list_partners, list_portals
from server.web.console.forms import ConsoleForm

PERIODS = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "12 months"}
DEFAULT_PERIOD = "30"
OWN = "own"
#: Ten years: more would be a page that nobody reads.
MAX_DAYS = 3_660
_YEARS = range(2000, 3000)


@dataclass(frozen=True, slots=True)
class Selection:
    """Days, both included, and the owners that the reports are narrowed to."""

    start: date
    end: date
    portal_id: UUID | None
    partner_id: UUID | None

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def owners(self) -> dict[str, UUID | None]:
        """The filters as the statistics' queries take them."""
        return {"portal_id": self.portal_id, "partner_id": self.partner_id}

    def before(self) -> Selection:
        """As many days right before these."""
        end = self.start - timedelta(days=1)
        start = end - timedelta(days=self.days - 1)
        return Selection(start, end, self.portal_id, self.partner_id)


class StatisticsFilterForm(ConsoleForm):
    """The filter; read from the query, so that a page of it can be kept as a bookmark.

    A day that is given makes the period one's own, whatever is chosen above it.
    """

    period = SelectField("Period", default=DEFAULT_PERIOD)
    since = DateField("From", validators=[Optional()])
    until = DateField("To", validators=[Optional()])
    portal = SelectField("Portal", default="")
    partner = SelectField("Partner", default="")

    def __init__(self, arguments: Any, session: Session, today: date) -> None:
        super().__init__(arguments)
        self._today = today
        self.names = {each.id: each.name for each in list_portals(session)}
        self.partner_names = {each.id: each.name for each in list_partners(session)}
        self.period.choices = [*PERIODS.items(), (OWN, "Own dates")]
        self.portal.choices = _choices(self.names, "All portals")
        self.partner.choices = _choices(self.partner_names, "All partners")
        if self.since.data or self.until.data:
            self.period.data = OWN

    def validate_period(self, field: SelectField) -> None:
        if field.data == OWN and not (self.since.data or self.until.data):
            raise ValidationError("Period: for own dates, give From or To")

    def validate_since(self, field: DateField) -> None:
        _check_year(field)
        if field.data and (self._end() - field.data).days >= MAX_DAYS:
            raise ValidationError("From: choose ten years at most")

    def validate_until(self, field: DateField) -> None:
        _check_year(field)
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError("To: write a day that is not before From")

    def selection(self) -> Selection:
        """What a valid form chooses; where one end of one's own dates is missing, 30 days."""
        days = int(DEFAULT_PERIOD if self.period.data == OWN else self.period.data)
        end = self._end()
        return Selection(
            self.since.data or end - timedelta(days=days - 1),
            end,
            UUID(self.portal.data) if self.portal.data else None,
            UUID(self.partner.data) if self.partner.data else None,
        )

    def _end(self) -> date:
        end: date = self.until.data or max(self._today, self.since.data or self._today)
        return end

    def arguments(self) -> dict[str, str]:
        """What an address needs to ask for the same again."""
        fields = {field.name: field.data for field in self if field.data}
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in fields.items()
        }


def _check_year(field: DateField) -> None:
    if field.data and field.data.year not in _YEARS:
        raise ValidationError(f"{field.label.text}: write a day from 2000 on")


def _choices(names: dict[UUID, str], everything: str) -> list[tuple[str, str]]:
    listed = sorted(((str(key), name) for key, name in names.items()), key=lambda each: each[1])
    return [("", everything), *listed]
