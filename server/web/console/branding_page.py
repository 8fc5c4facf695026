"""What the branding editor shows beside its form: contrast, preview, history, who shows it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import request
from sqlalchemy.orm import Session

from server.extensions import settings
from server.partners.service import (
    DARK_GROUNDS,
    LIGHT_GROUNDS,
    MIN_CONTRAST,
    BrandingDraft,
    KeyMode,
    KeyState,
    Look,
    Partner,
    Portal,
    PreviewedLook,
    contrast_ratio,
    draft_of,
    glowing,
    key_state,
    list_keys,
    list_portals,
    look_of,
    published_looks,
)
from server.staff.service import find_staff
from server.web.console.branding_form import LABELS
from server.web.console.words import Moment, language_name, mode_word, moment, plain_words
from server.web.embed.preview_token import preview_token
from server.web.locale import LANGUAGES, direction

WIDTHS = {"phone": "Phone", "desktop": "Desktop"}
SCHEMES = {"light": "Light", "dark": "Dark"}


@dataclass(frozen=True, slots=True)
class Contrast:
    """A use of the colour: what is read on what, how well, and in words."""

    use: str
    ink: str
    ground: str
    ratio: str
    word: str
    tone: str


@dataclass(frozen=True, slots=True)
class Showing:
    """A publishable key that shows the published look."""

    label: str
    portal: str
    mode: str
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """One line of the history."""

    revision: int
    look: Look
    at: Moment
    by: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A language's fields, and whether the form can be shown in it yet."""

    code: str
    name: str
    direction: str
    is_spoken: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A switch of the preview: one of several links."""

    text: str
    value: str
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class PreviewPanel:
    """The frame's address with its switches, by name; `what` says which look it shows."""

    address: str
    what: str
    width: str
    switches: dict[str, list[Choice]]


@dataclass(frozen=True, slots=True)
class BrandingState:
    """All that is stored of a partner's branding. `revision` is the draft's, 0 without one."""

    partner: Partner
    draft: BrandingDraft | None
    saved: Moment | None
    saved_by: str
    look: Look
    revision: int
    history: list[Published]
    shown_by: list[Showing]
    languages: list[Text]
    portals: list[Portal]

    @property
    def published(self) -> Published | None:
        return self.history[0] if self.history else None

    @property
    def codes(self) -> list[str]:
        return [each.code for each in self.languages]


def read_branding(session: Session, partner: Partner) -> BrandingState:
    """The state as it is now; the look is the draft's, else the published one."""
    now = datetime.now(UTC)
    draft = draft_of(session, partner)
    rows = published_looks(session, partner)
    portals, shown_by = _shown_by(session, partner, now)
    return BrandingState(
        partner=partner,
        draft=draft,
        saved=moment(draft.saved_at, now) if draft else None,
        saved_by=actor_name(session, draft.saved_by) if draft else "",
        look=look_of(draft or (rows[0] if rows else None), partner),
        revision=draft.revision if draft else 0,
        history=[
            Published(
                revision=row.revision,
                look=look_of(row, partner),
                at=moment(row.published_at, now),
                by=actor_name(session, row.published_by),
                is_current=row is rows[0],
            )
            for row in rows
        ],
        shown_by=shown_by,
        languages=_languages(portals),
        portals=portals,
    )


def contrasts(colour: str) -> list[Contrast]:
    """How a `#rrggbb` colour is used by the form, light and dark, and how well each is read."""
    glow = glowing(colour)
    return [
        _contrast("Button, light", LIGHT_GROUNDS[0], colour),
        _contrast("Link, light", colour, LIGHT_GROUNDS[1]),
        _contrast("Button, dark", DARK_GROUNDS[0], glow),
        _contrast("Link, dark", glow, DARK_GROUNDS[1]),
    ]


def preview_panel(state: BrandingState) -> PreviewPanel | None:
    """The preview that this request's address asks for; None while there is no portal."""
    if not state.portals:
        return None
    asked = request.args
    portal = next((p for p in state.portals if p.slug == asked.get("portal")), state.portals[0])
    looks = _looks(state)
    look = asked.get("look", "") if asked.get("look", "") in looks else next(iter(looks))
    spoken = [code for code in portal.languages if code in LANGUAGES] or ["en"]
    chosen = {
        "look": look,
        "portal": portal.slug,
        "lang": asked["lang"] if asked.get("lang") in spoken else spoken[0],
        "theme": asked["theme"] if asked.get("theme") in SCHEMES else "light",
        "width": asked["width"] if asked.get("width") in WIDTHS else "phone",
    }
    offered = {
        "look": {name: text for name, (text, _look) in looks.items()},
        "portal": {each.slug: each.name for each in state.portals},
        "width": WIDTHS,
        "theme": SCHEMES,
        "lang": {code: LANGUAGES[code].name for code in spoken},
    }
    text, previewed = looks[look]
    token = preview_token(settings().intake_secrets, state.partner.id, portal.id, previewed)
    query = urlencode({name: chosen[name] for name in ("lang", "theme")})
    return PreviewPanel(
        address=f"{settings().public_url}/embed/preview/{token}?{query}",
        what=text,
        width=chosen["width"],
        switches={
            name: [_choice(chosen, name, value, word) for value, word in values.items()]
            for name, values in offered.items()
            if len(values) > 1
        },
    )


def changes(before: Look, after: Look) -> list[tuple[str, str, str]]:
    """Each part that is not alike: its name, as it is, as it will be."""
    old, new = before.facts(), after.facts()
    found = []
    for name in dict.fromkeys((*old, *new)):
        was, will = old.get(name) or "none", new.get(name) or "none"
        if was == will:
            continue
        if name == "logo":
            was = "none" if before.logo is None else "a picture"
            will = "none" if after.logo is None else "another" if before.logo else "a picture"
        found.append((_part_name(name), was, will))
    return found


def actor_name(session: Session, actor: str | None) -> str:
    """Who an audit event's actor is, as a person is called."""
    kind, _, name = (actor or "").partition(":")
    if kind == "staff" and name.isdigit():
        user = find_staff(session, int(name))
        return user.email if user else "a former member"
    return f"{name}, by command" if kind == "command" else "the system"


def _looks(state: BrandingState) -> dict[str, tuple[str, PreviewedLook | None]]:
    """What can be looked at: the draft, the published look, an older one that was asked for."""
    looks: dict[str, tuple[str, PreviewedLook | None]] = {}
    if state.draft:
        looks["draft"] = ("Draft", PreviewedLook(state.draft.revision, is_draft=True))
    looks["published"] = ("Published", None)
    asked = request.args.get("look", "")
    for old in state.history[1:]:
        if asked == str(old.revision):
            looks[asked] = (f"Look {asked}", PreviewedLook(old.revision, is_draft=False))
    return looks


def _part_name(name: str) -> str:
    part, _, language = name.partition(".")
    return f"{LABELS[part]} in {language_name(language)}" if language else plain_words(part)


def _choice(chosen: dict[str, str], name: str, value: str, text: str) -> Choice:
    query = urlencode({**chosen, name: value})
    return Choice(text, value, f"?{query}#preview", chosen[name] == value)


def _shown_by(
    session: Session, partner: Partner, now: datetime
) -> tuple[list[Portal], list[Showing]]:
    """The portals of the partner's keys (all portals without a key), and the keys in use."""
    keys = [key for key in list_keys(session, partner.slug) if key.secret_hmac is None]
    portals = {key.portal.slug: key.portal for key in keys} or {
        portal.slug: portal for portal in list_portals(session)
    }
    shown = [
        Showing(key.label, key.portal.name, mode_word(KeyMode(key.mode)), tuple(key.origins))
        for key in keys
        if key_state(key, now) is KeyState.ACTIVE
    ]
    return [portals[slug] for slug in sorted(portals)], shown


def _languages(portals: Iterable[Portal]) -> list[Text]:
    codes = dict.fromkeys(code for portal in portals for code in portal.languages)
    return [
        Text(code, language_name(code), direction(code), code in LANGUAGES)
        for code in codes or LANGUAGES
    ]


def _contrast(use: str, ink: str, ground: str) -> Contrast:
    ratio = contrast_ratio(ink, ground)
    if ratio < MIN_CONTRAST:
        word, tone = "too weak", "alert"
    else:
        word, tone = ("strong", "good") if ratio >= 7 else ("good", "good")
    # Never rounded up to what it does not reach.
    return Contrast(use, ink, ground, f"{math.floor(ratio * 10) / 10:.1f}:1", word, tone)
