"""An intake on real parts: database, writer and spool, as a server's process has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from server.config import Settings
from server.intake.service import Intake, Spool, SpoolDrainer
from server.partners.service import KeyCache
from server.reports.models import SealingKey
from server.reports.service import ReportWriter, current_sealing_key, open_store
from server.storage.availability import Availability, BoundedReads
from server.storage.database import Database

OpenIntake = Callable[..., Intake]


@pytest.fixture
def spool(settings: Settings) -> Spool:
    assert settings.spool is not None
    return Spool(
        settings.spool,
        max_bytes=settings.spool_max_bytes,
        max_reports=settings.spool_max_reports,
    )


@pytest.fixture
def writer(database: Database) -> Iterator[ReportWriter]:
    writer = ReportWriter(partial(open_store, database), Availability())
    yield writer
    writer.close()


@pytest.fixture
def open_intake(
    database: Database,
    settings: Settings,
    sealing_key: SealingKey,
    writer: ReportWriter,
    spool: Spool,
) -> Iterator[OpenIntake]:
    """Makes intakes; each remembers nothing of the others but what they stored."""
    opened: list[BoundedReads] = []

    def open_intake(**changes: Any) -> Intake:
        reads = BoundedReads(database, Availability())
        opened.append(reads)
        parts: dict[str, Any] = {
            "secrets": settings.intake_secrets,
            "keys": KeyCache(reads, settings.intake_secrets),
            "sealing_key": lambda: reads.read(current_sealing_key),
            "reads": reads,
            "writer": writer,
            "spool": spool,
            "drainer": SpoolDrainer(spool, partial(open_store, database), reads),
            "heard": lambda lane, way: None,
        }
        return Intake(**parts | changes)

    yield open_intake
    for reads in opened:
        reads.close()
