"""Pages that stand where the form cannot: never a blank box, always a way to report."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as WerkzeugResponse

from server.directory.service import emergency_number
from server.partners.service import DEFAULT_COLOUR, PortalWords, ResolvedKey
from server.web.embed.address import spoken_language, theme
from server.web.embed.copies import copies
from server.web.embed.documents import Document, make_document, send
from server.web.headers import CACHE_NEVER, CACHE_SAFE_PAGE, PUBLIC_HEADERS, RETRY_AFTER
from server.web.locale import speaking
from server.web.reach import only_territory

#: A page that holds nothing of anybody may be shown anywhere: better than a blank box.
ANYWHERE = ("*",)
_FRAMED = ("/embed/", "/r/", "/status")


def safe_page(key: ResolvedKey | None) -> Response:
    """For a key that is unknown (404) or not in use (410): small, framable anywhere, no form."""
    language = spoken_language(key)
    words = key.portal_words(language) if key else PortalWords()
    return stand_in(404 if key is None else 410, language, local_emergency(key), words)


def away_page() -> Response:
    """For a key that nobody can look up while the database is away: as calm, and never kept."""
    return stand_in(503, spoken_language(None), None, PortalWords())


def stand_in(status: int, language: str, emergency: str | None, words: PortalWords) -> Response:
    """What stands where a form is expected and there is none: no form, and a way to report."""

    def render() -> Document:
        with speaking(language):
            heading = _("You cannot report on this page at the moment")
        return make_document(
            "embed/message.html",
            language=language,
            # Any page's loader may size it: otherwise that would lay its own link over it.
            ancestors=ANYWHERE,
            scripted=True,
            heading=heading,
            texts=(),
            emergency=emergency,
            words=words,
        )

    name = ("safe page", status, language, emergency, words, theme())
    if status != 503:
        return copies().page(name, render, CACHE_SAFE_PAGE, status).response()
    response = copies().page(name, render, CACHE_NEVER, status).response()
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def kept_words_page(key: ResolvedKey | None, typed: str, status: int) -> Response:
    """When a report cannot be taken (410, 503): shows what was typed, so that it can be copied.

    Under a key that nobody can look up it may stand anywhere: only who sent it the words has them.
    """
    language = spoken_language(key)
    with speaking(language):
        heading = _("We could not take your report here")
        texts = [_("Nothing has been kept.")]
    document = make_document(
        "embed/message.html",
        language=language,
        ancestors=key.origins if key else ANYWHERE,
        colour=key.branding.colour if key else DEFAULT_COLOUR,
        scripted=True,
        heading=heading,
        texts=texts,
        typed=typed,
        emergency=local_emergency(key),
        words=key.portal_words(language) if key else PortalWords(),
    )
    return send(document, status=status, cache=CACHE_NEVER)


def error_page(error: HTTPException) -> WerkzeugResponse:
    """The answer to an HTTP error outside the API and the console."""
    code = error.code or 500
    original = error.get_response()
    if code < 400 or error.response is not None:
        original.headers.update(PUBLIC_HEADERS)
        return original
    language = spoken_language(None)
    with speaking(language):
        heading, *texts = error_texts(code)
    document = make_document(
        "embed/message.html",
        language=language,
        ancestors=ANYWHERE if request.path.startswith(_FRAMED) else (),
        heading=heading,
        texts=texts,
    )
    response = send(document, status=code, cache=CACHE_NEVER)
    for name in ("Allow", "Retry-After"):
        if name in original.headers:
            response.headers[name] = original.headers[name]
    if code == 429:
        response.headers.setdefault("Retry-After", RETRY_AFTER)
    return response


def error_texts(code: int) -> list[str]:
    """A heading and what to do, in the language that is being spoken."""
    if code == 400:
        return [
            _("We could not read this"),
            _("Some characters cannot be read. Please go back and type them again."),
        ]
    if code == 404:
        return [_("There is nothing here"), _("Please check the address of this page.")]
    if code == 413:
        return [
            _("This is too long for us"),
            _("Nothing is lost: please go back, make your answers shorter, and send them again."),
        ]
    if code == 415:
        return [
            _("We cannot take pictures or files"),
            _("Please never save or send one. The address where you saw it is all we need."),
        ]
    if code == 429:
        return [_("Please wait a moment"), _("Then go back and try again.")]
    if code >= 500:
        return [
            _("Something went wrong on our side"),
            _("It is not your fault. Please go back and try again in a minute."),
        ]
    return [_("This did not work"), _("Please go back and try again.")]


def local_emergency(key: ResolvedKey | None, territory: str | None = None) -> str | None:
    """The emergency number of `territory`, or of the only country of the key's portal."""
    if territory is None and key is not None:
        territory = only_territory(key)
    return emergency_number(territory) if territory else None
