"""The directory's use cases: load rows, and say who takes reports where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.directory.continents import CONTINENTS, continent_name
from server.directory.editing import (
    AuthorityTerms,
    add_authority,
    check_authority,
    edit_authority,
    get_authority,
    record_change,
    remove_authority,
    restore_authority,
    state_of,
)
from server.directory.emergency import emergency_number
from server.directory.errors import (
    AuthorityChanged,
    AuthorityError,
    AuthorityUnknown,
    TermsRefused,
)
from server.directory.models import Authority
from server.directory.reach import (
    Reaching,
    portals_serving,
    reached,
    territories_with_authority,
    without_authority,
)
from server.directory.rows import AuthorityRow, DirectoryError, check_rows, read_rows
from server.directory.spelling import match_key, plain
from server.directory.territories import (
    TERRITORIES,
    UnknownTerritory,
    find_territory,
    territories,
    territory_name,
)
from server.directory.vocabulary import AuthorityKind, Verified

__all__ = [
    "CONTINENTS",
    "TERRITORIES",
    "Authority",
    "AuthorityChanged",
    "AuthorityError",
    "AuthorityKind",
    "AuthorityTerms",
    "AuthorityUnknown",
    "AuthorityView",
    "DirectoryError",
    "LoadResult",
    "Reaching",
    "TermsRefused",
    "UnknownTerritory",
    "Verified",
    "add_authority",
    "authorities_everywhere",
    "authorities_for",
    "authorities_in_place",
    "check_authority",
    "continent_name",
    "edit_authority",
    "emergency_number",
    "find_territory",
    "get_authority",
    "list_authorities",
    "load_directory",
    "own_authority",
    "own_of",
    "portals_serving",
    "reached",
    "read_rows",
    "remove_authority",
    "restore_authority",
    "territories",
    "territories_with_authority",
    "territory_name",
    "without_authority",
]

#: A country's own authority comes before the portal that the hotline runs for it.
_ORDER = (AuthorityKind.INHOPE_HOTLINE, AuthorityKind.POLICE, AuthorityKind.IWF_PORTAL)


@dataclass(frozen=True, slots=True)
class LoadResult:
    """How many rows of a file were added, updated, kept as staff edited or removed them, or the
    same."""

    added: int
    updated: int
    kept: int
    unchanged: int
    kept_rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthorityView:
    """What the public may see of an authority. `url` is None unless its link was verified."""

    name: str
    url: str | None
    kind: AuthorityKind
    languages: tuple[str, ...]


def load_directory(session: Session, rows: object, *, now: datetime, actor: str) -> LoadResult:
    """Add and update authorities from the rows of a directory file (JSON list of objects).

    Rows that staff edited or removed stay as they are, and so do rows that the file does not
    name. Raises DirectoryError, and then nothing is changed. One audit event tells of a load that
    changed something, and one of each row that it updated; `actor` is as in `record_event`.
    """
    checked = check_rows(rows)
    known = {authority.row_key: authority for authority in session.scalars(select(Authority))}
    kept: list[str] = []
    added = updated = 0
    for row in checked:
        authority = known.get(row.row_key)
        if authority is None:
            session.add(Authority(**asdict(row), loaded_at=now))
            added += 1
        elif authority.removed_at is None and not _differs(authority, row):
            continue
        elif authority.edited_at is not None or authority.removed_at is not None:
            kept.append(row.row_key)
        else:
            before = state_of(authority)
            for field, value in asdict(row).items():
                setattr(authority, field, value)
            authority.loaded_at = now
            after = state_of(authority)
            record_change(session, actor, AuditAction.AUTHORITY_EDITED, authority, before, after)
            updated += 1
    unchanged = len(checked) - added - updated - len(kept)
    if added or updated:
        record_event(
            session,
            actor,
            AuditAction.DIRECTORY_LOADED,
            "directory:authorities",
            added=added,
            updated=updated,
            kept=len(kept),
            unchanged=unchanged,
        )
    session.flush()
    return LoadResult(added, updated, len(kept), unchanged, tuple(kept))


def authorities_for(session: Session, territory: str) -> list[AuthorityView]:
    """Who takes reports in a territory: its hotlines, then its police, then the IWF portal.

    Empty for an unknown code. Only what was verified is in it: neither a link that nobody
    checked nor a row of which only the country is known.
    """
    return _views(list_authorities(session, territory=territory))


def authorities_everywhere(session: Session) -> dict[str, list[AuthorityView]]:
    """The same for every territory that has any, in one query."""
    found: dict[str, list[Authority]] = {}
    for authority in list_authorities(session):
        if authority.territory:
            found.setdefault(authority.territory, []).append(authority)
    return {code: views for code, rows in found.items() if (views := _views(rows))}


def authorities_in_place(session: Session, place: str) -> list[AuthorityView]:
    """The same for a place without a code, by its name: Akrotiri and Dhekelia."""
    return _views(list_authorities(session, place=place))


def own_authority(session: Session, territory: str) -> AuthorityView | None:
    """For "X takes reports in your country": the first authority with a link, or None.

    The IWF portal is not meant, and None too is said where the country's first authority is
    the hotline behind that portal (same link): the citizen is there already.
    """
    return own_of(authorities_for(session, territory))


def own_of(views: Iterable[AuthorityView]) -> AuthorityView | None:
    """The same of a territory's authorities, in the order of `authorities_for`."""
    views = tuple(views)
    portals = {view.url for view in views if view.kind is AuthorityKind.IWF_PORTAL}
    first = next((view for view in views if view.url is not None), None)
    return None if first is None or first.url in portals else first


def list_authorities(
    session: Session,
    *,
    territory: str | None = None,
    place: str | None = None,
    removed: bool = False,
) -> list[Authority]:
    """For staff: all rows, those of one territory, or those without a code of one place.

    Rows that staff removed are left out, or, with `removed`, are the only ones.
    """
    query = select(Authority).where(
        Authority.removed_at.is_not(None) if removed else Authority.removed_at.is_(None)
    )
    if territory is not None:
        query = query.where(Authority.territory == territory)
    if place is not None:
        query = query.where(Authority.territory.is_(None))
    rows: Iterable[Authority] = session.scalars(query)
    if place is not None:
        rows = [row for row in rows if match_key(row.place) == match_key(place)]
    return sorted(rows, key=_order)


def _order(authority: Authority) -> tuple[str, int, bool, str, str]:
    return (
        authority.territory or "",
        _ORDER.index(authority.kind),
        authority.verified is not Verified.URL,
        plain(authority.name or ""),
        authority.row_key,
    )


def _views(authorities: Iterable[Authority]) -> list[AuthorityView]:
    return [
        AuthorityView(
            name=authority.name,
            url=authority.url if authority.verified is Verified.URL else None,
            kind=authority.kind,
            languages=tuple(authority.languages),
        )
        for authority in authorities
        if authority.name and authority.verified is not Verified.COUNTRY_ONLY
    ]


def _differs(authority: Authority, row: AuthorityRow) -> bool:
    return any(getattr(authority, field) != value for field, value in asdict(row).items())
