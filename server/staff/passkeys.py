"""Passkeys (WebAuthn Level 3): add, sign in with, remove.

They live on the device as discoverable credentials, so that no name need be typed, and the device
asks for PIN, finger or face: a passkey alone is two factors (NIST SP 800-63B-4, 3.2.5).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import webauthn
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, selectinload
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from server.audit.service import AuditAction, record_event
from server.staff.accounts import close_links, subject_of
from server.staff.errors import PasskeyRefused
from server.staff.models import User, WebAuthn
from server.staff.ways_in import keep_a_way_in

#: How long a page may stand open before its passkey button has to be loaded anew.
CHALLENGE_LIFETIME = timedelta(minutes=10)
MOST_PASSKEYS = 20
_NOT_THIS_ONE = "this passkey is not known here; use another one, or ask for a sign-in link"
_FAILED = "the passkey's answer did not fit; try again"
_TOO_OLD = "this page was open too long; try again"


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site as passkeys know it: its host name, its name, its origin."""

    id: str
    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a passkey has to sign: random bytes, and when they were made."""

    value: bytes
    issued_at: datetime

    @classmethod
    def new(cls) -> Challenge:
        return cls(secrets.token_bytes(32), datetime.now(UTC))


def options_to_add(
    user: User, known: Sequence[WebAuthn], party: RelyingParty, challenge: Challenge
) -> str:
    """What a browser needs to make a passkey, in JSON. `known` are those that the member has:
    a device that holds one of them makes no second one. Needs the member's user handle."""
    return webauthn.options_to_json(
        webauthn.generate_registration_options(
            rp_id=party.id,
            rp_name=party.name,
            user_id=(user.fs_webauthn_user_handle or "").encode(),
            user_name=user.email,
            challenge=challenge.value,
            timeout=_timeout_ms(),
            attestation=AttestationConveyancePreference.NONE,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=_descriptors(known),
        )
    )


def options_to_sign_in(
    party: RelyingParty, challenge: Challenge, only: Sequence[WebAuthn] = ()
) -> str:
    """What a browser needs to ask for a passkey, in JSON; `only` for one of these."""
    return webauthn.options_to_json(
        webauthn.generate_authentication_options(
            rp_id=party.id,
            challenge=challenge.value,
            timeout=_timeout_ms(),
            user_verification=UserVerificationRequirement.REQUIRED,
            allow_credentials=_descriptors(only) or None,
        )
    )


def ensure_user_handle(session: Session, user: User) -> None:
    """Give the account the random name under which passkeys know it, once."""
    session.execute(
        update(User)
        .where(User.id == user.id, User.fs_webauthn_user_handle.is_(None))
        .values(fs_webauthn_user_handle=secrets.token_hex(32))
        .execution_options(synchronize_session=False)
    )
    session.refresh(user, ["fs_webauthn_user_handle"])


def add_passkey(
    session: Session,
    user: User,
    answer: str,
    *,
    name: str,
    challenge: Challenge,
    party: RelyingParty,
) -> WebAuthn:
    """Keep the passkey that a browser made; links that are out stop working. Raises
    PasskeyRefused."""
    _refuse_old(challenge)
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge.value,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused(_FAILED) from error
    known = list_passkeys(session, user)
    if len(known) >= MOST_PASSKEYS:
        raise PasskeyRefused(f"an account has at most {MOST_PASSKEYS} passkeys; remove one first")
    taken = select(WebAuthn.id).where(WebAuthn.credential_id == made.credential_id)
    if session.scalar(taken) is not None:
        raise PasskeyRefused("this passkey is here already")
    now = datetime.now(UTC).replace(tzinfo=None)
    passkey = WebAuthn(
        user_id=user.id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        backup_state=made.credential_backed_up,
        device_type=made.credential_device_type.value,
        name=name,
        usage="first",
        create_datetime=now,
        lastuse_datetime=now,
    )
    session.add(passkey)
    session.flush()
    close_links(session, user)
    _record(session, AuditAction.PASSKEY_ADDED, user, passkey)
    return passkey


def prove_by_passkey(
    session: Session,
    answer: str,
    *,
    challenge: Challenge,
    party: RelyingParty,
    only: User | None = None,
) -> User:
    """The member whose passkey answered, with roles; `only` lets nobody else in.

    An answer counts once: the challenge must be younger than the passkey's last use. Raises
    PasskeyRefused, in the same words whether the passkey is unknown or the account is shut.
    """
    _refuse_old(challenge)
    try:
        credential = parse_authentication_credential_json(answer)
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused(_FAILED) from error
    found = session.execute(
        select(WebAuthn, User)
        .join(User, User.id == WebAuthn.user_id)
        .where(WebAuthn.credential_id == credential.raw_id, User.active)
        .options(selectinload(User.roles))
    ).one_or_none()
    if found is None or (only is not None and found[1].id != only.id):
        raise PasskeyRefused(_NOT_THIS_ONE)
    passkey, user = found
    handle = credential.response.user_handle
    if handle and handle.decode(errors="replace") != user.fs_webauthn_user_handle:
        raise PasskeyRefused(_NOT_THIS_ONE)
    try:
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge.value,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count or 0,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused(_FAILED) from error
    _use_up(session, passkey, challenge, verified.new_sign_count)
    return user


def list_passkeys(session: Session, user: User) -> Sequence[WebAuthn]:
    """A member's passkeys, the oldest first."""
    return session.scalars(
        select(WebAuthn).where(WebAuthn.user_id == user.id).order_by(WebAuthn.id)
    ).all()


def remove_passkey(session: Session, user: User, passkey_id: int) -> bool:
    """Remove one of the member's passkeys; False when they have none of that id. Raises
    LastWayIn."""
    passkey = session.scalars(
        select(WebAuthn).where(WebAuthn.id == passkey_id, WebAuthn.user_id == user.id)
    ).one_or_none()
    if passkey is None:
        return False
    keep_a_way_in(session, user)
    session.execute(delete(WebAuthn).where(WebAuthn.id == passkey.id))
    _record(session, AuditAction.PASSKEY_REMOVED, user, passkey)
    return True


def _use_up(session: Session, passkey: WebAuthn, challenge: Challenge, sign_count: int) -> None:
    # The column is naive UTC, as Flask-Security made it.
    issued_at = challenge.issued_at.astimezone(UTC).replace(tzinfo=None)
    now = max(datetime.now(UTC).replace(tzinfo=None), issued_at)
    used = session.scalar(
        update(WebAuthn)
        .where(WebAuthn.id == passkey.id, WebAuthn.lastuse_datetime < issued_at)
        .values(lastuse_datetime=now, sign_count=sign_count)
        .returning(WebAuthn.id)
        .execution_options(synchronize_session=False)
    )
    if used is None:
        raise PasskeyRefused(_TOO_OLD)


def _refuse_old(challenge: Challenge) -> None:
    if datetime.now(UTC) - challenge.issued_at > CHALLENGE_LIFETIME:
        raise PasskeyRefused(_TOO_OLD)


def _descriptors(passkeys: Sequence[WebAuthn]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=each.credential_id) for each in passkeys]


def _timeout_ms() -> int:
    return int(CHALLENGE_LIFETIME.total_seconds() * 1000)


def _record(session: Session, action: AuditAction, user: User, passkey: WebAuthn) -> None:
    record_event(
        session,
        subject_of(user),
        action,
        subject_of(user),
        passkey=passkey.id,
        name=passkey.name,
    )
