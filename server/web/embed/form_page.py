"""The form as a document: what goes into its template."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from server.directory.service import own_of, territories, territory_name
from server.partners.service import KeyMode, ResolvedKey
from server.web.embed.address import language_links, spoken_language, theme
from server.web.embed.answers import Unresolved, territory_code
from server.web.embed.documents import Document, make_document
from server.web.embed.form import ReportForm
from server.web.embed.pages import local_emergency
from server.web.embed.place import Place
from server.web.known_directory import directory
from server.web.labels import choices
from server.web.locale import LANGUAGES, speaking
from server.web.reach import known_territories, only_territory
from server.web.rehearsal import Part, part_of
from server.web.widget.files import late_path
from server.web.widget.sender import sender_path

#: More names than these would not fit into the form's budget of bytes.
MAX_COUNTRIES = 20


def form_document(
    key: ResolvedKey,
    place: Place,
    form: ReportForm,
    *,
    named: str | None,
    failed: bool = False,
    preview: bool = False,
) -> Document:
    """The form with what stands in its fields, for the campaign that is `named`, if any.

    `failed` puts a summary of its errors on top; a `preview` can be walked through, not sent.
    """
    language = spoken_language(key)
    code = _territory(form, key)
    with speaking(language):
        return make_form_page(
            "embed/form.html",
            key,
            place,
            named=named,
            form=form,
            failed=failed,
            preview=preview,
            territory=code,
            emergency=local_emergency(key, code),
            authority=own_of(directory().authorities(code)),
            countries=_countries(key, language),
            sender=sender_path(language),
            solver=late_path("solver.js"),
            reportable=choices("report_type"),
            out_of_remit=choices("out_of_remit"),
        )


def make_form_page(
    template: str, key: ResolvedKey, place: Place, *, named: str | None, **context: Any
) -> Document:
    """A page of the form's own look: the key's branding, languages and script.

    Its links keep the campaign that is `named`; `test` says that the key is for trials.
    """
    language = spoken_language(key)
    return make_document(
        template,
        language=language,
        ancestors=() if part_of(key, named) is Part.BLOCKED else place.ancestors(key),
        # On a page that nobody frames there is nobody to answer.
        speaks_to=place.ancestors(key),
        colour=key.branding.colour,
        scripted=True,
        key=key,
        place=place.value,
        languages=language_links(key, named, place.portal),
        portal=place.portal,
        supporters=place.supporters,
        words=key.portal_words(language),
        campaign=named,
        test=key.mode is KeyMode.TEST,
        branding_texts=key.branding.texts_in(language),
        status=_status(key, place, language),
        **context,
    )


def preset_form(key: ResolvedKey) -> ReportForm:
    """An empty form in the language that is being spoken, with the portal's only country."""
    form = ReportForm(formdata=None)
    if only := only_territory(key):
        form.territory.data = territory_name(only, spoken_language(key))
    return form


def _status(key: ResolvedKey, place: Place, language: str) -> str:
    """With the key, the page of receipts may stand in the same frame."""
    query = {"lang": language}
    if place is Place.FRAME:
        query["key"] = key.text
    if look := theme():
        query["theme"] = look
    return "/status?" + urlencode(query)


def _territory(form: ReportForm, key: ResolvedKey) -> str | None:
    try:
        return territory_code(form.territory.data or "", (*LANGUAGES, *key.languages))
    except Unresolved:
        return None


def _countries(key: ResolvedKey, language: str) -> list[str]:
    """The portal's countries, when there are several to choose from, but not half the world.

    A list of many would be heavier than the form. Any country's name may be typed, and the script
    brings all of them when the field is entered.
    """
    reach = known_territories(key)
    if not 1 < len(reach) <= MAX_COUNTRIES:
        return []
    return [name for code, name in territories(language) if code in reach]
