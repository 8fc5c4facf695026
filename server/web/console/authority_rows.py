"""The directory as its list shows it: by country, with what is verified and when it was seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from server.directory.service import Authority, Verified
from server.web.console.authority_forms import KIND_WORDS, VERIFIED_WORDS
from server.web.console.words import Badge, Moment, language_name, moment

#: What nobody looked at for so long is to be looked at again.
YEAR = timedelta(days=365)
_TONES = {Verified.URL: "good", Verified.EXISTENCE: "busy", Verified.COUNTRY_ONLY: "muted"}
WORLD = "--"


@dataclass(frozen=True, slots=True)
class AuthorityLine:
    """One row in words. `url` is None unless it was verified."""

    id: str
    name: str | None
    kind: str
    url: str | None
    unverified_url: str | None
    languages: str
    verified: Badge
    checked: Moment | None
    is_overdue: bool
    is_removed: bool


@dataclass(frozen=True, slots=True)
class Country:
    """A country, or a place without a code, with its rows."""

    name: str
    code: str | None
    lines: tuple[AuthorityLine, ...]


def authority_line(row: Authority, now: datetime) -> AuthorityLine:
    """One authority in words."""
    is_verified = row.verified is Verified.URL
    return AuthorityLine(
        id=str(row.id),
        name=row.name,
        kind=KIND_WORDS[row.kind],
        url=row.url if is_verified else None,
        unverified_url=None if is_verified else row.url,
        languages=", ".join(language_name(code) for code in row.languages),
        verified=Badge(VERIFIED_WORDS[row.verified], _TONES[row.verified]),
        checked=moment(row.checked_at, now) if row.checked_at else None,
        is_overdue=is_overdue(row, now),
        is_removed=row.removed_at is not None,
    )


def by_country(rows: Iterable[Authority], now: datetime) -> list[Country]:
    """Countries by name, each with its rows in the order in which they came."""
    ordered = sorted(rows, key=lambda row: (row.place.casefold(), row.territory or ""))
    return [
        Country(place, code, tuple(authority_line(row, now) for row in group))
        for (place, code), group in groupby(ordered, key=lambda row: (row.place, row.territory))
    ]


def place_key(row: Authority) -> str:
    """How the filter names a row's country: its code, or `--` for places without one."""
    return row.territory or WORLD


def is_overdue(row: Authority, now: datetime) -> bool:
    """Whether nobody looked at it within a year, or ever."""
    return row.checked_at is None or now - row.checked_at > YEAR
