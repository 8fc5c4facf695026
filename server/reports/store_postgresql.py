"""Store a batch on PostgreSQL: one prepared statement, one round trip, one flush.

Its arrays have one element a report. Nothing that two reports share is touched, and the role of
the public surface may insert only: see deploy/postgresql/roles.sql.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from sqlalchemy import Engine

from server.delivery.service import new_messages
from server.partners.service import KeyMode
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
from server.storage.availability import BUDGET_S, DatabaseAway
from server.storage.database import POSTGRES_OPTIONS, SILENCE

#: A challenge that was spent already keeps its report out; an idempotency hash that is there, too.
#: Both are taken in an order of their own: else two processes that are sent the same ones crosswise
#: would wait for one another until PostgreSQL saw the deadlock, and everybody's report with them.
STATEMENT = f"""
WITH incoming AS (
  SELECT * FROM unnest(
    %b::uuid[], %b::bytea[], %b::bytea[], %b::text[], %b::bytea[], %b::int4[], %b::timestamptz[],
    %b::text[], %b::text[], %b::uuid[], %b::uuid[], %b::uuid[], %b::text[], %b::text[],
    %b::text[], %b::text[], %b::text[], %b::bytea[], %b::timestamptz[]
  ) AS of_report (
    id, idempotency_hash, body_tag, reference, receipt_hmac, secret_generation, received_at,
    mode, lane, portal_id, partner_id, key_id, campaign, origin,
    language, territory, report_type, challenge, challenge_expires_at
  )
), spent AS (
  INSERT INTO spent_challenges (digest, expires_at)
  SELECT challenge, challenge_expires_at FROM incoming WHERE challenge IS NOT NULL
  ORDER BY challenge
  ON CONFLICT (digest) DO NOTHING
  RETURNING digest
), stored AS (
  INSERT INTO reports (
    id, idempotency_hash, body_tag, reference, receipt_hmac, secret_generation, received_at,
    updated_at, mode, lane, state, status, portal_id, partner_id, key_id, campaign, origin,
    language, territory, report_type
  )
  SELECT
    id, idempotency_hash, body_tag, reference, receipt_hmac, secret_generation, received_at,
    received_at, mode, lane, '{ReportState.NEW}', '{PublicStatus.RECEIVED}',
    portal_id, partner_id, key_id, campaign, origin, language, territory, report_type
  FROM incoming LEFT JOIN spent ON spent.digest = incoming.challenge
  WHERE incoming.challenge IS NULL OR spent.digest IS NOT NULL
  ORDER BY incoming.idempotency_hash
  ON CONFLICT (idempotency_hash) DO NOTHING
  RETURNING id
), sealed AS (
  INSERT INTO envelopes (
    report_id, kind, schema_version, sealing_key_id, wrapped_key, ciphertext
  )
  SELECT part.* FROM unnest(
    %b::uuid[], %b::text[], %b::int4[], %b::uuid[], %b::bytea[], %b::bytea[]
  ) AS part (report_id, kind, schema_version, sealing_key_id, wrapped_key, ciphertext)
  JOIN stored ON stored.id = part.report_id
), queued AS (
  INSERT INTO outbox_messages (id, topic, payload, created_at, available_at, attempts)
  SELECT message.id, message.topic, message.payload, message.created_at, message.created_at, 0
  FROM unnest(
    %b::uuid[], %b::uuid[], %b::text[], %b::jsonb[], %b::timestamptz[]
  ) AS message (report_id, id, topic, payload, created_at)
  JOIN stored ON stored.id = message.report_id
)
SELECT id FROM stored
"""  # nosec # noqa: S608 (words of ours)

FIND = """
SELECT idempotency_hash, body_tag, secret_generation, received_at
FROM reports WHERE idempotency_hash = ANY(%b)
"""


class BoundedConnection(psycopg.Connection[tuple[Any, ...]]):
    """A connection on which no statement is waited for longer than the budget."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = BUDGET_S) -> RV:
        return super().wait(gen, interval, timeout)


class PostgresStore:
    """A ReportStore on a connection of psycopg: the engine's dialect would cost as much again."""

    def __init__(self, engine: Engine) -> None:
        arguments, named = engine.dialect.create_connect_args(engine.url)
        self._arguments, self._named = arguments, {**SILENCE, **named}
        self._connection: BoundedConnection | None = None

    def write(self, reports: Sequence[NewReport]) -> list[Written]:
        try:
            return self._store(reports)
        except (psycopg.DataError, psycopg.IntegrityError):
            if len(reports) == 1:
                return [Written(Outcome.REFUSED)]
            return [written for report in reports for written in self.write([report])]
        except psycopg.errors.DeadlockDetected as error:
            # Retries of the same submissions met in another order on another process.
            if len(reports) == 1:
                raise self._away(error) from error
            return [written for report in reports for written in self.write([report])]
        except psycopg.Error as error:
            raise self._away(error) from error

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _away(self, error: psycopg.Error) -> DatabaseAway:
        self.close()
        return DatabaseAway(type(error).__name__)

    def _store(self, reports: Sequence[NewReport]) -> list[Written]:
        connection = self._connection = self._connection or self._connect()
        with connection.cursor() as cursor:
            cursor.execute(STATEMENT.encode(), _parameters(reports), prepare=True)
            stored = {row[0] for row in cursor.fetchall()}
            if len(stored) == len(reports):
                return [_STORED] * len(reports)
            # A snapshot of its own: what another process stored meanwhile is seen.
            missing = [r.idempotency_hash for r in reports if r.id not in stored]
            cursor.execute(FIND, [missing], prepare=True)
            there = {row[0]: StoredSubmission(*row[1:]) for row in cursor.fetchall()}
        return [
            _STORED if each.id in stored else not_stored(each, there.get(each.idempotency_hash))
            for each in reports
        ]

    def _connect(self) -> BoundedConnection:
        return BoundedConnection.connect(
            *self._arguments, **self._named, autocommit=True, options=POSTGRES_OPTIONS
        )


_STORED = Written(Outcome.STORED)


def _parameters(reports: Sequence[NewReport]) -> list[list[Any]]:
    parts = [(report.id, part) for report in reports for part in report.parts]
    live = [report for report in reports if report.mode is KeyMode.LIVE]
    messages = new_messages(REPORT_RECEIVED, [message_payload(report) for report in live])
    proofs = [report.challenge for report in reports]
    return [
        [report.id for report in reports],
        [report.idempotency_hash for report in reports],
        [report.body_tag for report in reports],
        [report.reference for report in reports],
        [report.receipt_hmac for report in reports],
        [report.secret_generation for report in reports],
        [report.received_at for report in reports],
        [report.mode.value for report in reports],
        [report.lane.value for report in reports],
        [report.portal_id for report in reports],
        [report.partner_id for report in reports],
        [report.key_id for report in reports],
        [report.campaign for report in reports],
        [report.origin for report in reports],
        [report.language for report in reports],
        [report.territory for report in reports],
        [report.report_type.value for report in reports],
        [proof.digest if proof else None for proof in proofs],
        [proof.expires_at if proof else None for proof in proofs],
        [report_id for report_id, _ in parts],
        [part.kind.value for _, part in parts],
        [part.schema_version for _, part in parts],
        [part.sealing_key_id for _, part in parts],
        [part.wrapped_key for _, part in parts],
        [part.ciphertext for _, part in parts],
        [report.id for report in live],
        [message["id"] for message in messages],
        [message["topic"] for message in messages],
        [psycopg.types.json.Jsonb(message["payload"]) for message in messages],
        [message["created_at"] for message in messages],
    ]
