"""Keys that a manager should look at, in words, each with what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.partners.service import AlertKind, KeyAlert, find_alerts, readable_origin
from server.web.console.key_words import distance_to

MOST_ORIGINS = 3


@dataclass(frozen=True, slots=True)
class AlertNote:
    """One alert. `origins` are named in it; `more` so many again are not."""

    key_id: UUID
    label: str
    partner: str
    partner_slug: str
    kind: AlertKind
    tone: str
    what: str
    origins: tuple[str, ...]
    more: int
    next_step: str


def alert_notes(session: Session, now: datetime) -> list[AlertNote]:
    """The alerts of all keys, those that fell silent first."""
    return [_note(alert, now) for alert in find_alerts(session, now)]


def key_notes(session: Session, key_id: UUID, now: datetime) -> list[AlertNote]:
    """The alerts of one key."""
    return [_note(alert, now) for alert in find_alerts(session, now, [key_id])]


def _note(alert: KeyAlert, now: datetime) -> AlertNote:
    what, next_step = _words(alert, now)
    named = alert.origins[:MOST_ORIGINS]
    return AlertNote(
        key_id=alert.key.id,
        label=alert.key.label,
        partner=alert.key.partner_name,
        partner_slug=alert.key.partner_slug,
        kind=alert.kind,
        tone="busy" if alert.kind is AlertKind.EXPIRING else "alert",
        what=what,
        origins=tuple(_both_spellings(origin) for origin in named),
        more=len(alert.origins) - len(named),
        next_step=next_step,
    )


def _words(alert: KeyAlert, now: datetime) -> tuple[str, str]:
    day = f"{alert.day:%-d %b %Y}"
    if alert.kind is AlertKind.SILENT:
        return (
            f"fell silent: last shown on {day}, before that on most days.",
            "Open the page. If the form is gone from it, ask the partner what changed; "
            "a new integration kit helps them to put it back.",
        )
    if alert.kind is AlertKind.UNLISTED:
        times = "once" if alert.seen == 1 else f"{alert.seen:,} times"
        return (
            f"is asked for by pages that it does not allow, {times} in 7 days.",
            "Ask the partner whether the page is theirs. If it is, add its origin to the key; "
            "if not, nothing has to be done: browsers show no form there.",
        )
    assert alert.key.expires_at is not None  # noqa: S101
    return (
        f"ends {distance_to(alert.key.expires_at, now)}, on {day}.",
        "Give it a later last day, or rotate it and hand the new one over. If it was rotated, "
        "see that the partner's pages name the new one by then.",
    )


def _both_spellings(origin: str) -> str:
    readable = readable_origin(origin)
    return f"{origin} ({readable})" if readable else origin
