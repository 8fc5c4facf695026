"""The WSGI application, for a server program to import."""

from __future__ import annotations

from server.app import create_app
from server.config import load_settings
from server.observability.process import guard_process

guard_process()
application = create_app(load_settings())
