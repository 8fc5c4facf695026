"""One place that decides how an error is answered: API, console, or a citizen's page."""

from __future__ import annotations

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import BadHost, HTTPException, ServiceUnavailable

from server.extensions import SETTINGS
from server.observability.logs import log_unhandled
from server.storage.availability import DatabaseAway
from server.web.api.problems import answer_http_error, problem_response
from server.web.console.blueprint import is_console
from server.web.embed.pages import error_page
from server.web.headers import RETRY_AFTER


def is_api_request(path: str) -> bool:
    """Whether a request path belongs to the JSON API, routed or not."""
    return path.startswith("/api/")


def init_errors(app: Flask) -> None:
    """Answer every HTTP error, and every exception as a 500 that gives nothing away."""
    app.register_error_handler(HTTPException, answer_error)
    if app.extensions[SETTINGS].serves_public:
        for away in (DatabaseAway, OperationalError, InterfaceError):
            app.register_error_handler(away, answer_away)


def answer_away(error: Exception) -> ResponseReturnValue:
    """503 where the database is needed and is away: nothing is wrong with the request.

    One that went away in the middle of an answer has its place in the log.
    """
    if not isinstance(error, DatabaseAway):
        if is_console(request.path):
            raise error
        log_unhandled((type(error), error, error.__traceback__))
    if is_api_request(request.path):
        return problem_response("not-ready")
    return answer_error(ServiceUnavailable(retry_after=int(RETRY_AFTER)))


def answer_error(error: HTTPException) -> ResponseReturnValue:
    """The answer to an error in the form that the caller of this path can read."""
    if is_api_request(request.path):
        return answer_http_error(error)
    if is_console(request.path) and isinstance(error, BadHost):
        return error  # no page can be drawn without a host: its links would need one
    if is_console(request.path) and "console" in current_app.blueprints:
        from server.web.console.errors import console_error  # not loaded on the public surface

        return console_error(error)
    if "embed" not in current_app.blueprints:
        return error  # the console's surface alone has no pages for citizens
    return error_page(error)
