"""One place that decides how an error is answered: API, console, or a citizen's page."""

from __future__ import annotations

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from server.web.api.problems import answer_http_error
from server.web.console.views import console_error, is_console
from server.web.embed.pages import error_page


def is_api_request(path: str) -> bool:
    """Whether a request path belongs to the JSON API, routed or not."""
    return path.startswith("/api/")


def init_errors(app: Flask) -> None:
    """Answer every HTTP error, and every exception as a 500 that gives nothing away."""
    app.register_error_handler(HTTPException, answer_error)


def answer_error(error: HTTPException) -> ResponseReturnValue:
    """The answer to an error in the form that the caller of this path can read."""
    if is_api_request(request.path):
        return answer_http_error(error)
    if is_console(request.path) and "console" in current_app.blueprints:
        return console_error(error)
    if "embed" not in current_app.blueprints:
        return error  # the console's surface alone has no pages for citizens
    return error_page(error)
