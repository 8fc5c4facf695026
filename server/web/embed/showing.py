"""Show the form of a key, and take what was sent: in a partner's page, and on a portal's own."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from flask import Response

from server.partners.service import ResolvedKey, Standing
from server.web.embed.address import spoken_language
from server.web.embed.copies import CopyName, copies
from server.web.embed.documents import Document
from server.web.embed.form_page import form_document, preset_form
from server.web.embed.pages import kept_words_page
from server.web.embed.place import Place
from server.web.embed.sent_form import read_sent_form
from server.web.embed.without_script import answer, typed_words
from server.web.locale import speaking


def judge(key: ResolvedKey | None) -> tuple[ResolvedKey | None, Standing]:
    """The key with its standing; one that was never opened counts as unknown."""
    if key is None:
        return None, Standing.NOT_YET
    standing = key.standing(datetime.now(UTC))
    return (None if standing is Standing.NOT_YET else key), standing


def show_form(key: ResolvedKey, place: Place, name: CopyName) -> Response:
    """The empty form of an open key, from the copy that has this name."""
    return copies().form(key, name, partial(_empty_form, key, place)).response()


def take_form_unseen() -> Response:
    """A form whose key nobody can look up is not taken, and what was typed is not lost."""
    with speaking(spoken_language(None)):
        return kept_words_page(None, typed_words(read_sent_form()), 503)


def take_form(key: ResolvedKey, standing: Standing, place: Place) -> Response:
    """A citizen who had the form open when its key ceased is not turned away for a day."""
    with speaking(spoken_language(key)):
        sent = read_sent_form()
        if standing is Standing.CEASED:
            return kept_words_page(key, typed_words(sent), 410)
        return answer(sent, key, place)


def _empty_form(key: ResolvedKey, place: Place, named: str | None) -> Document:
    with speaking(spoken_language(key)):
        return form_document(key, place, preset_form(key), named=named)
