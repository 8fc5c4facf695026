"""Read reports: pages of the list, one report opened, a receipt looked up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.partners.service import KeyMode, shows_outcomes
from server.reports.models import Envelope, Report, SealingKey
from server.reports.private_keys import PrivateKeys
from server.reports.references import parse_receipt, parse_reference, receipt_hmac
from server.reports.sealing import EnvelopeDamaged, unseal
from server.reports.vocabulary import EnvelopeKind, Lane, PublicStatus
from server.storage.keyring import IntakeSecrets

MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class Page:
    """Up to `limit` reports and the id to pass as `before` for the next page, if there is one."""

    rows: tuple[Report, ...]
    next_before: UUID | None


class Fault(StrEnum):
    """Why a part of a report does not open."""

    MISSING = "missing"
    DAMAGED = "damaged"
    NO_PRIVATE_KEY = "no_private_key"


@dataclass(frozen=True, slots=True)
class UnopenedPart:
    """A part that does not open. `generation` is the one that it is sealed to, if it is known."""

    kind: EnvelopeKind
    fault: Fault
    generation: int | None = None
    damaged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenedReport:
    """The unsealed content, each part by itself: what does not open is in `unopened`.

    `contact` is None when the citizen left none, or when it does not open.
    """

    fields: dict[str, Any] | None
    contact: dict[str, Any] | None
    unopened: tuple[UnopenedPart, ...] = ()

    def fault_of(self, kind: EnvelopeKind) -> UnopenedPart | None:
        return next((part for part in self.unopened if part.kind is kind), None)


#: What came of a report, in the words that a citizen may be given.
OUTCOMES = frozenset(
    {PublicStatus.ACTION_TAKEN, PublicStatus.NO_ACTION, PublicStatus.CANNOT_ASSESS}
)


@dataclass(frozen=True, slots=True)
class ReceiptStatus:
    """What a receipt tells its holder.

    Where its portal does not tell outcomes (`shows_outcome` is false), `status` is `received`,
    `being_assessed` or `expired` only: each outcome is given as `being_assessed`, and nobody can
    tell them apart. `expired` is left: every report becomes that, whatever came of it. Whoever
    shows such a status must not say that the work goes on.
    """

    reference: str
    status: PublicStatus
    updated_at: datetime
    shows_outcome: bool = True


def list_reports(
    session: Session,
    *,
    mode: KeyMode = KeyMode.LIVE,
    lane: Lane | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> Page:
    """One page of reports, the newest first, of one lane or all. Keyset on the id, which sorts by
    time."""
    limit = max(1, min(limit, MAX_PAGE))
    query = select(Report).where(Report.mode == mode).order_by(Report.id.desc()).limit(limit + 1)
    if lane is not None:
        query = query.where(Report.lane == lane)
    if before is not None:
        query = query.where(Report.id < before)
    rows = tuple(session.scalars(query))
    more = len(rows) > limit
    return Page(rows[:limit], rows[limit - 1].id if more else None)


def get_by_reference(session: Session, reference: str) -> Report | None:
    """The report that people quote, however they wrote the reference."""
    parsed = parse_reference(reference)
    if parsed is None:
        return None
    return session.scalar(select(Report).where(Report.reference == parsed))


def open_report(session: Session, report: Report, private_keys: PrivateKeys) -> OpenedReport:
    """Unseal a report, each part by itself; never raises for whatever is wrong with a part."""
    rows = session.scalars(select(Envelope).where(Envelope.report_id == report.id))
    parts = {row.kind: row for row in rows}
    opened: dict[EnvelopeKind, dict[str, Any]] = {}
    unopened = [] if EnvelopeKind.REPORT in parts else [_missing()]
    for kind, row in parts.items():
        content = _open(session, row, private_keys)
        if isinstance(content, UnopenedPart):
            unopened.append(content)
        else:
            opened[kind] = content
    return OpenedReport(
        opened.get(EnvelopeKind.REPORT), opened.get(EnvelopeKind.CONTACT), tuple(unopened)
    )


def look_up_receipt(session: Session, text: str, secrets: IntakeSecrets) -> ReceiptStatus | None:
    """The status behind a receipt in any spelling; None for whatever is not found."""
    receipt = parse_receipt(text)
    if receipt is None:
        return None
    tags = [receipt_hmac(secrets, receipt, generation) for generation in secrets.numbers()]
    row = session.execute(
        select(Report.reference, Report.status, Report.updated_at, Report.portal_id).where(
            Report.receipt_hmac.in_(tags)
        )
    ).first()
    if row is None:
        return None
    reference, status, updated_at, portal_id = row
    shown = shows_outcomes(session, portal_id)
    return ReceiptStatus(reference, veiled(status, shown), updated_at, shown)


def veiled(status: PublicStatus, shows_outcome: bool) -> PublicStatus:
    """The status as its citizen may know it: see `ReceiptStatus`."""
    return PublicStatus.BEING_ASSESSED if status in OUTCOMES and not shows_outcome else status


def _open(
    session: Session, row: Envelope, private_keys: PrivateKeys
) -> dict[str, Any] | UnopenedPart:
    key_id = row.sealing_key_id
    private = private_keys.find(key_id)
    if private is not None:
        try:
            return unseal(row.part(), row.report_id, private)
        except EnvelopeDamaged:
            fault = Fault.DAMAGED
    generation = session.scalar(select(SealingKey.generation).where(SealingKey.id == key_id))
    if private is None:
        # A key that there never was is no missing key: the envelope was altered.
        fault = Fault.DAMAGED if generation is None else Fault.NO_PRIVATE_KEY
    return UnopenedPart(row.kind, fault, generation, row.damaged_at)


def _missing() -> UnopenedPart:
    return UnopenedPart(EnvelopeKind.REPORT, Fault.MISSING)
