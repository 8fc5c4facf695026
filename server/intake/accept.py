"""Accept a report: once, durably, also while the database is away."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from server.intake.composing import Composed, SealingKeyNow, Submitted, compose
from server.intake.errors import (
    ChallengeSpent,
    IdempotencyConflict,
    IntakeError,
    KeyMalformed,
    SpoolFailed,
    TooManyReports,
)
from server.intake.evidence import Evidence
from server.intake.keys import Keys
from server.intake.spent_meanwhile import SpentMeanwhile
from server.intake.spool import Spool
from server.intake.spool_drainer import SpoolDrainer
from server.intake.spool_file import Spooled
from server.intake.submission import Submission
from server.partners.service import KeyMode
from server.reports.service import (
    NewReport,
    Outcome,
    ReportWriter,
    StoredSubmission,
    Tokens,
    Written,
    derive_tokens,
    find_submission,
)
from server.reports.vocabulary import PublicStatus
from server.storage.availability import BoundedReads, DatabaseAway
from server.storage.keyring import IntakeSecrets


class Way(StrEnum):
    """How a report that was answered with 201 is kept."""

    STORED = "stored"
    SPOOLED = "spooled"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to the citizen; the same for every retry of one submission."""

    reference: str
    receipt: str
    status: PublicStatus
    received_at: datetime


class Heard(Protocol):
    """Told of each report that was answered with 201: its lane, or `test`, and how it is kept."""

    def __call__(self, lane: str, way: str) -> None: ...


class Intake:
    """The one way in, for all threads of a process.

    It owns its transaction: a report is one statement of one round trip, which the writer's
    thread shares among all that wait. Whatever goes wrong there, the same envelope goes into the
    spool, and its citizen gets the same answer.
    """

    def __init__(
        self,
        *,
        secrets: IntakeSecrets,
        keys: Keys,
        sealing_key: SealingKeyNow,
        reads: BoundedReads,
        writer: ReportWriter,
        spool: Spool,
        drainer: SpoolDrainer,
        heard: Heard,
    ) -> None:
        self._secrets = secrets
        self._keys = keys
        self._sealing_key = sealing_key
        self._reads = reads
        self._writer = writer
        self._spool = spool
        self._drainer = drainer
        self._heard = heard
        self._spent_meanwhile = SpentMeanwhile()

    def start(self) -> None:
        """Learn what is needed while the database is away, and drain what waits in the spool."""
        with suppress(DatabaseAway):
            self._sealing_key()
        self._drainer.start()

    def accept(
        self, submission: Submission, idempotency_key: bytes, evidence: Evidence
    ) -> Accepted:
        """Accept one submission; it is durable when this returns.

        A repeated submission gets the first answer, whatever became of its key or challenge
        since. Raises the errors of `server.intake.errors`; nothing is kept then.
        """
        submitted = Submitted.of(submission, idempotency_key)
        try:
            composed = compose(
                submitted,
                evidence,
                keys=self._keys,
                sealing_key=self._sealing_key,
                secrets=self._secrets,
            )
            return self._keep(composed, submitted)
        except (IdempotencyConflict, KeyMalformed, TooManyReports):
            raise
        except IntakeError:
            # Looked up only now: hardly any submission is both a retry and refused.
            first = self._first(submitted)
            if first is None:
                raise
            return self._again(submitted, first)

    def can_seal(self) -> bool:
        """Whether a sealing key is known here, also while the database is away."""
        try:
            return self._sealing_key() is not None
        except DatabaseAway:
            return False

    def close(self) -> None:
        """End the threads, once they have stored what is on its way."""
        self._drainer.stop()
        self._writer.close()

    def _keep(self, composed: Composed, submitted: Submitted) -> Accepted:
        report = composed.report
        if waits := self._spooled(submitted):
            return self._again(submitted, waits)
        written = self._written(report)
        if written is not None:
            match written.outcome:
                case Outcome.STORED:
                    return self._answer(composed, report.received_at, Way.STORED)
                case Outcome.SAME if written.first is not None:
                    return self._again(submitted, written.first)
                case Outcome.CONFLICT:
                    raise IdempotencyConflict
                case Outcome.SPENT:
                    raise ChallengeSpent
                case _:  # what the database does not take is kept for a person to see to
                    pass
        if not self._spent_meanwhile.spend(report):
            raise ChallengeSpent
        received_at = self._spool.put(report)
        self._drainer.start()
        return self._answer(composed, received_at, Way.SPOOLED)

    def _written(self, report: NewReport) -> Written | None:
        """What the database says, or None when it is for the spool to keep the report."""
        if report.unverified_key is not None:
            return None
        try:
            return self._writer.write(report)
        except DatabaseAway:
            return None

    def _answer(self, composed: Composed, received_at: datetime, way: Way) -> Accepted:
        report = composed.report
        self._heard(report.lane if report.mode is KeyMode.LIVE else report.mode, way)
        return _accepted(composed.tokens, received_at)

    def _again(self, submitted: Submitted, first: StoredSubmission | Spooled) -> Accepted:
        generation = first.secret_generation
        tokens = derive_tokens(self._secrets, submitted.idempotency_key, generation)
        self._heard("other", Way.REPEATED)
        return _accepted(tokens, first.received_at)

    def _first(self, submitted: Submitted) -> StoredSubmission | Spooled | None:
        """The same submission, in the database or in the spool; raises IdempotencyConflict."""
        try:
            stored = self._reads.read(lambda session: find_submission(session, submitted.digest))
        except DatabaseAway:
            stored = None
        if stored is None:
            return self._spooled(submitted)
        if stored.body_tag != submitted.tag:
            raise IdempotencyConflict
        return stored

    def _spooled(self, submitted: Submitted) -> Spooled | None:
        """The same submission, in the spool."""
        with suppress(SpoolFailed):
            return self._spool.find(submitted.digest, submitted.tag)
        return None


def _accepted(tokens: Tokens, received_at: datetime) -> Accepted:
    return Accepted(tokens.reference, tokens.receipt, PublicStatus.RECEIVED, received_at)
