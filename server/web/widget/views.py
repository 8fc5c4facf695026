"""The widget's files: the evergreen loader, pinned releases with SRI, and the frame's solver."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Flask, Response, abort
from flask.blueprints import BlueprintSetupState

from server.web.access import anyone
from server.web.locale import LANGUAGES
from server.web.widget.files import (
    EVERGREEN,
    IMMUTABLE,
    BuiltFile,
    built_file,
    ready_file,
    ready_loader,
    released_loader,
)
from server.web.widget.lane import LoaderLane
from server.web.widget.sender import sender

blueprint = Blueprint("widget", __name__, url_prefix="/widget")


@blueprint.record_once
def _keep_the_loader_ready(state: BlueprintSetupState) -> None:
    app = cast(Flask, state.app)
    app.wsgi_app = LoaderLane(app.wsgi_app)  # type: ignore[method-assign]


@blueprint.get("/v1.js")
@anyone("the loader that partners embed")
def loader() -> Response:
    """The newest loader of protocol version 1."""
    return ready_loader().response()


@blueprint.get("/<version>/widget.js")
@anyone("the loader that partners embed")
def pinned_loader(version: str) -> Response:
    """One release of the loader as it was released, for pages that pin it with `integrity`."""
    file = released_loader(version)
    if file is None:
        abort(404)
    return _send(file, IMMUTABLE)


@blueprint.get("/releases.json")
@anyone("the loader's releases with their SRI hashes")
def releases() -> Response:
    """All releases of the loader and their integrity."""
    return _send(built_file("releases.json"), EVERGREEN)


@blueprint.get("/<digest>/solver.js")
@anyone("what the frame loads when the citizen acts")
def solver(digest: str) -> Response:
    """The proof of work, which the sender asks for."""
    return _send_late(built_file("solver.js"), digest)


@blueprint.get("/<digest>/<language>/sender.js")
@anyone("what the frame loads when the citizen acts")
def late_part(digest: str, language: str) -> Response:
    """The rest of the form's script, and what it says."""
    if language not in LANGUAGES:
        abort(404)
    return _send_late(sender(language), digest)


def _send_late(file: BuiltFile, digest: str) -> Response:
    if digest != file.digest:
        abort(404)
    return _send(file, IMMUTABLE)


def _send(file: BuiltFile, cache: str) -> Response:
    return ready_file(file, cache).response()
