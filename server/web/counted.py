"""Counts every answer, by surface area and class of status, in front of all else that answers."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from server.observability import metrics
from server.observability.logs import log_unhandled

#: The first part of a path, and whose it is. What is not listed is `other`.
AREA_OF: dict[str, str] = {
    **{area: area for area in metrics.AREAS},
    **{"r": "page", "healthz": "health", "readyz": "health", "metrics": "health"},
}
_BROKEN = b"Internal error. Send the same request again.\n"


class CountedAnswers:
    """A WSGI application in front of another, which also lets no exception reach the server."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        _, _, path = environ.get("PATH_INFO", "").partition("/")
        area = AREA_OF.get(path.partition("/")[0], metrics.OTHER)

        def counting(
            status: str,
            headers: list[tuple[str, str]],
            exc_info: Any = None,
        ) -> Any:
            metrics.request_answered(area, int(status[:3]))
            if exc_info is None:
                return start_response(status, headers)
            return start_response(status, headers, exc_info)

        try:
            return self._application(environ, counting)
        except Exception:
            _log_current()
            counting("500 Internal Server Error", [("Content-Type", "text/plain")], sys.exc_info())
            return [_BROKEN]


def _log_current() -> None:
    kind, error, trace = sys.exc_info()
    if kind is not None and error is not None:
        log_unhandled((kind, error, trace))
