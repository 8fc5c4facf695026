"""The WSGI application, for a server program to import."""

from __future__ import annotations

import atexit

from server.app import create_app
from server.config import load_settings
from server.extensions import INTAKE
from server.observability.process import guard_process

guard_process()
application = create_app(load_settings())

if intake := application.extensions.get(INTAKE):
    intake.start()
    atexit.register(intake.close)
