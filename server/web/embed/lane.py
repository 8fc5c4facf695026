"""Answers a form that is ready before Flask is asked: no route, no hook, no template, no query.

It knows only what this process read in the last seconds. All else goes on to the application,
whose views make what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from server.partners.service import KeyCache, Standing
from server.web.embed.copies import Copies, copy_name
from server.web.embed.place import Place
from server.web.embed.sightings import SightingBook
from server.web.ready import ReadyAnswer

_PLACES = {"embed": Place.FRAME, "r": Place.PAGE}
#: Addresses that partners paste are shorter; what is longer is not worth remembering.
_MAX_QUERY = 512


class FormLane:
    """A WSGI application in front of another."""

    def __init__(
        self,
        application: WSGIApplication,
        keys: KeyCache,
        copies: Copies,
        sightings: SightingBook,
    ) -> None:
        self._application = application
        self._keys = keys
        self._copies = copies
        self._sightings = sightings

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self._ready(environ) or self._application
        return answer(environ, start_response)

    def _ready(self, environ: WSGIEnvironment) -> ReadyAnswer | None:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        _, _, path = environ["PATH_INFO"].partition("/")
        area, _, text = path.partition("/")
        place = _PLACES.get(area)
        key = self._keys.fresh(text) if place else None
        if place is None or key is None or key.standing(datetime.now(UTC)) is not Standing.OPEN:
            return None
        query = environ.get("QUERY_STRING", "")
        if len(query) >= _MAX_QUERY:
            return None
        form = self._copies.fresh(copy_name(key, place, query))
        if form and place is Place.FRAME:
            self._sightings.look(key, environ)
        return form
