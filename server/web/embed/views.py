"""The citizen's form: in a frame at /embed/<key>, as a page of its own at /r/<key>."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Flask, Response, request
from flask.blueprints import BlueprintSetupState

from server.extensions import AVAILABILITY, DATABASE, KEYS, SETTINGS, keys
from server.partners.service import Standing
from server.storage.availability import DatabaseAway
from server.web.access import anyone
from server.web.embed.copies import EXTENSION, Copies, copy_name
from server.web.embed.lane import FormLane
from server.web.embed.pages import away_page, safe_page
from server.web.embed.place import Place
from server.web.embed.showing import judge, show_form, take_form, take_form_unseen
from server.web.embed.sightings import BOOK, SightingBook, own_origins, sightings
from server.web.embed.tight import Tight
from server.web.known_directory import init_directory

blueprint = Blueprint("embed", __name__, template_folder="templates")


@blueprint.record_once
def _write_tight_pages(state: BlueprintSetupState) -> None:
    state.app.jinja_env.add_extension(Tight)


blueprint.record_once(init_directory)


@blueprint.record_once
def _keep_forms_ready(state: BlueprintSetupState) -> None:
    app = cast(Flask, state.app)
    app.extensions[EXTENSION] = kept = Copies()
    own = own_origins(app.extensions[SETTINGS])
    app.extensions[BOOK] = book = SightingBook(
        app.extensions[DATABASE], app.extensions[AVAILABILITY], own
    )
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
    try:
        key, standing = judge(keys().find(text))
    except DatabaseAway:
        return away_page()
    if key is not None and place is Place.FRAME:
        sightings().look(key, request.environ)
    if key is None or standing is not Standing.OPEN:
        return safe_page(key)
    return show_form(key, place, copy_name(key, place, request.environ.get("QUERY_STRING", "")))


def _take(text: str, place: Place) -> Response:
    try:
        key, standing = judge(keys().find(text))
    except DatabaseAway:
        return take_form_unseen()
    return safe_page(None) if key is None else take_form(key, standing, place)
