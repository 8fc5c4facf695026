"""Store a batch with SQLAlchemy's Core: on SQLite, whose write lock admits one writer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, insert, select
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from server.delivery.service import insert_messages
from server.partners.service import KeyMode
from server.reports.models import Envelope, Report, SpentChallenge
from server.reports.outcome import Outcome
from server.reports.store import (
    REPORT_RECEIVED,
    NewReport,
    StoredSubmission,
    Written,
    message_payload,
    not_stored,
)
from server.reports.vocabulary import PublicStatus, ReportState
from server.storage.availability import DatabaseAway
from server.storage.database import Database

#: A parameter is only a `?` to SQLite: so many may stand in one question.
_ASKED_AT_ONCE = 500
#: Shorter than the citizen's budget: another process may hold the lock.
BUSY_TIMEOUT_MS = 1_200


class CoreStore:
    """A ReportStore on a connection of the engine, each batch in one transaction."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._is_sqlite = database.is_sqlite
        self._connection: Connection | None = None

    def write(self, reports: Sequence[NewReport]) -> list[Written]:
        try:
            return self._store(reports)
        except (DataError, IntegrityError):
            if len(reports) == 1:
                return [Written(Outcome.REFUSED)]
            return [written for report in reports for written in self.write([report])]
        except SQLAlchemyError as error:
            self.close()
            raise DatabaseAway from error

    def close(self) -> None:
        if self._connection is not None:
            # Not back into the pool: whatever broke it, nobody else shall meet.
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _store(self, reports: Sequence[NewReport]) -> list[Written]:
        if self._connection is None:
            self._connection = self._engine.connect()
            if self._is_sqlite:
                self._connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
                self._connection.rollback()
        with self._connection.begin():
            return store_batch(self._connection, reports)


def store_batch(connection: Connection, reports: Sequence[NewReport]) -> list[Written]:
    """Insert what is new of a batch, in the caller's transaction.

    What stands there already is looked up first: nobody else may write meanwhile, as under
    SQLite's write lock. A unique constraint answers for the others (IntegrityError).
    """
    there = _submissions(connection, [report.idempotency_hash for report in reports])
    spent = _spent(connection, [r.challenge.digest for r in reports if r.challenge])
    answers: list[Written] = []
    new: list[NewReport] = []
    for report in reports:
        first = there.get(report.idempotency_hash)
        if first or (report.challenge and report.challenge.digest in spent):
            answers.append(not_stored(report, first))
        else:
            answers.append(Written(Outcome.STORED))
            new.append(report)
    if new:
        _insert(connection, new)
    return answers


def _insert(connection: Connection, reports: Sequence[NewReport]) -> None:
    proofs = [
        {"digest": report.challenge.digest, "expires_at": report.challenge.expires_at}
        for report in reports
        if report.challenge
    ]
    if proofs:
        connection.execute(insert(SpentChallenge), proofs)
    connection.execute(insert(Report), [_report_row(report) for report in reports])
    connection.execute(insert(Envelope), [row for each in reports for row in _part_rows(each)])
    live = [message_payload(report) for report in reports if report.mode is KeyMode.LIVE]
    insert_messages(connection, REPORT_RECEIVED, live)


def _submissions(connection: Connection, hashes: Sequence[bytes]) -> dict[bytes, StoredSubmission]:
    columns = (Report.body_tag, Report.secret_generation, Report.received_at)
    rows = _asked(
        connection,
        hashes,
        lambda some: select(Report.idempotency_hash, *columns).where(
            Report.idempotency_hash.in_(some)
        ),
    )
    return {row[0]: StoredSubmission(*row[1:]) for row in rows}


def _spent(connection: Connection, digests: Sequence[bytes]) -> set[bytes]:
    rows = _asked(
        connection,
        digests,
        lambda some: select(SpentChallenge.digest).where(SpentChallenge.digest.in_(some)),
    )
    return {row[0] for row in rows}


def _asked(connection: Connection, values: Sequence[bytes], ask: Any) -> Iterable[Any]:
    for start in range(0, len(values), _ASKED_AT_ONCE):
        question: Select[Any] = ask(values[start : start + _ASKED_AT_ONCE])
        yield from connection.execute(question)


def _report_row(report: NewReport) -> dict[str, Any]:
    return {
        "id": report.id,
        "idempotency_hash": report.idempotency_hash,
        "body_tag": report.body_tag,
        "reference": report.reference,
        "receipt_hmac": report.receipt_hmac,
        "secret_generation": report.secret_generation,
        "received_at": report.received_at,
        "updated_at": report.received_at,
        "mode": report.mode,
        "lane": report.lane,
        "state": ReportState.NEW,
        "status": PublicStatus.RECEIVED,
        "portal_id": report.portal_id,
        "partner_id": report.partner_id,
        "key_id": report.key_id,
        "campaign": report.campaign,
        "origin": report.origin,
        "language": report.language,
        "territory": report.territory,
        "report_type": report.report_type,
    }


def _part_rows(report: NewReport) -> list[dict[str, Any]]:
    return [
        {
            "report_id": report.id,
            "kind": part.kind,
            "schema_version": part.schema_version,
            "sealing_key_id": part.sealing_key_id,
            "wrapped_key": part.wrapped_key,
            "ciphertext": part.ciphertext,
        }
        for part in report.parts
    ]
