"""Put the intake of one process together."""

from __future__ import annotations

from base64 import b64decode, b64encode
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session

from server.config import Settings
from server.extensions import DATABASE, KEYS, READS, SETTINGS, SNAPSHOT
from server.intake.service import Intake, Spool, SpoolDrainer
from server.observability import metrics
from server.partners.service import KeyCache
from server.reports.service import PublicSealingKey, ReportWriter, current_sealing_key, open_store
from server.storage.availability import Availability, BoundedReads
from server.storage.database import Database
from server.storage.last_known import LastKnown
from server.storage.snapshot import Snapshot

_CURRENT = "current"


def open_intake(app: Flask) -> Intake:
    """The intake of an application of the public surface, whose other parts are there already."""
    settings = cast(Settings, app.extensions[SETTINGS])
    database = cast(Database, app.extensions[DATABASE])
    reads = cast(BoundedReads, app.extensions[READS])
    sealing_keys: LastKnown[PublicSealingKey] = LastKnown(reads, _sealing_key, most=1)
    snapshot = cast(Snapshot, app.extensions[SNAPSHOT])
    snapshot.keep("sealing key", sealing_keys, _encode, _decode)
    new_store = partial(open_store, database)
    spool = Spool(
        cast(Path, settings.spool),
        max_bytes=settings.spool_max_bytes,
        max_reports=settings.spool_max_reports,
    )
    return Intake(
        secrets=settings.intake_secrets,
        keys=cast(KeyCache, app.extensions[KEYS]),
        sealing_key=partial(sealing_keys.get, _CURRENT),
        reads=reads,
        # Of its own: a full disk may let a database answer that takes nothing.
        writer=ReportWriter(new_store, Availability()),
        spool=spool,
        drainer=SpoolDrainer(spool, new_store, reads),
        heard=metrics.report_taken,
    )


def _sealing_key(session: Session, _name: str) -> PublicSealingKey | None:
    return current_sealing_key(session)


def _encode(key: PublicSealingKey) -> dict[str, Any]:
    return {"id": key.id.hex, "public": b64encode(key.public_bytes).decode()}


def _decode(data: dict[str, Any]) -> PublicSealingKey:
    return PublicSealingKey(UUID(data["id"]), b64decode(data["public"], validate=True))
