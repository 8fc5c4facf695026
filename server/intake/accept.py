"""Accept a report: from a validated submission to a stored, sealed report, exactly once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from server.intake.challenge import Solved, spend, verify_challenge
from server.intake.errors import (
    IdempotencyConflict,
    KeyCeased,
    KeyUnknown,
    NoSealingKey,
    SecretKeyRefused,
)
from server.intake.idempotency import body_tag, idempotency_hash
from server.intake.submission import Submission
from server.partners.service import (
    ResolvedKey,
    Standing,
    clean_campaign,
    find_key,
    find_secret_key,
    origin_allowed,
)
from server.reports.service import (
    NewReport,
    PublicSealingKey,
    SealedPart,
    Tokens,
    current_sealing_key,
    derive_tokens,
    find_submission,
    receipt_hmac,
    seal,
    store_report,
)
from server.reports.vocabulary import EnvelopeKind, Lane, PublicStatus
from server.storage.ids import new_id
from server.storage.keyring import IntakeSecrets


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a submission besides its content.

    `secret_key` is the Bearer token of a partner's server; `timed_form` says that the form
    without JavaScript was filled in no faster than a person can.
    """

    secret_key: str | None = None
    timed_form: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to the citizen; the same for every retry of one submission."""

    reference: str
    receipt: str
    status: PublicStatus
    received_at: datetime


def accept_report(
    session: Session,
    submission: Submission,
    idempotency_key: bytes,
    evidence: Evidence,
    secrets: IntakeSecrets,
) -> Accepted:
    """Accept one submission in the caller's transaction; the caller commits before it answers.

    A repeated submission gets the first answer, before its key or challenge are looked at
    again. Raises the errors of `server.intake.errors`; nothing is written then.
    """
    tag = body_tag(idempotency_key, submission.canonical_body())
    first = _first_answer(session, idempotency_key, tag, secrets)
    if first is not None:
        return first
    now = datetime.now(UTC)
    key = _open_key(session, submission, now)
    lane, solved = _lane(session, submission, key, evidence, secrets, now)
    sealing_key = current_sealing_key(session)
    if sealing_key is None:
        raise NoSealingKey
    tokens = derive_tokens(secrets, idempotency_key, secrets.current)
    report = _new_report(submission, key, lane, now, tokens, sealing_key, secrets, idempotency_key)
    if not store_report(session, report):
        # Another worker stored the same submission since we looked.
        again = _first_answer(session, idempotency_key, tag, secrets)
        if again is None:
            raise LookupError("the submission that was stored meanwhile cannot be found")
        return again
    if solved is not None:
        spend(session, solved)
    return Accepted(tokens.reference, tokens.receipt, PublicStatus.RECEIVED, now)


def _first_answer(
    session: Session, idempotency_key: bytes, tag: bytes, secrets: IntakeSecrets
) -> Accepted | None:
    stored = find_submission(session, idempotency_hash(idempotency_key))
    if stored is None:
        return None
    if stored.body_tag != tag:
        raise IdempotencyConflict
    tokens = derive_tokens(secrets, idempotency_key, stored.secret_generation)
    return Accepted(tokens.reference, tokens.receipt, PublicStatus.RECEIVED, stored.received_at)


def _open_key(session: Session, submission: Submission, now: datetime) -> ResolvedKey:
    key = find_key(session, submission.key)
    if key is None or key.standing(now) is Standing.NOT_YET:
        raise KeyUnknown
    if key.standing(now) is Standing.CEASED:
        raise KeyCeased
    return key


def _lane(
    session: Session,
    submission: Submission,
    key: ResolvedKey,
    evidence: Evidence,
    secrets: IntakeSecrets,
    now: datetime,
) -> tuple[Lane, Solved | None]:
    """Doubt lowers the lane and refuses nobody, save forged evidence."""
    lane, solved = Lane.LOW, None
    if evidence.secret_key is not None:
        server = find_secret_key(session, evidence.secret_key, secrets)
        if server is None or (server.partner_id, server.portal_id, server.mode) != (
            key.partner_id,
            key.portal_id,
            key.mode,
        ):
            raise SecretKeyRefused
        lane = Lane.TRUSTED
    elif submission.challenge is not None:
        solved = verify_challenge(secrets, key.text, submission.challenge)
        lane = Lane.NORMAL
    elif evidence.timed_form:
        lane = Lane.NORMAL
    if key.standing(now) is Standing.LATELY_CEASED:
        lane = Lane.LOW
    return lane, solved


def _new_report(
    submission: Submission,
    key: ResolvedKey,
    lane: Lane,
    now: datetime,
    tokens: Tokens,
    sealing_key: PublicSealingKey,
    secrets: IntakeSecrets,
    idempotency_key: bytes,
) -> NewReport:
    report_id = new_id()
    parts: list[SealedPart] = [
        seal(submission.sealed_content(), report_id, EnvelopeKind.REPORT, sealing_key)
    ]
    if submission.contact_email is not None:
        contact = {"email": submission.contact_email}
        parts.append(seal(contact, report_id, EnvelopeKind.CONTACT, sealing_key))
    # A claim of the client counts as attribution only when the partner named that origin.
    claimed = submission.embed_origin
    origin = claimed if origin_allowed(claimed, key.origins) else None
    return NewReport(
        id=report_id,
        idempotency_hash=idempotency_hash(idempotency_key),
        body_tag=body_tag(idempotency_key, submission.canonical_body()),
        reference=tokens.reference,
        receipt_hmac=receipt_hmac(secrets, tokens.receipt, secrets.current),
        secret_generation=secrets.current,
        received_at=now,
        mode=key.mode,
        lane=lane,
        portal_id=key.portal_id,
        partner_id=key.partner_id,
        key_id=key.id,
        campaign=clean_campaign(submission.campaign) or key.campaign,
        origin=origin,
        language=key.language(submission.language),
        territory=submission.territory,
        report_type=submission.report_type,
        parts=tuple(parts),
    )
