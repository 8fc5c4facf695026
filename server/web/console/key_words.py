"""A key as the console's pages show it: words instead of values, and what to watch out for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from server.partners.service import (
    KeyMode,
    KeyState,
    OriginError,
    key_state,
    parse_allowed_origin,
    readable_origin,
)
from server.web.console.words import Badge, Moment, language_name, mode_word, moment, plain_words

#: A key that ends so soon is pointed out.
SOON = timedelta(days=30)
STATE_TONES = {
    KeyState.PENDING: "new",
    KeyState.ACTIVE: "good",
    KeyState.PAUSED: "busy",
    KeyState.REVOKED: "muted",
    KeyState.EXPIRED: "alert",
}


@dataclass(frozen=True, slots=True)
class OriginLine:
    """An allowed origin in both spellings, when it has two, and what to know about it."""

    text: str
    readable: str | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expiry:
    """When a key ends. `soon` while it still works, and for no more than 30 days."""

    at: Moment
    distance: str
    past: bool
    soon: bool


@dataclass(frozen=True, slots=True)
class KeyWords:
    """One key. `text` is of a secret key only the part that names it."""

    id: UUID
    text: str
    label: str
    kind: str
    is_secret: bool
    mode: str
    is_test: bool
    state: Badge
    state_name: str
    partner_slug: str
    partner: str
    portal_slug: str
    portal: str
    origins: tuple[OriginLine, ...]
    languages: tuple[str, ...]
    default_language: str
    campaign: str | None
    created: Moment
    ceased: Moment | None
    expiry: Expiry | None
    revoked_reason: str | None
    is_rotated: bool

    @property
    def warnings(self) -> list[str]:
        """What the origins may disappoint with."""
        return [warning for origin in self.origins for warning in origin.warnings]


def key_words(key: Any, now: datetime) -> KeyWords:
    """The words for a key whose partner and portal are loaded, as it stands at `now`."""
    state = key_state(key, now)
    return KeyWords(
        id=key.id,
        text=key.text,
        label=key.label,
        kind="Secret" if key.secret_hmac else "Publishable",
        is_secret=key.secret_hmac is not None,
        mode=mode_word(key.mode),
        is_test=key.mode is KeyMode.TEST,
        state=state_badge(state),
        state_name=state.value,
        partner_slug=key.partner.slug,
        partner=key.partner.name,
        portal_slug=key.portal.slug,
        portal=key.portal.name,
        origins=tuple(map(_origin_line, key.origins)),
        languages=tuple(map(language_name, key.languages)),
        default_language=language_name(key.default_language),
        campaign=key.campaign,
        created=moment(key.created_at, now),
        ceased=moment(key.ceased_at, now) if key.ceased_at else None,
        expiry=_expiry(key.expires_at, state, now) if key.expires_at else None,
        revoked_reason=key.revoked_reason,
        is_rotated=key.successor_id is not None,
    )


def state_badge(state: KeyState) -> Badge:
    return Badge(plain_words(state), STATE_TONES[state])


def distance_to(at: datetime, now: datetime) -> str:
    """`in 12 days`, in whole days; the last day is `today`."""
    days = (at - now).days
    return "today" if days < 1 else "in 1 day" if days == 1 else f"in {days} days"


def _expiry(at: datetime, state: KeyState, now: datetime) -> Expiry:
    past = at <= now
    shown = moment(at, now)
    return Expiry(
        at=shown,
        distance=shown.relative if past else distance_to(at, now),
        past=past,
        soon=state in (KeyState.ACTIVE, KeyState.PAUSED) and at - now <= SOON,
    )


def _origin_line(text: str) -> OriginLine:
    try:
        warnings = parse_allowed_origin(text).warnings
    except OriginError as error:  # taken before a rule was added
        warnings = (str(error),)
    return OriginLine(text, readable_origin(text), warnings)
