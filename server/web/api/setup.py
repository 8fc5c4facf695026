"""Hang the API on the application: OpenAPI 3.1, problem+json for every error, CORS."""

from __future__ import annotations

from threading import Lock
from typing import Any, cast

from flask import Flask, Response, request
from flask_smorest import Api, Blueprint

from server.intake.service import errors
from server.web.access import anyone
from server.web.api.headers import API_HEADERS, CACHE_ANSWER
from server.web.api.lane import ReportLane
from server.web.api.problems import answer_intake_error
from server.web.api.statistics import statistics as _statistics  # noqa: F401
from server.web.api.views import blueprint
from server.web.submission import EXTENSION as RECEPTION
from server.web.submission import Reception


class PortalsApi(Api):  # type: ignore[misc]
    """flask-smorest's Api with our own answer to errors, described when somebody asks.

    The description takes longer to make than all else of the application, and few processes are
    asked for it.
    """

    _undescribed: Blueprint | None = None
    _describing = Lock()

    def register_blueprint(self, blueprint: Blueprint) -> None:
        """Serve the calls of the API's one blueprint."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint)
        self._undescribed = blueprint

    def _register_responses(self) -> None:
        """All of HTTP's errors: when they are asked for, as well."""

    def _register_error_handlers(self) -> None:
        """Errors are answered by `server.web.errors`, for the API and for pages."""

    @anyone("the API's description")
    def _openapi_json(self) -> Response:
        with self._describing:
            if blueprint := self._undescribed:
                super()._register_responses()
                name, about = blueprint.name, blueprint.description
                blueprint.register_views_in_doc(
                    self, self._app, self.spec, name=name, parameters=None
                )
                self.spec.tag({"name": name, "description": about})
                self._undescribed = None
        description: Response = super()._openapi_json()
        return description


def init_api(app: Flask) -> None:
    """Register the API's blueprint, its description at /api/v1/openapi.json, and CORS."""
    app.config.update(
        API_TITLE="Reporting portals",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "components": {
                "securitySchemes": {
                    "secretKey": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": "A secret key, iwfsk_…: server to server.",
                    }
                }
            }
        },
    )
    api = PortalsApi(app)
    api.DEFAULT_ERROR_RESPONSE_NAME = None
    api.register_blueprint(blueprint)
    app.register_error_handler(errors.IntakeError, answer_intake_error)
    app.after_request(_add_headers)
    reception = cast(Reception, app.extensions[RECEPTION])
    app.wsgi_app = ReportLane(app.wsgi_app, reception)  # type: ignore[method-assign]


def _add_headers(response: Response) -> Any:
    if request.path.startswith("/api/"):
        response.headers.update(API_HEADERS)
        if request.method == "POST":
            response.headers["Cache-Control"] = CACHE_ANSWER
        else:
            response.headers.setdefault("Cache-Control", "public, max-age=60")
    return response
