"""From a submission to the sealed report that is kept: whose it is, its lane, its envelopes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from server.intake.errors import NoSealingKey
from server.intake.evidence import Evidence, signals_of
from server.intake.idempotency import body_tag, idempotency_hash
from server.intake.keys import Keys, key_of
from server.intake.lanes import Proof, lane_for
from server.intake.submission import Submission
from server.partners.service import (
    KeyMode,
    ResolvedKey,
    clean_campaign,
    origin_allowed,
    parse_key,
)
from server.reports.service import (
    UNATTRIBUTED,
    NewReport,
    PublicSealingKey,
    SealedPart,
    Tokens,
    derive_tokens,
    receipt_hmac,
    seal,
)
from server.reports.vocabulary import EnvelopeKind, Lane
from server.storage.availability import DatabaseAway
from server.storage.ids import new_id
from server.storage.keyring import IntakeSecrets

#: As long as the column; a key that cannot be looked up cannot say which languages it speaks.
_MAX_LANGUAGE = 12

#: What new reports are sealed to; may raise DatabaseAway.
SealingKeyNow = Callable[[], PublicSealingKey | None]


@dataclass(frozen=True, slots=True)
class Submitted:
    """A submission with all that identifies it: the same for every retry."""

    submission: Submission
    idempotency_key: bytes
    digest: bytes
    tag: bytes
    content: dict[str, Any]

    @classmethod
    def of(cls, submission: Submission, idempotency_key: bytes) -> Submitted:
        """`idempotency_key` has 16 bytes."""
        content = submission.sealed_content()
        tag = body_tag(idempotency_key, submission.canonical_body(content))
        return cls(submission, idempotency_key, idempotency_hash(idempotency_key), tag, content)


@dataclass(frozen=True, slots=True)
class Composed:
    """A report that is ready to be kept, and what its citizen is given."""

    report: NewReport
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class _Attribution:
    """What stands in clear of a report because of its key."""

    mode: KeyMode
    portal_id: UUID
    partner_id: UUID
    key_id: UUID
    campaign: str | None
    origin: str | None
    language: str


def compose(
    submitted: Submitted,
    evidence: Evidence,
    *,
    keys: Keys,
    sealing_key: SealingKeyNow,
    secrets: IntakeSecrets,
) -> Composed:
    """Check key and evidence, then seal. Raises the errors of `server.intake.errors`."""
    submission, now = submitted.submission, datetime.now(UTC)
    key = key_of(submission.key, keys, now)
    signals, challenge = signals_of(
        evidence, submission.challenge, submission.key, key, keys, secrets
    )
    pressure = evidence.pressure(signals.proof is Proof.SECRET_KEY)
    if key is None:
        whose, lane = _unattributed(submission), Lane.LOW
    else:
        whose = _attributed(submission, key)
        lane = lane_for(signals, pressure, key.standing(now))
    try:
        public = sealing_key()
    except DatabaseAway:
        public = None
    if public is None:
        raise NoSealingKey
    tokens = derive_tokens(secrets, submitted.idempotency_key, secrets.current)
    report_id = new_id()
    report = NewReport(
        id=report_id,
        idempotency_hash=submitted.digest,
        body_tag=submitted.tag,
        reference=tokens.reference,
        receipt_hmac=receipt_hmac(secrets, tokens.receipt, secrets.current),
        secret_generation=secrets.current,
        received_at=now,
        mode=whose.mode,
        lane=lane,
        portal_id=whose.portal_id,
        partner_id=whose.partner_id,
        key_id=whose.key_id,
        campaign=whose.campaign,
        origin=whose.origin,
        language=whose.language,
        territory=submission.territory,
        report_type=submission.report_type,
        parts=_sealed(submitted, report_id, public),
        challenge=challenge,
        unverified_key=submission.key if key is None else None,
    )
    return Composed(report, tokens)


def _attributed(submission: Submission, key: ResolvedKey) -> _Attribution:
    # A claim of the client counts as attribution only when the partner named that origin.
    claimed = submission.embed_origin
    return _Attribution(
        mode=key.mode,
        portal_id=key.portal_id,
        partner_id=key.partner_id,
        key_id=key.id,
        campaign=clean_campaign(submission.campaign) or key.campaign,
        origin=claimed if origin_allowed(claimed, key.origins) else None,
        language=key.language(submission.language),
    )


def _unattributed(submission: Submission) -> _Attribution:
    """Until the spool is drained: the key's text stands in the report."""
    parsed = parse_key(submission.key)
    return _Attribution(
        mode=parsed.mode if parsed else KeyMode.LIVE,
        portal_id=UNATTRIBUTED,
        partner_id=UNATTRIBUTED,
        key_id=UNATTRIBUTED,
        campaign=clean_campaign(submission.campaign),
        origin=None,
        language=submission.language[:_MAX_LANGUAGE],
    )


def _sealed(
    submitted: Submitted, report_id: UUID, public: PublicSealingKey
) -> tuple[SealedPart, ...]:
    report = seal(submitted.content, report_id, EnvelopeKind.REPORT, public)
    email = submitted.submission.contact_email
    if email is None:
        return (report,)
    return (report, seal({"email": email}, report_id, EnvelopeKind.CONTACT, public))
