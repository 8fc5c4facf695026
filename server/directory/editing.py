"""What staff do to the directory: add, edit, check, remove and restore an authority."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.directory.errors import (
    AuthorityChanged,
    AuthorityError,
    AuthorityUnknown,
    TermsRefused,
)
from server.directory.models import Authority
from server.directory.rows import AuthorityRow, check_terms
from server.directory.territories import territory_name
from server.directory.vocabulary import AuthorityKind, Verified
from server.directory.web_address import problem_with


@dataclass(frozen=True, slots=True)
class AuthorityTerms:
    """What staff say of an authority. Empty texts are None."""

    name: str | None
    kind: AuthorityKind
    url: str | None
    languages: tuple[str, ...]
    emergency: str | None
    verified: Verified
    source: str
    note: str | None


def get_authority(session: Session, authority_id: UUID) -> Authority:
    """One row, removed or not; raises AuthorityUnknown."""
    authority = session.get(Authority, authority_id)
    if authority is None:
        raise AuthorityUnknown("there is no such authority")
    return authority


def add_authority(
    session: Session,
    terms: AuthorityTerms,
    *,
    territory: str | None,
    place: str | None = None,
    now: datetime,
    actor: str,
) -> Authority:
    """Add a row for a territory, or, without one, for a `place` such as Africa.

    Raises TermsRefused with every problem, and AuthorityError when the row is there already.
    """
    where = territory_name(territory, "en") if territory else place
    row = _checked(terms, territory=territory, place=where, stored_url=None)
    known = session.scalar(select(Authority).where(Authority.row_key == row.row_key))
    if known is not None:
        told = "was removed: restore it" if known.removed_at else "is there already: edit it"
        raise AuthorityError(f"{known.name or known.place} {told}", "name")
    authority = Authority(
        **asdict(row), loaded_at=now, edited_at=now, checked_at=now, removed_at=None, revision=1
    )
    session.add(authority)
    session.flush()
    record_event(
        session,
        actor,
        AuditAction.AUTHORITY_ADDED,
        _subject(authority),
        after={"territory": territory, "place": authority.place} | state_of(authority),
    )
    return authority


def edit_authority(
    session: Session,
    authority_id: UUID,
    terms: AuthorityTerms,
    *,
    revision: int,
    now: datetime,
    actor: str,
) -> Authority:
    """Replace what is said of an authority; loading keeps it from now on.

    Its territory stays, and so does its key: a renamed authority is the same row. Raises
    AuthorityUnknown, AuthorityChanged and TermsRefused.
    """
    authority = _locked(session, authority_id, revision)
    row = _checked(
        terms, territory=authority.territory, place=authority.place, stored_url=authority.url
    )
    before = state_of(authority)
    for field in before:
        setattr(authority, field, getattr(row, field))
    after = state_of(authority)
    if after != before:
        authority.edited_at = now
        authority.revision += 1
        record_change(session, actor, AuditAction.AUTHORITY_EDITED, authority, before, after)
    return authority


def check_authority(
    session: Session, authority_id: UUID, *, revision: int, now: datetime, actor: str
) -> Authority:
    """Note that somebody looked at the authority's page, and the row is right."""
    authority = _locked(session, authority_id, revision)
    before = {"checked_at": _iso(authority.checked_at)}
    authority.checked_at = now
    after = {"checked_at": _iso(now)}
    record_change(session, actor, AuditAction.AUTHORITY_CHECKED, authority, before, after)
    return authority


def remove_authority(
    session: Session, authority_id: UUID, *, revision: int, now: datetime, actor: str
) -> Authority:
    """Take an authority out of everything that citizens see. Loading does not bring it back."""
    authority = _locked(session, authority_id, revision)
    if authority.removed_at is None:
        authority.removed_at = now
        authority.revision += 1
        states = {"state": "listed"}, {"state": "removed"}
        record_change(session, actor, AuditAction.AUTHORITY_REMOVED, authority, *states)
    return authority


def restore_authority(
    session: Session, authority_id: UUID, *, revision: int, actor: str
) -> Authority:
    """Undo a removal."""
    authority = _locked(session, authority_id, revision)
    if authority.removed_at is not None:
        authority.removed_at = None
        authority.revision += 1
        states = {"state": "removed"}, {"state": "listed"}
        record_change(session, actor, AuditAction.AUTHORITY_RESTORED, authority, *states)
    return authority


def _locked(session: Session, authority_id: UUID, revision: int) -> Authority:
    authority = session.get(Authority, authority_id, with_for_update=True, populate_existing=True)
    if authority is None:
        raise AuthorityUnknown("there is no such authority")
    if authority.revision != revision:
        raise AuthorityChanged
    return authority


def _checked(
    terms: AuthorityTerms, *, territory: str | None, place: str | None, stored_url: str | None
) -> AuthorityRow:
    fields = asdict(terms) | {"languages": list(terms.languages)}
    row, problems = check_terms(fields | {"country_code": territory, "country": place})
    # An address that was loaded stays until somebody changes it.
    if terms.url and terms.url != stored_url and (problem := problem_with(terms.url)):
        problems = [(field, reason) for field, reason in problems if field != "url"]
        problems.append(("url", problem))
    if row is None or problems:
        raise TermsRefused(problems)
    return row


def state_of(authority: Authority) -> dict[str, Any]:
    """What an edit or a load can change, as the trail tells it."""
    return {
        "name": authority.name,
        "kind": authority.kind,
        "url": authority.url,
        "languages": list(authority.languages),
        "emergency": authority.emergency,
        "verified": authority.verified,
        "source": authority.source,
        "note": authority.note,
    }


def record_change(
    session: Session,
    actor: str,
    action: AuditAction,
    authority: Authority,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """One event about an authority, with the fields that differ."""
    changed = [field for field in after if before.get(field) != after[field]]
    record_event(
        session,
        actor,
        action,
        _subject(authority),
        name=authority.name or authority.place,
        before={field: before.get(field) for field in changed},
        after={field: after[field] for field in changed},
    )
    session.flush()


def _subject(authority: Authority) -> str:
    return f"authority:{authority.id}"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
