"""Change a key's terms. Whoever edits names the revision that the edit was made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.partners.errors import EditConflict, PartnerError
from server.partners.key_terms import CheckedTerms, KeyTerms, check_terms
from server.partners.keys import hold_key
from server.partners.models import PartnerKey
from server.partners.vocabulary import KeyState

_EDITABLE = ("label", "origins", "languages", "default_language", "campaign", "expires_at")


@dataclass(frozen=True, slots=True)
class KeyEdit:
    """All that can be changed of a key. Its partner, portal, mode and kind never change."""

    label: str
    origins: tuple[str, ...]
    languages: tuple[str, ...]
    default_language: str | None
    campaign: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class EditedKey:
    """A key after an edit: the names of what changed, none when all was as before."""

    row: PartnerKey
    changed: tuple[str, ...]
    warnings: tuple[str, ...]


def edit_key(session: Session, text: str, edit: KeyEdit, *, revision: int, actor: str) -> EditedKey:
    """Give a key other terms.

    Raises EditConflict when the key is no longer at `revision`, and PartnerError for a revoked
    key and for terms that could not be issued either. An expiry that was reached already may
    stay; a new one lies in the future.
    """
    key = hold_key(session, text)
    if key.state is KeyState.REVOKED:
        raise PartnerError("the key is revoked for good: issue a new one")
    if key.revision != revision:
        raise EditConflict("this key")
    terms = KeyTerms(
        label=edit.label,
        origins=edit.origins,
        languages=edit.languages,
        default_language=edit.default_language,
        campaign=edit.campaign,
        expires_at=edit.expires_at,
        secret=key.secret_hmac is not None,
    )
    checked = check_terms(terms, key.portal, datetime.now(UTC), was=key.expires_at)
    changed = tuple(name for name in _EDITABLE if getattr(key, name) != getattr(checked, name))
    if changed:
        before = {name: _plain(getattr(key, name)) for name in changed}
        for name in changed:
            setattr(key, name, getattr(checked, name))
        key.revision += 1
        after = {name: _plain(getattr(key, name)) for name in changed}
        subject = f"key:{key.id}"
        record_event(session, actor, AuditAction.KEY_EDITED, subject, before=before, after=after)
    return EditedKey(key, changed, _only_new(checked, changed))


def _only_new(checked: CheckedTerms, changed: tuple[str, ...]) -> tuple[str, ...]:
    return checked.warnings if "origins" in changed else ()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
