"""The application as the rules about it see it: wired, with no data behind it."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from tempfile import gettempdir

from flask import Flask

from server.app import create_app
from server.config import load_settings


def application(surfaces: str = "public,console") -> Flask:
    """An application for these surfaces, with secrets of its own and an empty database."""
    secret = base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")
    return create_app(
        load_settings(
            {
                "PORTALS_DATABASE_URL": "sqlite:///:memory:",
                "PORTALS_PUBLIC_URL": "http://localhost:8000",
                "PORTALS_CONSOLE_URL": "http://localhost:8000",
                "PORTALS_SURFACES": surfaces,
                "PORTALS_INTAKE_SECRETS": f"1:{secret}",
                "PORTALS_SPOOL": str(Path(gettempdir()) / "portals-no-spool"),
                "PORTALS_CONSOLE_SECRET": secret if "console" in surfaces else "",
            }
        )
    )
