"""The example pages, for a server program to import."""

from __future__ import annotations

from server.demo.pages import from_environment
from server.observability.process import guard_process

guard_process()
application = from_environment()
