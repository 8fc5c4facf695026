"""Put the intake of one process together."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from flask import Flask

from server.config import Settings
from server.extensions import DATABASE, KEYS, READS, SETTINGS
from server.intake.service import Intake, Spool
from server.observability import metrics
from server.partners.service import KeyCache
from server.reports.service import PublicSealingKey, ReportWriter, current_sealing_key, open_store
from server.storage.availability import Availability, BoundedReads
from server.storage.database import Database
from server.web.kept import Kept

KEPT_S = 5.0


def open_intake(app: Flask) -> Intake:
    """The intake of an application of the public surface, whose other parts are there already."""
    settings = cast(Settings, app.extensions[SETTINGS])
    database = cast(Database, app.extensions[DATABASE])
    reads = cast(BoundedReads, app.extensions[READS])
    kept: Kept[PublicSealingKey | None] = Kept(1, KEPT_S)

    return Intake(
        secrets=settings.intake_secrets,
        keys=cast(KeyCache, app.extensions[KEYS]),
        sealing_key=lambda: kept.get("now", lambda _: reads.read(current_sealing_key)),
        reads=reads,
        writer=ReportWriter(lambda: open_store(database), Availability()),
        spool=Spool(
            cast(Path, settings.spool),
            max_bytes=settings.spool_max_bytes,
            max_reports=settings.spool_max_reports,
        ),
        heard=metrics.report_taken,
    )
