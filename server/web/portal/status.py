"""/status: what became of a report, for whoever holds its receipt."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Response, abort, request
from flask_babel import format_date
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded

from server.extensions import keys, reads, settings
from server.partners.service import DEFAULT_COLOUR, ResolvedKey, Standing
from server.reports.service import ReceiptStatus, look_up_receipt
from server.storage.availability import DatabaseAway
from server.web.access import anyone
from server.web.embed.address import in_language, spoken_language, theme
from server.web.embed.documents import make_document, send
from server.web.embed.pages import error_texts
from server.web.headers import CACHE_FORM, CACHE_NEVER, RETRY_AFTER
from server.web.labels import status_text
from server.web.locale import LANGUAGES, speaking, spoken
from server.web.lookups import RECEIPTS
from server.web.portal.blueprint import blueprint


@blueprint.get("/status")
@anyone("the page where a receipt is looked up")
def status() -> Response:
    """The empty page."""
    return _page(cache=CACHE_FORM)


@blueprint.post("/status")
@anyone("whoever holds the receipt may know the status")
@RECEIPTS
def looked_up() -> Response:
    """What became of the report, or one neutral answer for all that is not found."""
    if request.mimetype != "application/x-www-form-urlencoded":
        abort(415)
    typed = request.form.get("receipt", "")
    secrets = settings().intake_secrets
    try:
        found = reads().read(lambda session: look_up_receipt(session, typed, secrets))
    except DatabaseAway:
        return _page(typed=typed, trouble=503, cache=CACHE_NEVER)
    return _page(typed=typed, found=found, cache=CACHE_NEVER)


@blueprint.errorhandler(RateLimitExceeded)
def _too_many(_error: RateLimitExceeded) -> Response:
    return _page(typed=request.form.get("receipt", ""), trouble=429, cache=CACHE_NEVER)


def _page(
    *, cache: str, typed: str = "", found: ReceiptStatus | None = None, trouble: int = 0
) -> Response:
    """`trouble` is the status when nobody looked, which is not that there is no such report."""
    key = _opened_from()
    language = spoken_language(key)
    with speaking(language):
        document = make_document(
            "portal/status.html",
            language=language,
            # Opened from a frame it may stand in that frame; by itself nobody frames it.
            ancestors=key.origins if key else (),
            colour=key.branding.colour if key else DEFAULT_COLOUR,
            scripted=True,
            key=key,
            languages=[
                (each, _link(each.code, key))
                for each in spoken(key.languages if key else LANGUAGES)
            ],
            typed=typed,
            found=found,
            trouble=_texts_of(trouble),
            meaning=status_text(found.status, found.shows_outcome) if found else "",
            day=format_date(found.updated_at, "long") if found else "",
            back=f"/embed/{key.text}{in_language(language, None)}" if key else "",
        )
    response = send(document, cache=cache, status=trouble or 200)
    if trouble:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def _texts_of(trouble: int) -> list[str]:
    if trouble == 429:
        return [
            _("Many receipts are being looked up from your network."),
            _("Please wait a minute, then look up yours again. Your report is safe."),
        ]
    return error_texts(trouble) if trouble else []


def _opened_from() -> ResolvedKey | None:
    """The key of `?key=`, when it is in use: the page was opened from its frame."""
    key = keys().find(request.args.get("key", ""))
    return key if key and key.standing(datetime.now(UTC)) is Standing.OPEN else None


def _link(language: str, key: ResolvedKey | None) -> str:
    query = {"lang": language, "key": key.text if key else None, "theme": theme()}
    return "?" + urlencode({name: value for name, value in query.items() if value})
