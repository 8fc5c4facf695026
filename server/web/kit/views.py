"""/kit/<token>: all that a partner's webmaster needs, without an account."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, abort, jsonify, request
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded

from server.extensions import reads
from server.partners.service import OpenedKit, find_kit
from server.storage.availability import DatabaseAway
from server.web.access import anyone
from server.web.embed.pages import error_texts
from server.web.headers import RETRY_AFTER
from server.web.kit.documents import closed_policy, dressed, kit_document
from server.web.kit.kit_page import kit_page
from server.web.kit.live import live_lines, live_pages
from server.web.kit.poster import EVERY_LANGUAGE, poster_page
from server.web.locale import LANGUAGES, chosen, speaking, spoken
from server.web.lookups import KITS

blueprint = Blueprint("kit", __name__, template_folder="templates")


@blueprint.get("/kit/<token>")
@anyone("whoever has the address of a kit is its partner's webmaster")
@KITS
def kit(token: str) -> Response:
    """The kit, in the language of `?lang=`; its snippets in that of `?form=`."""
    now = datetime.now(UTC)
    found = _find(token, now)
    if found is None or not found.is_open:
        return _gone(found)
    return kit_page(token, found, _language(found), request.args.get("form"), now)


@blueprint.get("/kit/<token>/status")
@anyone("whoever has the address of a kit is its partner's webmaster")
@KITS
def kit_status(token: str) -> Response:
    """The live status as JSON for the page's script: `lines` of tone, before, origin, after."""
    now = datetime.now(UTC)
    found = _find(token, now)
    if found is None or not found.is_open:
        return dressed(_problem(found), closed_policy(), _language(found))
    language = _language(found)
    pages = reads().read(lambda session: live_pages(session, found.key, now))
    with speaking(language):
        lines = live_lines(pages, now)
        said = [
            {"tone": each.tone, "before": each.before, "origin": each.origin, "after": each.after}
            for each in lines
        ]
    return dressed(jsonify(lines=said), closed_policy(), language)


@blueprint.get("/kit/<token>/poster")
@anyone("whoever has the address of a kit is its partner's webmaster")
@KITS
def kit_poster(token: str) -> Response:
    """A page of A4 to print, in one of the portal's languages or, `?lang=all`, in all of them."""
    found = _find(token, datetime.now(UTC))
    if found is None or not found.is_open:
        return _gone(found)
    offered = spoken(found.key.portal_languages)
    wanted = request.args.get("lang", EVERY_LANGUAGE)
    if wanted == EVERY_LANGUAGE:
        return poster_page(found.key, offered)
    languages = tuple(each for each in offered if each.code == wanted)
    return poster_page(found.key, languages) if languages else abort(404)


@blueprint.errorhandler(DatabaseAway)
@blueprint.errorhandler(RateLimitExceeded)
def _later(error: DatabaseAway | RateLimitExceeded) -> Response:
    language, status = _language(None), 503 if isinstance(error, DatabaseAway) else 429
    with speaking(language):
        heading, text = error_texts(status)
    response = kit_document("gone.html", language, status=status, heading=heading, text=text)
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def _find(token: str, now: datetime) -> OpenedKit | None:
    return reads().read(lambda session: find_kit(session, token, now))


def _language(found: OpenedKit | None) -> str:
    default = found.key.default_language if found else "en"
    return chosen(request.args.get("lang"), LANGUAGES, default)


def _gone(found: OpenedKit | None) -> Response:
    """410 for a kit that expired or was closed, 404 for one that never was: both look the same."""
    language = _language(found)
    with speaking(language):
        heading, text = (
            (_("This page is closed"), _("Ask your contact at the hotline for a new link."))
            if found
            else (_("There is nothing here"), _("Please check the address of this page."))
        )
    return kit_document(
        "gone.html", language, status=410 if found else 404, heading=heading, text=text
    )


def _problem(found: OpenedKit | None) -> Response:
    response = jsonify(lines=[])
    response.status_code = 410 if found else 404
    return response
