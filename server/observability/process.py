"""Makes a process say nothing but what `logs` lets through, whatever speaks in it.

Python and the libraries print messages, exceptions and warnings, and any of these may hold what
a citizen sent. Every program of ours calls `guard_process` first.
"""

from __future__ import annotations

import faulthandler
import logging
import resource
import sys
import threading
import warnings
from types import TracebackType
from typing import Any, TextIO

from server.observability.logs import configure_logs, log_foreign, log_unhandled, log_warning


def guard_process() -> None:
    """Route every message, warning and unhandled exception of this process into our log."""
    configure_logs()
    _guard_logging()
    warnings.showwarning = _show_warning
    sys.excepthook = _unhandled
    sys.unraisablehook = _unraisable
    threading.excepthook = _in_thread
    if sys.stderr is not None and _has_descriptor(sys.stderr):
        faulthandler.enable()  # of a crash of Python itself it prints frames, no values
    # A dump of the memory would hold what a citizen is just sending.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class ForeignMessages(logging.Handler):
    """Takes what libraries log, and says only that they did."""

    def emit(self, record: logging.LogRecord) -> None:
        log_foreign(record)


def _guard_logging() -> None:
    handler = ForeignMessages(logging.WARNING)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    # For loggers that do not hand on to the root and have no handler.
    logging.lastResort = handler
    # It prints a message that cannot be formatted, with its arguments.
    logging.raiseExceptions = False
    for name in list(logging.Logger.manager.loggerDict):
        logging.getLogger(name).handlers.clear()


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    log_warning(category, filename, lineno)


def _unhandled(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    log_unhandled((kind, error, trace))


def _in_thread(hooked: threading.ExceptHookArgs) -> None:
    if hooked.exc_value is not None and not issubclass(hooked.exc_type, SystemExit):
        log_unhandled((hooked.exc_type, hooked.exc_value, hooked.exc_traceback))


def _unraisable(hooked: Any) -> None:
    if hooked.exc_value is not None:
        log_unhandled((hooked.exc_type, hooked.exc_value, hooked.exc_traceback))


def _has_descriptor(stream: TextIO) -> bool:
    try:
        stream.fileno()
    except (OSError, ValueError):
        return False
    return True
