"""Logs that cannot hold a citizen's words: what may be said is listed, all else is dropped."""

from __future__ import annotations

import logging
import sys
import traceback
from contextlib import suppress
from types import CodeType, TracebackType
from typing import Any

import structlog

#: The only fields that reach a log. None of them is anything a citizen sent.
ALLOWED_FIELDS = frozenset(
    {
        *("event", "level", "timestamp", "kind", "frames", "count", "report_id", "key_id"),
        *("seconds", "job", "logger", "where", "surfaces", "workers", "threads", "worker"),
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
        logger_factory=lambda *_: _StandardError(),
        cache_logger_on_first_use=False,
    )


class _StandardError:
    """Writes lines, and never fails: a log on a full disk must not cost anybody a report."""

    def msg(self, line: str) -> None:
        with suppress(OSError, ValueError):  # full, gone, closed
            sys.stderr.write(line + "\n")
            sys.stderr.flush()

    debug = info = warning = error = critical = log = msg


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


def log_foreign(record: logging.LogRecord) -> None:
    """Log that a library said something: which, where, and the kind of exception with its frames.

    Neither its text nor its arguments: a library may put anything into both.
    """
    frames = [_frame(record.pathname, record.lineno, record.funcName)]
    fields: dict[str, str] = {}
    if record.exc_info and record.exc_info[0]:
        kind, _, trace = record.exc_info
        fields["kind"] = kind.__name__
        frames += frames_of(trace)
    _log.log(record.levelno, "a library's message", logger=record.name, frames=frames, **fields)


def log_warning(category: type[Warning], filename: str, line: int) -> None:
    """Log that Python warned of something, by its kind and place."""
    _log.warning("warning", kind=category.__name__, frames=[_frame(filename, line, "")])


def frames_of(trace: TracebackType | None) -> list[str]:
    """The last 12 places of a traceback, as file:line function, without a line of code."""
    frames = [_frame(code.co_filename, line, code.co_name) for code, line in _walk(trace)]
    return frames[-12:]


def _log_exception(what: str, exc_info: ExcInfo, **fields: str) -> None:
    kind, _, trace = exc_info
    _log.error(what, kind=kind.__name__, frames=frames_of(trace), **fields)


def _walk(trace: TracebackType | None) -> list[tuple[CodeType, int]]:
    return [(frame.f_code, line) for frame, line in traceback.walk_tb(trace)]


def _frame(filename: str, line: int, name: str | None) -> str:
    return f"{filename.rpartition('/')[2]}:{line} {name or ''}".rstrip()
