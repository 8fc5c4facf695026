"""The citizen's form: in a frame at /embed/<key>, as a page of its own at /r/<key>."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response
from flask.blueprints import BlueprintSetupState

from server.extensions import database
from server.partners.service import ResolvedKey, Standing, find_key
from server.web.access import anyone
from server.web.embed.address import spoken_language
from server.web.embed.copies import empty_form
from server.web.embed.documents import send
from server.web.embed.pages import kept_words_page, safe_page
from server.web.embed.place import Place
from server.web.embed.sent_form import read_sent_form
from server.web.embed.tight import Tight
from server.web.embed.without_script import answer, typed_words
from server.web.headers import CACHE_FORM
from server.web.locale import speaking

blueprint = Blueprint("embed", __name__, template_folder="templates")


@blueprint.record_once
def _write_tight_pages(state: BlueprintSetupState) -> None:
    state.app.jinja_env.add_extension(Tight)


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
    key, standing = _find(text)
    if key is None or standing is not Standing.OPEN:
        return safe_page(key)
    return send(empty_form(key, place), cache=CACHE_FORM)


def _take(text: str, place: Place) -> Response:
    """A citizen who had the form open when its key ceased is not turned away for a day."""
    key, standing = _find(text)
    if key is None:
        return safe_page(None)
    with speaking(spoken_language(key)):
        sent = read_sent_form()
        if standing is Standing.CEASED:
            return kept_words_page(key, typed_words(sent), 410)
        return answer(sent, key, place)


def _find(text: str) -> tuple[ResolvedKey | None, Standing]:
    """The key with its standing; one that was never opened counts as unknown."""
    with database().reading() as session:
        key = find_key(session, text)
    if key is None:
        return None, Standing.NOT_YET
    standing = key.standing(datetime.now(UTC))
    return (None if standing is Standing.NOT_YET else key), standing
