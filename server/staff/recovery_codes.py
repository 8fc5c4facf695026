"""Recovery codes: ten, each used once in place of the authenticator app's code.

A code has 120 random bits, so a plain SHA-256 of it is what is kept (NIST SP 800-63B-4, 3.1.2.2).
"""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.staff.accounts import subject_of
from server.staff.models import User

COUNT = 10
_LENGTH, _GROUP = 24, 4
#: Crockford's base32: nothing that is read as something else.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


def make_recovery_codes(session: Session, user: User, *, actor: str) -> list[str]:
    """Ten new codes in groups of four letters and digits; those before are worth nothing now."""
    codes = [_new() for _ in range(COUNT)]
    user.mf_recovery_codes = [digest_of(code) for code in codes]
    record_event(
        session, actor, AuditAction.RECOVERY_CODES_MADE, subject_of(user), count=len(codes)
    )
    return codes


def use_recovery_code(session: Session, user_id: int, digest: str) -> bool:
    """Use a code up by its digest; False when it is not there any more."""
    user = session.scalars(select(User).where(User.id == user_id).with_for_update()).one()
    session.refresh(user, ["mf_recovery_codes"])
    kept = list(user.mf_recovery_codes or [])
    if digest not in kept:
        return False
    user.mf_recovery_codes = [each for each in kept if each != digest]
    record_event(
        session,
        subject_of(user),
        AuditAction.RECOVERY_CODE_USED,
        subject_of(user),
        left=len(kept) - 1,
    )
    return True


def looks_like_recovery_code(typed: str) -> bool:
    """Whether what was typed in the code's place is as long as a recovery code."""
    return len(_plain(typed)) == _LENGTH


def digest_of(code: str) -> str:
    """What is kept of a code, however its letters and groups were typed."""
    return hashlib.sha256(_plain(code).encode()).hexdigest()


def _new() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return "-".join(letters[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def _plain(typed: str) -> str:
    return "".join(typed.split()).replace("-", "").upper().translate(_READ_AS)
