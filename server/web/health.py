"""Whether the process lives, and whether a report that came now would be kept."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.blueprints import BlueprintSetupState

from server.extensions import SETTINGS
from server.web.access import anyone
from server.web.condition import DatabaseIs, SpoolIs, database_is, spool_is, watch_spool

blueprint = Blueprint("health", __name__)

AWAY = "the database does not answer"
TROUBLES = {
    DatabaseIs.OF_ANOTHER_VERSION: "the database has another schema: run `portals migrate`",
    DatabaseIs.WITHOUT_SEALING_KEY: (
        "there is no active sealing key: run `portals sealing new --recovery KEY --activate`"
    ),
}


@blueprint.record_once
def init_health(state: BlueprintSetupState) -> None:
    watch_spool(state.app, state.app.extensions[SETTINGS])


@blueprint.get("/healthz")
@anyone("for the operator's monitor; says nothing but that it lives")
def healthz() -> Response:
    """The process answers."""
    return _answer(200, "ok")


@blueprint.get("/readyz")
@anyone("for the operator's balancer; says nothing but whether it is ready")
def readyz() -> Response:
    """Within the budget of a report: whether the database or the spool would keep one."""
    return _answer(*verdict(database_is(), spool_is()))


def verdict(database: DatabaseIs, spool: SpoolIs | None) -> tuple[int, str]:
    """The status for a balancer, and what to do in words; `spool` is None without one."""
    if database in TROUBLES:
        return 503, f"not ready: {TROUBLES[database]}"
    if spool is None:
        return (200, "ready") if database is DatabaseIs.READY else (503, f"not ready: {AWAY}")
    if database is DatabaseIs.AWAY:
        if spool.refusal is None:
            return 200, "ready: the database is away, reports go to the spool"
        return 503, f"not ready: {AWAY}, and {spool.refusal}"
    if spool.refusal is None:
        return 200, "ready"
    return 200, f"ready, but not for an outage of the database: {spool.refusal}"


def _answer(status: int, words: str) -> Response:
    response = Response(words + "\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
