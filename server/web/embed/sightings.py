"""Counts in memory which pages ask for the form in a frame, and hands the counts to the database.

Nothing of the citizen is looked at but what the browser says of the page around the frame, and of
that only the origin (docs/architecture.md, "Sightings").
"""

from __future__ import annotations

import atexit
import os
from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from threading import Lock, Thread, Timer
from typing import Any, NamedTuple, cast
from uuid import UUID
from weakref import WeakSet

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from server.config import Settings
from server.partners.service import (
    OTHER_ORIGINS,
    ResolvedKey,
    SightingCount,
    crowd_name,
    origin_of,
    record_sightings,
    sighted_origin,
)
from server.storage.availability import Availability
from server.storage.database import Database

BOOK = "portals.sightings"
FLUSH_S = 2.0
FULL = 500
MAX_ENTRIES = 1_000
MAX_NAMED = 50
_MAX_ORIGIN = 300
_MAX_VERDICTS = 2_048

_books: WeakSet[SightingBook] = WeakSet()


class Verdict(NamedTuple):
    """What a page is counted under, as allowed or not; `crowd` when it is one of too many."""

    origin: str
    allowed: bool
    crowd: str


class SightingBook:
    """What one process saw in the last 2 s, by key, origin and verdict; for all threads.

    A flood of invented origins is held down: of each key at most 50 refused ones and 50 that a
    wildcard lets in are told apart, of all keys 1,000; the rest is counted as `other` or under
    the wildcard. What a key's own list names keeps its name. A database that fails loses the counts
    of 2 s, one that is away gets them later, and no answer waits for it. Pages of `own` origins are
    none of a partner's.
    """

    def __init__(
        self, database: Database, availability: Availability, own: frozenset[str] = frozenset()
    ) -> None:
        self._database = database
        self._availability = availability
        self._own = own
        self._verdicts: dict[tuple[UUID, str, str], Verdict | None] = {}
        self.forget()
        _books.add(self)

    def forget(self) -> None:
        """Begin anew: in a forked process the counts are the other's, who has them still."""
        self._lock = Lock()
        self._handing_over = Lock()
        self._counts: dict[tuple[UUID, str, bool], int] = {}
        self._named: Counter[tuple[UUID, bool]] = Counter()

    def look(self, key: ResolvedKey, environ: Mapping[str, Any]) -> None:
        """Count this request for the frame of `key`, when a page's frame made it.

        Browsers too old to say where a document goes, and those that ask over plain HTTP, are
        believed; a request without a referrer is attributed to nothing.
        """
        referrer = environ.get("HTTP_REFERER")
        if (
            not referrer
            or environ["REQUEST_METHOD"] != "GET"
            or environ.get("HTTP_SEC_FETCH_DEST", "iframe") != "iframe"
        ):
            return
        # Behind the third slash stands a path: nothing of it is kept, not even here.
        end = referrer.find("/", 8)
        page = referrer[:end] if end > 0 else referrer
        try:
            verdict = self._verdicts[key.id, key.revision, page]
        except KeyError:
            verdict = self._judge(key, page)
        if verdict is not None:
            self._count(key.id, verdict)

    def flush(self) -> None:
        """Hand the counts over. They are dated by now: no moment of any request is kept."""
        # A database that hangs holds one thread, and not another one every 2 s.
        if not self._handing_over.acquire(blocking=False):
            return
        try:
            if not self._availability.is_away:
                self._hand_over()
        finally:
            self._handing_over.release()
        if self._counts:
            self._later(Timer(FLUSH_S, self.flush))

    def _hand_over(self) -> None:
        with self._lock:
            counts, self._counts, self._named = self._counts, {}, Counter()
        if not counts:
            return
        now = datetime.now(UTC)
        notes = [
            SightingCount(key_id, now.date(), origin, allowed, seen, now)
            for (key_id, origin, allowed), seen in counts.items()
        ]
        with suppress(SQLAlchemyError), self._database.transaction() as session:
            record_sightings(session, notes)

    def _judge(self, key: ResolvedKey, page: str) -> Verdict | None:
        origin = origin_of(page) if len(page) <= _MAX_ORIGIN else None
        verdict = None if origin in self._own else judged(origin, key.origins)
        if len(self._verdicts) >= _MAX_VERDICTS:
            self._verdicts.clear()
        if origin is not None:
            self._verdicts[key.id, key.revision, page] = verdict
        return verdict

    def _count(self, key_id: UUID, verdict: Verdict) -> None:
        origin, allowed, crowd = verdict
        name = (key_id, origin, allowed)
        with self._lock:
            if name in self._counts:
                self._counts[name] += 1
                return
            if origin != crowd and self._has_room(key_id, allowed):
                self._named[key_id, allowed] += 1
            else:
                name = (key_id, crowd, allowed)
            self._counts[name] = self._counts.get(name, 0) + 1
            entries, is_new = len(self._counts), self._counts[name] == 1
        if is_new and entries == 1:
            self._later(Timer(FLUSH_S, self.flush))
        elif is_new and entries == FULL:
            self._later(Thread(target=self.flush))

    def _has_room(self, key_id: UUID, allowed: bool) -> bool:
        return len(self._counts) < MAX_ENTRIES and self._named[key_id, allowed] < MAX_NAMED

    def _later(self, thread: Thread) -> None:
        thread.daemon = True
        # No thread can be had when the process is ending: its last flush is to come.
        with suppress(RuntimeError):
            thread.start()


def judged(origin: str | None, listed: Collection[str]) -> Verdict:
    """How a page of `origin` is counted for a key with these allowed origins."""
    name, allowed = sighted_origin(origin, listed)
    return Verdict(name, allowed, crowd_name(name, listed) if allowed else OTHER_ORIGINS)


def sightings() -> SightingBook:
    """The current application's."""
    return cast(SightingBook, current_app.extensions[BOOK])


def own_origins(settings: Settings) -> frozenset[str]:
    """This server's origins: in our own frame a citizen walks from one page to another."""
    found = (origin_of(url) for url in (settings.public_url, settings.console_url))
    return frozenset(origin for origin in found if origin)


def _forget_all() -> None:
    for book in tuple(_books):
        book.forget()


@atexit.register
def _flush_all() -> None:
    for book in tuple(_books):
        book.flush()


os.register_at_fork(after_in_child=_forget_all)
