"""The example pages, for a server program to import."""

from __future__ import annotations

from server.demo.pages import from_environment

application = from_environment()
