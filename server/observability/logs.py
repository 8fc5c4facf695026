"""Logs that cannot hold a citizen's words: what may be said is listed, all else is dropped."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import Any

import structlog

#: The only fields that reach a log. None of them is anything a citizen sent.
ALLOWED_FIELDS = frozenset(
    {
        *("event", "level", "timestamp", "kind", "frames", "count", "report_id", "key_id"),
        *("seconds", "job"),
    }
)

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

_log = structlog.get_logger("portals")


def configure_logs() -> None:
    """Structured lines on standard error, one JSON object each."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_allowed_fields,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def keep_allowed_fields(
    _logger: Any, _method: str, fields: structlog.types.EventDict
) -> structlog.types.EventDict:
    """Drop every field that is not on the list."""
    return {name: value for name, value in fields.items() if name in ALLOWED_FIELDS}


def log_unhandled(exc_info: ExcInfo) -> None:
    """Log where an exception came from, by kind and frames, without its text or any value."""
    _log_exception("unhandled exception", exc_info)


def log_failed_job(job: str, error: Exception) -> None:
    """The same for a job of the worker: a topic, or the name of a recurring job."""
    _log_exception("job failed", (type(error), error, error.__traceback__), job=job)


def _log_exception(what: str, exc_info: ExcInfo, **fields: str) -> None:
    kind, _, trace = exc_info
    frames = [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(trace)
    ]
    _log.error(what, kind=kind.__name__, frames=frames[-12:], **fields)
