"""A program that says what a citizen sent in every way that Python and the libraries have.

With `guarded` as its first word it is guarded as our programs are; the second is what is said.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import resource
import sys
import threading
import warnings
from concurrent.futures import Future
from contextlib import suppress

from sqlalchemy import create_engine, text
from sqlalchemy.pool import QueuePool

from server.observability.process import guard_process

GUARDED, WORD = sys.argv[1] == "guarded", sys.argv[2]


class Broken:
    def __del__(self) -> None:
        raise ValueError(WORD)


class BrokenConnection:
    """What a pool holds: it cannot be reset, which the pool logs with the error."""

    def rollback(self) -> None:
        raise ValueError(WORD)

    def close(self) -> None:
        raise ValueError(WORD)


def fail() -> None:
    raise ValueError(WORD)


logging.getLogger("early").addHandler(logging.StreamHandler())
if GUARDED:
    guard_process()

logging.getLogger().error("it was %s", WORD)
logging.getLogger("early").error("it was %s", WORD)
logging.getLogger("flask-limiter").error(f"it was {WORD}")
logging.getLogger("werkzeug").warning("%s", WORD, extra={"address": WORD})
logging.getLogger("mistaken").error("too few places", WORD, stack_info=True)
closed = logging.getLogger("closed")
closed.propagate = False
closed.error(WORD)
try:
    fail()
except ValueError:
    logging.getLogger("caught").exception("it was %s", WORD)
warnings.warn(f"it was {WORD}", stacklevel=1)
thread = threading.Thread(target=fail, name=WORD)
thread.start()
thread.join()
Broken()
late: Future[None] = Future()
late.add_done_callback(lambda _: fail())
late.set_result(None)
pool = QueuePool(BrokenConnection, reset_on_return="rollback", pool_size=1, max_overflow=0)
with suppress(ValueError):
    pool.connect().close()
if GUARDED:
    assert faulthandler.is_enabled()
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
if os.fork() == 0:
    said = WORD
    faulthandler._sigsegv()
os.wait()
engine = create_engine("sqlite://", hide_parameters=True)
engine.connect().execute(text(f"SELECT '{WORD}' FROM {WORD}"))  # noqa: S608
