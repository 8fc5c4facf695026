"""Ready copies of the empty form, so that one of many requests pays for its making."""

from __future__ import annotations

import time
from collections import OrderedDict
from threading import Lock

from flask import current_app

from server.partners.service import ResolvedKey
from server.web.embed.address import campaign, spoken_language
from server.web.embed.documents import BEST, QUICK, Document
from server.web.embed.form_page import form_document, preset_form
from server.web.embed.place import Place
from server.web.locale import speaking

EXTENSION = "portals.form_copies"
MAX_COPIES = 256
#: So old may be what the directory says in a copy, in seconds.
MAX_AGE_S = 60


class FormCopies:
    """The newest documents by what they depend on; the longest unused goes first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[object, ...], Document] = OrderedDict()

    def get(self, name: tuple[object, ...]) -> Document | None:
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)

    def put(self, name: tuple[object, ...], document: Document) -> None:
        with self._lock:
            self._kept[name] = document
            if len(self._kept) > MAX_COPIES:
                self._kept.popitem(last=False)


def empty_form(key: ResolvedKey, place: Place) -> Document:
    """The form as everybody gets it at this address."""
    copies: FormCopies = current_app.extensions.setdefault(EXTENSION, FormCopies())
    language, named = spoken_language(key), campaign()
    age = int(time.monotonic() / MAX_AGE_S)
    name = (key.id, key.revision, language, named, place, age)
    document = copies.get(name)
    if document is None:
        with speaking(language):
            # Anybody can make up campaigns: those get the compression that costs us little.
            quality = QUICK if named else BEST
            document = form_document(key, place, preset_form(key), quality=quality)
        copies.put(name, document)
    return document
