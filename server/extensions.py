"""What hangs on the Flask application, and how views and commands reach it."""

from __future__ import annotations

from typing import Protocol, cast
from wsgiref.types import WSGIEnvironment

from flask import current_app, request
from flask_babel import Babel
from flask_limiter import Limiter
from flask_wtf import CSRFProtect

from server.config import Settings
from server.intake.service import Intake
from server.partners.service import KeyCache
from server.reports.service import PrivateKeySource
from server.storage.availability import Availability, BoundedReads
from server.storage.database import Database

DATABASE = "portals.database"
AVAILABILITY = "portals.availability"
READS = "portals.reads"
SNAPSHOT = "portals.snapshot"
SETTINGS = "portals.settings"
KEYS = "portals.keys"
PRIVATE_KEYS = "portals.private_keys"
INTAKE = "portals.intake"
LIMITS = "portals.limits"
#: Where Flask-Limiter counts: `server.web.lookups` has it under this name.
LOOKUP_WINDOWS = "portals"


class _Senders(Protocol):
    def sender_of(self, environ: WSGIEnvironment) -> str: ...


def _sender() -> str:
    """The bucket of the current request's network: never an address."""
    return cast(_Senders, current_app.extensions[LIMITS]).sender_of(request.environ)


babel = Babel()
csrf = CSRFProtect()
#: For lookups alone: whatever happens to it, nobody is answered with an error.
limiter = Limiter(
    key_func=_sender,
    strategy="moving-window",
    storage_uri=f"{LOOKUP_WINDOWS}://",
    swallow_errors=True,
    headers_enabled=False,
)


def database() -> Database:
    """The current application's database."""
    return cast(Database, current_app.extensions[DATABASE])


def settings() -> Settings:
    """The current application's settings."""
    return cast(Settings, current_app.extensions[SETTINGS])


def availability() -> Availability:
    """Whether the database answers, as this process knows it."""
    return cast(Availability, current_app.extensions[AVAILABILITY])


def reads() -> BoundedReads:
    """Questions to the database that nobody waits for longer than the budget."""
    return cast(BoundedReads, current_app.extensions[READS])


def keys() -> KeyCache:
    """The current application's keys, as they were up to 5 s ago: for what anybody may look at."""
    return cast(KeyCache, current_app.extensions[KEYS])


def intake() -> Intake:
    """The current application's one way in for reports."""
    return cast(Intake, current_app.extensions[INTAKE])


def private_keys() -> PrivateKeySource:
    """Where the current application finds the private sealing keys; nothing is opened here."""
    known = current_app.extensions.get(PRIVATE_KEYS)
    if known is None:
        given = settings()
        made = PrivateKeySource(
            given.sealing_key_file, given.sealing_passphrase, given.sealing_keys
        )
        known = current_app.extensions.setdefault(PRIVATE_KEYS, made)
    return cast(PrivateKeySource, known)
