"""Whether the process lives, and whether it can take reports."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from server.extensions import database
from server.storage import migrate
from server.web.access import anyone

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@anyone("for the operator's monitor; says nothing but that it lives")
def healthz() -> Response:
    """The process answers."""
    return _answer(200, "ok")


@blueprint.get("/readyz")
@anyone("for the operator's balancer; says nothing but whether it is ready")
def readyz() -> Response:
    """The database answers, and has this version's schema."""
    try:
        revision = migrate.current(database().engine)
    except SQLAlchemyError:
        return _answer(503, "the database does not answer")
    if revision != migrate.head():
        return _answer(503, "the database has another schema: run `portals migrate`")
    return _answer(200, "ready")


def _answer(status: int, words: str) -> Response:
    response = Response(words + "\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
