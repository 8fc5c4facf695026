"""What the address of the audit page asks for: who, what, which, when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from wtforms import DateField, SearchField, SelectChoice, SelectField
from wtforms.validators import Length, Optional, ValidationError

from server.audit.service import AuditAction, EventFilter
from server.web.console.audit_words import KINDS, SOURCES, sentence
from server.web.console.forms import ConsoleForm, stripped

_KINDS = [SelectChoice("", "Anything"), *(SelectChoice(*each) for each in KINDS.items())]
#: First a whole source, then each action under its source.
_ACTIONS = [
    SelectChoice("", "Anything"),
    *(SelectChoice(f"{source}:", f"All of {name}") for source, name in SOURCES.items()),
    *(
        SelectChoice(action.value, sentence(action), optgroup=name)
        for source, name in SOURCES.items()
        for action in AuditAction
        if action.startswith(f"{source}:")
    ),
]
_MAX_WORDS = 120


class AuditFilterForm(ConsoleForm):
    """The filter; read from the query, so that a page of it can be kept as a bookmark."""

    actor = SelectField("Who", choices=[], default="")
    action = SelectField("What", choices=_ACTIONS, default="")
    kind = SelectField("About", choices=_KINDS, default="")
    since = DateField("From", validators=[Optional()])
    until = DateField("To", validators=[Optional()])
    q = SearchField("Id or reference", filters=[stripped], validators=[Length(max=_MAX_WORDS)])

    def __init__(self, arguments: Any, people: list[tuple[str, str]]) -> None:
        super().__init__(arguments)
        known = {"": "Anybody", "system": "The system", **dict(people)}
        # A command's user, from a link, or an account that is no more.
        known.setdefault(self.actor.data, self.actor.data)
        self.actor.choices = [SelectChoice(*each) for each in known.items()]

    def validate_actor(self, field: SelectField) -> None:
        if not field.data.isprintable():
            raise ValidationError("Who: choose somebody of the list")

    def validate_until(self, field: DateField) -> None:
        if self.since.data and field.data and field.data < self.since.data:
            raise ValidationError("To: write a day that is not before From")

    def wanted(self) -> EventFilter:
        """The filter of a form that is valid."""
        action = self.action.data or ""
        chosen = [each for each in AuditAction if action and each.startswith(action)]
        return EventFilter(
            actors=(self.actor.data,) if self.actor.data else (),
            actions=chosen,
            subject=self.kind.data or None,
            since=_midnight(self.since.data),
            until=_midnight(self.until.data, days=1),
            words=self.q.data.replace("\0", "") or None,
        )

    def arguments(self) -> dict[str, str]:
        """What an address needs to ask for the same again."""
        fields = {field.name: field.data for field in self if field.data}
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in fields.items()
        }


def _midnight(day: date | None, *, days: int = 0) -> datetime | None:
    if day is None:
        return None
    try:
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=days)
    except OverflowError:
        return None
