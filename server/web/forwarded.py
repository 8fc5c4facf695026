"""Whether requests come through as many proxies as the settings say: said once, of nobody.

With too few of them trusted all citizens are one sender, the proxy; with too many anybody can
claim to be another.
"""

from __future__ import annotations

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog

#: So many requests at the start of a process are looked at; a few may be somebody's own header, or
#: a check of this machine's own.
LOOKED_AT, TELLING = 100, 10

_log = structlog.get_logger("portals")


class ForwardedWatch:
    """A WSGI application in front of another that trusts `hops` entries of X-Forwarded-For."""

    def __init__(self, application: WSGIApplication, hops: int) -> None:
        self._application = application
        self._hops = hops
        self._left = LOOKED_AT
        self._wrong = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._left > 0:
            self._look(environ.get("HTTP_X_FORWARDED_FOR"))
        return self._application(environ, start_response)

    def _look(self, header: str | None) -> None:
        self._left -= 1
        entries = header.count(",") + 1 if header else 0
        self._wrong += entries > 0 if self._hops == 0 else entries < self._hops
        if self._wrong >= TELLING:
            self._left = 0
            _log.warning(
                "forwarded header although no proxy is trusted: set PORTALS_TRUSTED_PROXIES"
                if self._hops == 0
                else "fewer forwarded addresses than trusted proxies: see PORTALS_TRUSTED_PROXIES"
            )
