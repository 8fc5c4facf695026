"""The widget's files: the evergreen loader, pinned releases with SRI, and the frame's solver."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from server.web.access import anyone
from server.web.widget.files import built_file, latest_version

blueprint = Blueprint("widget", __name__, url_prefix="/widget")

EVERGREEN = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800"
IMMUTABLE = "public, max-age=31536000, immutable"


@blueprint.get("/v1.js")
@anyone("the loader that partners embed")
def loader() -> Response:
    """The newest loader of protocol version 1."""
    return _file("v1.js", EVERGREEN)


@blueprint.get("/<version>/widget.js")
@anyone("the loader that partners embed")
def pinned_loader(version: str) -> Response:
    """One release of the loader, for pages that pin it with `integrity`."""
    if version != latest_version():
        abort(404)
    return _file("v1.js", IMMUTABLE)


@blueprint.get("/releases.json")
@anyone("the loader's releases with their SRI hashes")
def releases() -> Response:
    """All releases of the loader and their integrity."""
    return _file("releases.json", EVERGREEN)


@blueprint.get("/<digest>/<any('sender.js', 'solver.js'):name>")
@anyone("what the frame loads when the citizen acts")
def late(digest: str, name: str) -> Response:
    """What the frame loads at the citizen's first input: the rest of its script, the solver."""
    if digest != built_file(name).digest:
        abort(404)
    return _file(name, IMMUTABLE)


def _file(name: str, cache: str) -> Response:
    file = built_file(name)
    response = Response(file.content, content_type=f"{file.media_type}; charset=utf-8")
    response.headers.update(
        {
            "Cache-Control": cache,
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "X-Content-Type-Options": "nosniff",
            "Vary": "Accept-Encoding",
        }
    )
    response.set_etag(file.digest)
    response.make_conditional(request)
    return response
