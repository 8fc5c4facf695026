"""What this process knows of its database and its spool: for the monitor, and for the metrics."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from flask import current_app
from flask.sansio.app import App
from sqlalchemy.orm import Session

from server.config import Settings
from server.extensions import intake, reads, settings
from server.intake.service import Spool, SpoolState, errors
from server.reports.service import current_sealing_key
from server.storage.availability import DatabaseAway
from server.storage.schema_version import newest_version, schema_version

_EXTENSION = "portals.spool-watched"
#: A disk with less than this is as good as full: some sixty reports.
LEAST_ROOM = 1_048_576


class DatabaseIs(Enum):
    """What a question to the database found out."""

    READY = "ready"
    AWAY = "away"
    OF_ANOTHER_VERSION = "of another version"
    WITHOUT_SEALING_KEY = "without sealing key"


@dataclass(frozen=True, slots=True)
class SpoolIs:
    """What lies in the spool, and why it takes no more (a reason with what to do), if so."""

    state: SpoolState | None
    refusal: str | None


def watch_spool(app: App, settings: Settings) -> None:
    """Let an application of the public surface look at its spool, without writing to it."""
    if settings.serves_public and settings.spool is not None:
        app.extensions[_EXTENSION] = Spool(
            settings.spool,
            max_bytes=settings.spool_max_bytes,
            max_reports=settings.spool_max_reports,
        )


def database_is() -> DatabaseIs:
    """Ask the database, for as long as a report would wait for it."""
    takes_reports = settings().serves_public
    try:
        return reads().read(lambda session: _look(session, takes_reports))
    except DatabaseAway:
        return DatabaseIs.AWAY


def spool_is() -> SpoolIs | None:
    """Look at the spool; None where no report comes in."""
    spool: Spool | None = current_app.extensions.get(_EXTENSION)
    if spool is None:
        return None
    try:
        state = spool.state()
    except errors.SpoolFailed:
        return SpoolIs(None, "the spool cannot be read: check the folder of PORTALS_SPOOL")
    if not intake().can_seal():
        return SpoolIs(state, "this process knows no sealing key yet: bring the database back")
    return SpoolIs(state, _refusal(spool.folder, state))


def _look(session: Session, takes_reports: bool) -> DatabaseIs:
    if schema_version(session) != newest_version():
        return DatabaseIs.OF_ANOTHER_VERSION
    if takes_reports and current_sealing_key(session) is None:
        return DatabaseIs.WITHOUT_SEALING_KEY
    return DatabaseIs.READY


def _refusal(folder: Path, state: SpoolState) -> str | None:
    if state.is_full:
        return (
            "the spool is full: bring the database back, or raise PORTALS_SPOOL_MAX_BYTES and "
            "PORTALS_SPOOL_MAX_REPORTS"
        )
    there = next(each for each in (folder, *folder.parents) if each.is_dir())
    if not os.access(there, os.W_OK):
        return "the spool cannot be written: check the folder of PORTALS_SPOOL"
    if shutil.disk_usage(there).free < LEAST_ROOM:
        return "the disk of the spool is full: make room where PORTALS_SPOOL is"
    return None
