"""The form as a document: what goes into its template."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import json
from flask_babel import gettext as _
from markupsafe import Markup

from server.directory.service import AuthorityView, own_authority, territories, territory_name
from server.extensions import database
from server.intake.service import Notice
from server.partners.service import ResolvedKey
from server.web.embed.address import campaign, language_links, spoken_language
from server.web.embed.answers import Unresolved, territory_code
from server.web.embed.documents import QUICK, Document, make_document
from server.web.embed.form import ReportForm
from server.web.embed.pages import local_emergency
from server.web.embed.place import Place
from server.web.embed.review import notice_text
from server.web.labels import choices
from server.web.locale import LANGUAGES, speaking
from server.web.widget.files import late_path


def form_document(
    key: ResolvedKey, place: Place, form: ReportForm, *, failed: bool = False, quality: int = QUICK
) -> Document:
    """The form with what stands in its fields; `failed` puts a summary of its errors on top."""
    language = spoken_language(key)
    code = _territory(form, key)
    with speaking(language):
        return make_form_page(
            "embed/form.html",
            key,
            place,
            form=form,
            failed=failed,
            quality=quality,
            territory=code,
            emergency=local_emergency(key, code),
            authority=_authority(code),
            countries=_countries(key, language),
            sender=late_path("sender.js"),
            solver=late_path("solver.js"),
            campaign=campaign(),
            reportable=choices("report_type"),
            out_of_remit=choices("out_of_remit"),
            words=words_of_the_script(),
        )


def make_form_page(template: str, key: ResolvedKey, place: Place, **context: Any) -> Document:
    """A page of the form's own look: the key's branding, languages and script."""
    language = spoken_language(key)
    return make_document(
        template,
        language=language,
        ancestors=place.ancestors(key),
        colour=key.branding.colour,
        scripted=True,
        key=key,
        place=place.value,
        languages=language_links(key),
        branding_texts=key.branding.texts_in(language),
        status=_status(key, place, language),
        **context,
    )


def preset_form(key: ResolvedKey) -> ReportForm:
    """An empty form in the language that is being spoken, with the portal's only country."""
    form = ReportForm(formdata=None)
    if len(key.territories) == 1:
        form.territory.data = territory_name(key.territories[0], spoken_language(key))
    return form


def words_of_the_script() -> Markup:
    """All that the script may say, as JSON that can stand inside a script element."""
    words = {
        "next": _("Next"),
        "send": _("Send report"),
        "sending": _("Sending …"),
        "retry": _("The connection is bad. We keep trying; your answers are safe."),
        "offline": _("There is no connection. Your answers are still here: try again later."),
        "check": _("Please check your answers"),
        "choose": _("Choose one."),
        "address": _("Write the address where you saw it."),
        "many": _("Give at least one address, and at most 20."),
        "country": _("Choose a country from the list."),
        "change": _("Change"),
        "https": notice_text(Notice.ASSUMED_HTTPS),
        "refanged": notice_text(Notice.REFANGED),
        "credentials": notice_text(Notice.CREDENTIALS_REMOVED),
        "emergency": _("112 or your local emergency number"),
    }
    text = json.dumps(words, ensure_ascii=False, separators=(",", ":"), sort_keys=False)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704  (JSON, with no way out of its element)


def _status(key: ResolvedKey, place: Place, language: str) -> str:
    """With the key, the page of receipts may stand in the same frame."""
    framed = {"key": key.text} if place is Place.FRAME else {}
    return "/status?" + urlencode({"lang": language} | framed)


def _territory(form: ReportForm, key: ResolvedKey) -> str | None:
    try:
        return territory_code(form.territory.data or "", (*LANGUAGES, *key.languages))
    except Unresolved:
        return None


def _authority(code: str | None) -> AuthorityView | None:
    if code is None:
        return None
    with database().reading() as session:
        return own_authority(session, code)


def _countries(key: ResolvedKey, language: str) -> list[str]:
    """The countries that the portal names, when there are several to choose from."""
    if len(key.territories) < 2:
        return []
    return [name for code, name in territories(language) if code in key.territories]
