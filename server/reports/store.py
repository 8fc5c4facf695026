"""A report as it enters the store, and what the store answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.partners.service import KeyMode
from server.reports.models import Report, SpentChallenge
from server.reports.outcome import Outcome
from server.reports.sealing import SealedPart
from server.reports.vocabulary import Lane, ReportType
from server.storage.ids import moment_of

REPORT_RECEIVED = "report.received"

#: Whoever's key could not be looked up: portal, partner and key of a report that is unattributed.
UNATTRIBUTED = UUID(int=0)
#: A solved challenge is refused after its own end; a clock that is set back may not revive it.
KEEP_SPENT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SpentProof:
    """A solved challenge, by the SHA-256 of its signature: spent in the report's transaction."""

    digest: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewReport:
    """What stands in clear, the sealed parts, and the challenge that it spends.

    `unverified_key` is a partner key that nobody could look up while the database was away: a
    report of the spool alone. Its portal, partner and key are UNATTRIBUTED until it is drained.
    """

    id: UUID
    idempotency_hash: bytes
    body_tag: bytes
    reference: str
    receipt_hmac: bytes
    secret_generation: int
    received_at: datetime
    mode: KeyMode
    lane: Lane
    portal_id: UUID
    partner_id: UUID
    key_id: UUID
    campaign: str | None
    origin: str | None
    language: str
    territory: str | None
    report_type: ReportType
    parts: tuple[SealedPart, ...]
    challenge: SpentProof | None = None
    unverified_key: str | None = field(default=None, repr=False)

    @property
    def day(self) -> date:
        """The UTC day on which it came in."""
        return self.received_at.astimezone(UTC).date()


@dataclass(frozen=True, slots=True)
class StoredSubmission:
    """What a retry needs to get the answer of the first time."""

    body_tag: bytes
    secret_generation: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """`first` is the submission that was stored before, of SAME and CONFLICT."""

    outcome: Outcome
    first: StoredSubmission | None = None


class ReportStore(Protocol):
    """Stores reports on a connection of its own; for one thread."""

    def write(self, reports: Sequence[NewReport]) -> list[Written]:
        """Store a batch in one durable commit; an answer for each, in order.

        No two of a batch may share an idempotency hash or a challenge. Raises DatabaseAway when
        it is not known whether they are stored; the connection is closed then, and opened anew by
        the next call.
        """

    def close(self) -> None:
        """Close the connection, if one is open."""


def find_submission(session: Session, idempotency_hash: bytes) -> StoredSubmission | None:
    """The submission with this idempotency hash, or None."""
    row = session.execute(
        select(Report.body_tag, Report.secret_generation, Report.received_at).where(
            Report.idempotency_hash == idempotency_hash
        )
    ).first()
    return None if row is None else StoredSubmission(*row)


def not_stored(report: NewReport, first: StoredSubmission | None) -> Written:
    """Why a report of a batch was not inserted, by what stands under its idempotency hash."""
    if first is None:
        return Written(Outcome.SPENT if report.challenge else Outcome.REFUSED)
    same = first.body_tag == report.body_tag
    return Written(Outcome.SAME if same else Outcome.CONFLICT, first)


def message_payload(report: NewReport) -> dict[str, str]:
    """What the outbox message of a report says: its id and day."""
    return {"report_id": str(report.id), "day": report.day.isoformat()}


def day_received(payload: Mapping[str, Any]) -> date:
    """The UTC day of the report that a message of REPORT_RECEIVED is about.

    Messages of the first version named no day; the id tells when it was made.
    """
    if "day" in payload:
        return date.fromisoformat(payload["day"])
    return moment_of(UUID(payload["report_id"])).date()


def forget_spent_challenges(session: Session, now: datetime) -> None:
    """Delete the challenges that would be refused anyway, as they ended over an hour ago."""
    session.execute(
        delete(SpentChallenge)
        .where(SpentChallenge.expires_at < now - KEEP_SPENT)
        .execution_options(synchronize_session=False)
    )
