"""Audit events as their page shows them: who, what, which, and what changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import EventRecord, FoundEvent
from server.partners.service import Name, names_of
from server.staff import service as staff
from server.web.console.audit_words import KINDS, sentence
from server.web.console.words import Moment, moment, plain_words

PAGE_SIZE = 50
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Change:
    """One line of what changed. A fact that only is has no `before`."""

    field: str
    before: str | None
    after: str | None
    is_change: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """The thing that was touched; `address` is its page, None when there is none to open."""

    kind: str
    name: str
    address: str | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of the trail. `at` is None when the stored time is not one."""

    id: str
    seq: int | None
    at: Moment | None
    who: str
    what: str
    action: str
    subject: Subject
    changes: tuple[Change, ...]


class Namer:
    """Names for the ids of one page, read in a few queries."""

    def __init__(
        self, session: Session, events: Iterable[EventRecord], *, may_open_reports: bool
    ) -> None:
        self._people = {staff.subject_of(each): each.email for each in staff.list_staff(session)}
        ids = {found for event in events if (found := _uuid(event.subject)) is not None}
        self._things: Mapping[UUID, Name] = names_of(session, ids) if ids else {}
        self._may_open_reports = may_open_reports

    def who(self, actor: str) -> str:
        """A member's address; a command's user; else what stands there."""
        kind, _, name = actor.partition(":")
        if kind == "command" and name:
            return f"{name} (command)"
        return "The system" if actor == "system" else self._people.get(actor, actor)

    def subject(self, event: EventRecord) -> Subject:
        """The thing's kind and name, with its page where there is one."""
        kind, _, key = event.subject.partition(":")
        found = self._things.get(_uuid(event.subject) or UUID(int=0))
        name, address = found.name if found else key, None
        if kind == "staff":
            name = self._people.get(event.subject, key)
            address = _page("staff_member", member_id=key) if key.isdigit() else None
        elif kind == "report":
            reference = event.details.get("reference") if isinstance(event.details, dict) else None
            name = str(reference or key)
            if reference and name.isascii() and self._may_open_reports:
                address = _page("report", reference=reference)
        elif kind in ("partner", "portal") and found:
            address = _page(kind, slug=found.slug)
        elif kind == "key" and found:
            address = _page("key", key_id=key)
        elif kind == "authority" and _uuid(event.subject):
            name = _told_name(event) or key
            address = _page("authority", authority_id=key)
        return Subject(KINDS.get(kind, plain_words(kind)), name[:_LONGEST], address)


def event_row(found: FoundEvent, namer: Namer, now: datetime) -> EventRow:
    """One event in words."""
    event = found.event
    return EventRow(
        id=event.id,
        seq=found.seq,
        at=_moment(event.at, now),
        who=namer.who(event.actor)[:_LONGEST],
        what=sentence(event.action)[:_LONGEST],
        action=event.action[:_LONGEST],
        subject=namer.subject(event),
        changes=tuple(changes_in(event.details)),
    )


def changes_in(details: Any) -> list[Change]:
    """`before` and `after` side by side, field by field where both have fields; then the rest."""
    if not isinstance(details, dict):
        return [Change("Details", None, _shown(details), is_change=False)]
    changes: list[Change] = []
    if "before" in details or "after" in details:
        changes += _compared(details.get("before"), details.get("after"))
    facts = {name: value for name, value in details.items() if name not in ("before", "after")}
    changes += [
        Change(name, None, _shown(value), is_change=False)
        for name, value in _flat(facts)
        if value is not None
    ]
    return changes


def _compared(before: Any, after: Any) -> list[Change]:
    if not isinstance(before, dict) and not isinstance(after, dict):
        return [Change("", _shown(before), _shown(after), is_change=True)]
    old, new = (dict(_flat(value)) if isinstance(value, dict) else {} for value in (before, after))
    return [
        Change(name, _optional(old, name), _optional(new, name), is_change=True)
        for name in dict.fromkeys([*old, *new])
        # What began as nothing is not worth a line.
        if old.get(name) != new.get(name) or (old and (name in old) != (name in new))
    ]


def _flat(fields: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Fields within fields as one list: `texts`, `fr`, `intro` becomes "Texts fr intro"."""
    for name, value in fields.items():
        words = f"{above} {name}".replace("_", " ") if above else plain_words(name)
        if isinstance(value, dict) and value:
            yield from _flat(value, words)
        else:
            yield words, value


def _optional(fields: Mapping[str, Any], name: str) -> str | None:
    return _shown(fields[name]) if name in fields else None


def _shown(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(each, str | int) for each in value):
        text = ", ".join(map(str, value))
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _moment(at: int | str, now: datetime) -> Moment | None:
    try:
        return moment(audit.instant(at), now) if isinstance(at, int) else None
    except OverflowError:
        return None


def _told_name(event: EventRecord) -> str | None:
    """The name that the event itself tells, of a thing that may have another by now."""
    details = event.details if isinstance(event.details, dict) else {}
    after = details.get("after")
    told = details.get("name") or (after.get("name") if isinstance(after, dict) else None)
    return told if isinstance(told, str) else None


def _page(endpoint: str, **values: Any) -> str:
    return url_for(f"console.{endpoint}", **values)


def _uuid(subject: str) -> UUID | None:
    try:
        return UUID(subject.partition(":")[2])
    except ValueError:
        return None
