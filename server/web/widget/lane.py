"""Answers the evergreen loader before Flask is asked: every partner's page asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from server.web.widget.files import ready_loader

LOADER = "/widget/v1.js"


class LoaderLane:
    """A WSGI application in front of another."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        is_loader = environ["PATH_INFO"] == LOADER and environ["REQUEST_METHOD"] in ("GET", "HEAD")
        answer = ready_loader() if is_loader else self._application
        return answer(environ, start_response)
