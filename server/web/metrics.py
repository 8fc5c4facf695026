"""GET /metrics: counts for the operator's Prometheus, which has a token; 404 for all others."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime

from flask import Blueprint, Response, request

from server.delivery.service import Pulse, pulse
from server.extensions import availability, reads, settings
from server.observability.exposition import CONTENT_TYPE, exposition
from server.storage.availability import DatabaseAway
from server.web.access import anyone
from server.web.condition import DatabaseIs, database_is, spool_is

blueprint = Blueprint("metrics", __name__)

CHECKPOINT = "audit.checkpoint"


@blueprint.get("/metrics")
@anyone("asks for the token of PORTALS_METRICS_TOKEN itself; counts of the whole installation only")
def metrics() -> Response:
    """Counts without a label that identifies; 404 without the right token."""
    if not _has_token(request.headers.get("Authorization", "")):
        return _answer(404, b"Not found\n", "text/plain; charset=utf-8")
    gauges = {**_of_database(), **_of_spool(), **_of_worker()}
    return _answer(200, exposition(gauges), CONTENT_TYPE)


def _has_token(authorization: str) -> bool:
    token = settings().metrics_token
    scheme, _, given = authorization.partition(" ")
    if token is None or scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode(), token.encode())


def _of_database() -> dict[str, float]:
    is_away = database_is() is DatabaseIs.AWAY
    return {
        "portals_database_up": 0 if is_away else 1,
        "portals_database_away_seconds": availability().away_s(),
    }


def _of_spool() -> dict[str, float]:
    spool = spool_is()
    if spool is None:
        return {}
    gauges: dict[str, float] = {"portals_spool_ready": 0 if spool.refusal else 1}
    if (state := spool.state) is not None:
        gauges |= {
            "portals_spool_reports": state.waiting,
            "portals_spool_bytes": state.bytes,
            "portals_spool_oldest_seconds": _age(state.oldest_at),
            "portals_spool_set_apart": state.set_apart,
        }
    return gauges


def _of_worker() -> dict[str, float]:
    """Only where the console is served: the public surface may not read the outbox."""
    if not settings().serves_console:
        return {}
    try:
        found: Pulse = reads().read(pulse)
    except DatabaseAway:
        return {}
    gauges: dict[str, float] = {
        "portals_outbox_waiting": found.waiting,
        "portals_outbox_overdue_seconds": _age(found.due_since),
        "portals_outbox_dead_letters": found.dead_letters,
    }
    if found.last_done:
        last = max(found.last_done.values())
        gauges["portals_worker_last_run_timestamp_seconds"] = last.timestamp()
    if CHECKPOINT in found.last_done:
        signed = found.last_done[CHECKPOINT]
        gauges["portals_audit_checkpoint_timestamp_seconds"] = signed.timestamp()
    return gauges


def _age(moment: datetime | None) -> float:
    return 0.0 if moment is None else max(0.0, (datetime.now(UTC) - moment).total_seconds())


def _answer(status: int, content: bytes, content_type: str) -> Response:
    response = Response(content, status, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    return response
