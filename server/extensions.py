"""What hangs on the Flask application, and how views and commands reach it."""

from __future__ import annotations

from typing import cast

from flask import current_app
from flask_babel import Babel
from flask_wtf import CSRFProtect

from server.config import Settings
from server.storage.database import Database

DATABASE = "portals.database"
SETTINGS = "portals.settings"

babel = Babel()
csrf = CSRFProtect()


def database() -> Database:
    """The current application's database."""
    return cast(Database, current_app.extensions[DATABASE])


def settings() -> Settings:
    """The current application's settings."""
    return cast(Settings, current_app.extensions[SETTINGS])
