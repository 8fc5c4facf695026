"""/embed/preview/<token>: a look in the real frame, before the public sees it."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response
from flask_babel import gettext as _

from server.extensions import reads, settings
from server.partners.service import ResolvedKey, preview_key
from server.storage.availability import DatabaseAway
from server.web import csp
from server.web.access import anyone
from server.web.embed.address import spoken_language
from server.web.embed.documents import Document, make_document, send
from server.web.embed.form_page import form_document, preset_form
from server.web.embed.pages import error_texts
from server.web.embed.place import Place
from server.web.embed.preview_token import PreviewExpired, PreviewForged, read_preview_token
from server.web.headers import CACHE_NEVER
from server.web.locale import speaking
from server.web.lookups import PREVIEWS

blueprint = Blueprint("preview", __name__)


@blueprint.get("/embed/preview/<token>")
@anyone("whoever holds a signed token of the last 10 minutes may look, and do nothing else")
@PREVIEWS
def preview(token: str) -> Response:
    """The form in the look that the token names. It is walked through, and sends nothing."""
    try:
        key = _key(token)
    except PreviewForged:
        return _refused(404)
    except PreviewExpired:
        return _refused(410)
    except DatabaseAway:
        return _refused(503)
    if key is None:
        return _refused(410)
    with speaking(spoken_language(key)):
        document = form_document(key, Place.FRAME, preset_form(key), named=None, preview=True)
    return _private(document)


def _key(token: str) -> ResolvedKey | None:
    wanted = read_preview_token(settings().intake_secrets, token, datetime.now(UTC))
    framers = _framers()
    return reads().read(
        lambda session: preview_key(
            session, wanted.partner_id, wanted.portal_id, wanted.look, framers
        )
    )


def _refused(status: int) -> Response:
    language = spoken_language(None)
    with speaking(language):
        heading, text = {
            404: (_("There is no such preview"), _("Open it from the page that shows it.")),
            410: (_("This preview is over"), _("Please load the page around it again.")),
            503: error_texts(503),
        }[status]
    document = make_document(
        "embed/preview_refused.html",
        language=language,
        ancestors=_framers(),
        heading=heading,
        text=text,
    )
    return _private(document, status)


def _framers() -> tuple[str, ...]:
    """The console, and our own pages: the kit shows previews too."""
    return settings().console_url, csp.SELF


def _private(document: Document, status: int = 200) -> Response:
    response = send(document, cache=CACHE_NEVER, status=status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
