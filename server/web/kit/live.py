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


def live_lines(session: Session, key: ResolvedKey, now: datetime) -> list[Line]:
    """Where the key was seen in 30 days, the latest first, then where it was refused in 7.

    At most 5 of each. Anybody can bring a refusal about: those of most days and times come first.
    In the language that is being spoken. A page that is on the list by now is not refused.
    """
    shown = sighted_pages(session, key.id, (now - LOOKING_BACK).date(), allowed=True)
    shown.sort(key=lambda page: page.last_at, reverse=True)
    refused = [
        each
        for each in sighted_pages(session, key.id, (now - REFUSED_FOR).date(), allowed=False)
        if each.last_at > now - REFUSED_FOR and not sighted_origin(each.origin, key.origins)[1]
    ]
    lines = [
        _line("good", _("Seen on %(origin)s, %(when)s.", origin="\0", when=_ago(each, now)), each)
        for each in shown[:MOST]
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
        for each in refused[:MOST]
    ]
    if not shown:
        lines.insert(0, Line("plain", _("Not seen yet."), "", ""))
    return lines


def _line(tone: str, sentence: str, page: SightedPage) -> Line:
    before, _mark, after = sentence.partition("\0")
    return Line(tone, before, page.origin, after)


def _ago(page: SightedPage, now: datetime) -> str:
    age = max(now - page.last_at, timedelta(seconds=1))
    return str(format_timedelta(-age, add_direction=True, threshold=1))
