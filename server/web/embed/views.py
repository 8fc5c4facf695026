"""The citizen's form: in a frame at /embed/<key>, as a page of its own at /r/<key>."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import cast

from flask import Blueprint, Flask, Response, request
from flask.blueprints import BlueprintSetupState

from server.extensions import DATABASE, KEYS, SETTINGS, database, keys
from server.partners.service import ResolvedKey, Standing, find_key
from server.web.access import anyone
from server.web.embed.address import spoken_language
from server.web.embed.copies import EXTENSION, Copies, copies, copy_name
from server.web.embed.documents import Document
from server.web.embed.form_page import form_document, preset_form
from server.web.embed.lane import FormLane
from server.web.embed.pages import kept_words_page, safe_page
from server.web.embed.place import Place
from server.web.embed.sent_form import read_sent_form
from server.web.embed.sightings import BOOK, SightingBook, own_origins, sightings
from server.web.embed.tight import Tight
from server.web.embed.without_script import answer, typed_words
from server.web.locale import speaking

blueprint = Blueprint("embed", __name__, template_folder="templates")


@blueprint.record_once
def _write_tight_pages(state: BlueprintSetupState) -> None:
    state.app.jinja_env.add_extension(Tight)


@blueprint.record_once
def _keep_forms_ready(state: BlueprintSetupState) -> None:
    app = cast(Flask, state.app)
    app.extensions[EXTENSION] = kept = Copies()
    own = own_origins(app.extensions[SETTINGS])
    app.extensions[BOOK] = book = SightingBook(app.extensions[DATABASE], own)
    lane = FormLane(app.wsgi_app, app.extensions[KEYS], kept, book)
    app.wsgi_app = lane  # type: ignore[method-assign]


@blueprint.get("/embed/<key>")
@anyone("the form for citizens, in a partner's page")
def frame(key: str) -> Response:
    """The form in a frame."""
    return _show(key, Place.FRAME)


@blueprint.post("/embed/<key>")
@anyone("citizens send the form without script")
def frame_sent(key: str) -> Response:
    """A stage of the form without script, in a frame."""
    return _take(key, Place.FRAME)


@blueprint.get("/r/<key>")
@anyone("the form for citizens, as a page of its own")
def page(key: str) -> Response:
    """The form as a page of its own."""
    return _show(key, Place.PAGE)


@blueprint.post("/r/<key>")
@anyone("citizens send the form without script")
def page_sent(key: str) -> Response:
    """A stage of the form without script, on a page of its own."""
    return _take(key, Place.PAGE)


def _show(text: str, place: Place) -> Response:
    """What `lane` gives while it is ready: here it is made."""
    key, standing = _judge(keys().find(text))
    if key is not None and place is Place.FRAME:
        sightings().look(key, request.environ)
    if key is None or standing is not Standing.OPEN:
        return safe_page(key)
    name = copy_name(key, place, request.environ.get("QUERY_STRING", ""))
    return copies().form(key, name, partial(_empty_form, key, place)).response()


def _empty_form(key: ResolvedKey, place: Place, named: str | None) -> Document:
    with speaking(spoken_language(key)):
        return form_document(key, place, preset_form(key), named=named)


def _take(text: str, place: Place) -> Response:
    """A citizen who had the form open when its key ceased is not turned away for a day."""
    with database().reading() as session:
        found = find_key(session, text)
    key, standing = _judge(found)
    if key is None:
        return safe_page(None)
    with speaking(spoken_language(key)):
        sent = read_sent_form()
        if standing is Standing.CEASED:
            return kept_words_page(key, typed_words(sent), 410)
        return answer(sent, key, place)


def _judge(key: ResolvedKey | None) -> tuple[ResolvedKey | None, Standing]:
    """The key with its standing; one that was never opened counts as unknown."""
    if key is None:
        return None, Standing.NOT_YET
    standing = key.standing(datetime.now(UTC))
    return (None if standing is Standing.NOT_YET else key), standing
