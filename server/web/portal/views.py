"""The public pages around the form: portals by country, a portal's own, and the status."""

from __future__ import annotations

from server.web.portal import countries, own_page, status
from server.web.portal.blueprint import blueprint

__all__ = ["blueprint", "countries", "own_page", "status"]
