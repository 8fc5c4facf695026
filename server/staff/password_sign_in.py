"""Sign in with password and code, always together; in three steps.

The slow look at the password stands between two short transactions, so that it holds no lock:

    attempt = begin_attempt(session, ...)     counts it, or says how long to wait
    proof = prove(attempt, typed, ...)        no database
    user = finish_attempt(session, attempt, proof)

Whether the account exists, is shut or has no password changes neither the words nor the work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, selectinload

from server.audit.service import AuditAction, record_event
from server.staff import recovery_codes
from server.staff.accounts import close_links, subject_of
from server.staff.models import User
from server.staff.passwords import MOST, normal_password
from server.staff.throttle import bucket_of, clear_failures, note_failure, take_attempt
from server.staff.ways_in import keep_a_way_in


class Proofs(Protocol):
    """How secrets are kept: the hash of passwords, the seal of authenticator secrets."""

    def password_fits(self, password: str, kept: str | None) -> bool:
        """False for None, after as much work as for any other."""

    def matching_step(self, code: str, sealed: str | None, after: int | None) -> int | None:
        """The time step whose code this is, later than `after`; None when there is none, after
        as much work."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an attempt is looked at with. `user_id` is None where nobody can come in."""

    bucket: str
    user_id: int | None = None
    password: str | None = None
    totp_secret: str | None = None
    totp_step: int | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """Password and code were right: the code's time step, or the digest of a recovery code."""

    step: int | None = None
    recovery_digest: str | None = None


def is_known_browser(session: Session, email: str, devices: Mapping[int, str]) -> bool:
    """Whether one of the accounts that signed in on this browser before has this address."""
    address = email.strip().lower()
    known = select(User.id).where(User.email == address, User.id.in_(devices), User.active)
    return session.scalar(known) is not None


def begin_attempt(
    session: Session, email: str, *, devices: Mapping[int, str], only: User | None = None
) -> Attempt:
    """Count an attempt on an account. `devices` are the secrets of this browser for the accounts
    that signed in on it before, by their ids; `only` is the member who confirms who they are.

    Call it in a transaction of its own, committed before the attempt is looked at. Raises
    TooManyFailures.
    """
    address = email.strip().lower()
    user = session.scalars(select(User).where(User.email == address, User.active)).one_or_none()
    bucket = bucket_of(address, devices.get(user.id) if user else None)
    take_attempt(session, bucket)
    if user is None or (only is not None and only.id != user.id):
        return Attempt(bucket)
    return Attempt(bucket, user.id, user.password, user.tf_totp_secret, user.totp_step)


def prove(attempt: Attempt, *, password: str, code: str, proofs: Proofs) -> Proof | None:
    """Look at what was typed; `code` is six digits of the app, or a recovery code. Slow."""
    typed = normal_password(password)[: MOST + 1]
    fits = proofs.password_fits(typed, attempt.password)
    digits = "".join(code.split())
    step = proofs.matching_step(digits, attempt.totp_secret, attempt.totp_step)
    if attempt.user_id is None or not fits:
        return None
    if step is not None:
        return Proof(step=step)
    if recovery_codes.looks_like_recovery_code(code):
        return Proof(recovery_digest=recovery_codes.digest_of(code))
    return None


def finish_attempt(session: Session, attempt: Attempt, proof: Proof | None) -> User | None:
    """The member, with roles, when the proof is good and its code was not used before."""
    user = session.scalars(
        select(User)
        .options(selectinload(User.roles))
        .where(User.id == attempt.user_id, User.active, User.password == attempt.password)
    ).one_or_none()
    if proof is None or user is None or not _use_code(session, user, proof):
        note_failure(session, attempt.bucket)
        if attempt.user_id is not None:
            member = f"staff:{attempt.user_id}"
            record_event(
                session,
                "system",
                AuditAction.STAFF_SIGN_IN_FAILED,
                member,
                browser=attempt.bucket.partition(":")[0],
            )
        return None
    clear_failures(session, attempt.bucket)
    return user


def set_password(
    session: Session, user: User, *, hashed: str, totp_secret: str, totp_step: int
) -> list[str]:
    """Set password and authenticator app together; returns ten new recovery codes. Links that
    are out, an invitation above all, stop working.

    `totp_step` is that of the code which showed that the app has the secret.
    """
    actor = subject_of(user)
    user.password, user.tf_totp_secret, user.totp_step = hashed, totp_secret, totp_step
    user.tf_primary_method = "authenticator"
    close_links(session, user)
    record_event(session, actor, AuditAction.PASSWORD_SET, actor)
    record_event(session, actor, AuditAction.TOTP_SET, actor)
    return recovery_codes.make_recovery_codes(session, user, actor=actor)


def change_password(session: Session, user: User, *, hashed: str) -> None:
    """Another password; the authenticator app and the recovery codes stay."""
    user.password = hashed
    record_event(session, subject_of(user), AuditAction.PASSWORD_SET, subject_of(user))


def change_authenticator(
    session: Session, user: User, *, totp_secret: str, totp_step: int
) -> list[str]:
    """Another authenticator app, and ten new recovery codes; the password stays."""
    actor = subject_of(user)
    user.tf_totp_secret, user.totp_step = totp_secret, totp_step
    record_event(session, actor, AuditAction.TOTP_SET, actor)
    return recovery_codes.make_recovery_codes(session, user, actor=actor)


def remove_password(session: Session, user: User) -> None:
    """Remove one's own password with what belongs to it; raises LastWayIn."""
    keep_a_way_in(session, user)
    forget_password(user)
    actor = subject_of(user)
    record_event(session, actor, AuditAction.PASSWORD_REMOVED, actor)
    record_event(session, actor, AuditAction.TOTP_REMOVED, actor)


def forget_password(user: User) -> None:
    """Drop password, authenticator app and recovery codes: none is of use without the others."""
    user.password = user.tf_totp_secret = user.tf_primary_method = user.totp_step = None
    user.mf_recovery_codes = None


def _use_code(session: Session, user: User, proof: Proof) -> bool:
    if proof.recovery_digest is not None:
        return recovery_codes.use_recovery_code(session, user.id, proof.recovery_digest)
    used = session.scalar(
        update(User)
        .where(User.id == user.id, User.password == user.password)
        .where(or_(User.totp_step.is_(None), User.totp_step < proof.step))
        .values(totp_step=proof.step)
        .returning(User.id)
        .execution_options(synchronize_session=False)
    )
    return used is not None
