"""The life of a key: rotate, pause, resume, revoke."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.partners.errors import PartnerError
from server.partners.key_state import key_state
from server.partners.key_terms import CheckedTerms
from server.partners.keys import IssuedKey, add_key, hold_key
from server.partners.models import PartnerKey
from server.partners.names import clean_name
from server.partners.vocabulary import KeyState
from server.storage.keyring import IntakeSecrets

MAX_GRACE_DAYS = 365
MAX_REASON = 300


def rotate_key(
    session: Session, text: str, *, grace_days: int, secrets: IntakeSecrets, actor: str
) -> IssuedKey:
    """Issue a successor with the same terms; the old key holds for `grace_days` (0–365) more.

    Raises PartnerError for a key that is not active or was rotated before.
    """
    old = hold_key(session, text)
    now = datetime.now(UTC)
    state = key_state(old, now)
    if state is KeyState.EXPIRED:
        raise PartnerError("the key has expired: issue a new one, or give it a later expiry")
    if state is not KeyState.ACTIVE:
        raise PartnerError(f"the key is {state.value}: only an active key can be rotated")
    if old.successor_id is not None:
        raise PartnerError("the key was rotated before; rotate its successor")
    if not 0 <= grace_days <= MAX_GRACE_DAYS:
        raise PartnerError(f"the grace period is 0 to {MAX_GRACE_DAYS} days", "grace_days")
    issued = add_key(
        session,
        (old.partner, old.portal),
        _terms_of(old),
        mode=old.mode,
        secret=old.secret_hmac is not None,
        secrets=secrets,
        actor=actor,
        now=now,
    )
    grace_end = now + timedelta(days=grace_days)
    old.expires_at = min(old.expires_at, grace_end) if old.expires_at else grace_end
    old.successor_id = issued.row.id
    old.revision += 1
    record_event(
        session,
        actor,
        AuditAction.KEY_ROTATED,
        f"key:{old.id}",
        successor=str(issued.row.id),
        grace_days=grace_days,
    )
    return issued


def pause_key(session: Session, text: str, *, actor: str) -> PartnerKey:
    """Pause an active key; raises PartnerError in any other state."""
    key = hold_key(session, text)
    if key.state is not KeyState.ACTIVE:
        raise PartnerError(f"the key is {key.state.value}: only an active key can be paused")
    _cease(key, KeyState.PAUSED)
    _record_state(session, actor, AuditAction.KEY_PAUSED, key, KeyState.ACTIVE)
    return key


def resume_key(session: Session, text: str, *, actor: str) -> PartnerKey:
    """Let a paused key work again as if it had never ceased.

    Raises PartnerError in any other state, and when the key expired while it was paused.
    """
    key = hold_key(session, text)
    state = key_state(key, datetime.now(UTC))
    if state is KeyState.EXPIRED:
        raise PartnerError("the key has expired: give it a later expiry first")
    if state is not KeyState.PAUSED:
        raise PartnerError(f"the key is {state.value}: only a paused key can be resumed")
    key.ceased_at = None
    key.state = KeyState.ACTIVE
    key.revision += 1
    _record_state(session, actor, AuditAction.KEY_RESUMED, key, KeyState.PAUSED)
    return key


def revoke_key(session: Session, text: str, *, reason: str, actor: str) -> PartnerKey:
    """Revoke a key for good; `reason` is 1–300 characters.

    Raises PartnerError when it is revoked already or no reason is given.
    """
    key = hold_key(session, text)
    if key.state is KeyState.REVOKED:
        raise PartnerError("the key is revoked already")
    if not reason.strip():
        raise PartnerError(
            "say why the key is revoked, for instance: no longer a partner", "reason"
        )
    key.revoked_reason = clean_name(reason, "the reason", "reason", MAX_REASON)
    before = key.state
    _cease(key, KeyState.REVOKED)
    _record_state(session, actor, AuditAction.KEY_REVOKED, key, before, reason=key.revoked_reason)
    return key


def _cease(key: PartnerKey, state: KeyState) -> None:
    # The moment of the first ceasing counts: revoking a paused key grants no new day.
    key.ceased_at = key.ceased_at or datetime.now(UTC)
    key.state = state
    key.revision += 1


def _record_state(
    session: Session,
    actor: str,
    action: AuditAction,
    key: PartnerKey,
    before: KeyState,
    **more: str,
) -> None:
    states = {"before": {"state": before.value}, "after": {"state": key.state.value}}
    record_event(session, actor, action, f"key:{key.id}", **states, **more)


def _terms_of(key: PartnerKey) -> CheckedTerms:
    # As they are: a rule that came later must not stand in the way of a rotation.
    return CheckedTerms(
        label=key.label,
        origins=list(key.origins),
        languages=list(key.languages),
        default_language=key.default_language,
        campaign=key.campaign,
        expires_at=key.expires_at,
        warnings=(),
    )
