"""What the kit says of the key's life: where it was seen a moment ago, where it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import format_timedelta
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from server.partners.service import ResolvedKey, SightedPage, sighted_origin, sighted_pages

LOOKING_BACK = timedelta(days=30)
REFUSED_FOR = timedelta(days=7)
MOST = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence; `tone` is good, alert or plain. `origin` stands in it, from left to right."""

    tone: str
    before: str
    origin: str
    after: str

    @property
    def text(self) -> str:
        return f"{self.before}{self.origin}{self.after}"


@dataclass(frozen=True, slots=True)
class LivePages:
    """Where a key was seen, the latest first, and where it was refused; at most 5 of each."""

    shown: list[SightedPage]
    refused: list[SightedPage]


def live_pages(session: Session, key: ResolvedKey, now: datetime) -> LivePages:
    """Where the key was seen in 30 days, and where it was refused in 7.

    Anybody can bring a refusal about: those of most days and times come first. A page that is on
    the list by now is not refused.
    """
    shown = sighted_pages(session, key.id, (now - LOOKING_BACK).date(), allowed=True)
    shown.sort(key=lambda page: page.last_at, reverse=True)
    refused = [
        each
        for each in sighted_pages(session, key.id, (now - REFUSED_FOR).date(), allowed=False)
        if each.last_at > now - REFUSED_FOR and not sighted_origin(each.origin, key.origins)[1]
    ]
    return LivePages(shown[:MOST], refused[:MOST])


def live_lines(pages: LivePages, now: datetime) -> list[Line]:
    """What the pages say of the key's life, in the language that is being spoken."""
    lines = [
        _line("good", _("Seen on %(origin)s, %(when)s.", origin="\0", when=_ago(each, now)), each)
        for each in pages.shown
    ]
    lines += [
        _line(
            "alert",
            _(
                "Refused on %(origin)s, %(when)s. If this is your page, "
                "ask your contact to add it.",
                origin="\0",
                when=_ago(each, now),
            ),
            each,
        )
        for each in pages.refused
    ]
    if not pages.shown:
        lines.insert(0, Line("plain", _("Not seen yet."), "", ""))
    return lines


def _line(tone: str, sentence: str, page: SightedPage) -> Line:
    before, _mark, after = sentence.partition("\0")
    return Line(tone, before, page.origin, after)


def _ago(page: SightedPage, now: datetime) -> str:
    age = max(now - page.last_at, timedelta(seconds=1))
    return str(format_timedelta(-age, add_direction=True, threshold=1))
