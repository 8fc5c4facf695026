"""/portals/<slug>: a portal's own page, which is its default partner's form."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, abort, current_app, request
from flask.blueprints import BlueprintSetupState

from server.directory.service import emergency_number
from server.extensions import READS, SNAPSHOT
from server.partners.service import PortalPage, PortalPages, ResolvedKey, Standing
from server.storage.availability import DatabaseAway
from server.web.access import anyone
from server.web.embed.copies import copy_name
from server.web.embed.pages import away_page, stand_in
from server.web.embed.place import Place
from server.web.embed.showing import judge, show_form, take_form, take_form_unseen
from server.web.locale import LANGUAGES, chosen
from server.web.portal.blueprint import blueprint
from server.web.reach import only_territory

EXTENSION = "portals.portal-pages"


@blueprint.record_once
def _know_pages(state: BlueprintSetupState) -> None:
    extensions = state.app.extensions
    extensions[EXTENSION] = pages = PortalPages(extensions[READS])
    pages.survive(extensions[SNAPSHOT])


@blueprint.get("/portals/<portal>", defaults={"language": None})
@blueprint.get("/portals/<portal>/<language>")
@anyone("the form for citizens, on their country's own page")
def portal_page(portal: str, language: str | None) -> Response:
    """The form of the portal's default partner, or the safe page while there is none."""
    try:
        found = _find(portal, language)
    except DatabaseAway:
        return away_page()
    spoken = chosen(language, found.languages, found.languages[0])
    open_key, standing = judge(found.key)
    if open_key is None or standing is not Standing.OPEN:
        return _safe_page(found, spoken)
    key, place = _on_its_page(found, open_key), _place(found)
    name = copy_name(key, place, request.environ.get("QUERY_STRING", ""))
    return show_form(key, place, replace(name, language=spoken))


@blueprint.post("/portals/<portal>", defaults={"language": None})
@blueprint.post("/portals/<portal>/<language>")
@anyone("citizens send the form without script")
def portal_page_sent(portal: str, language: str | None) -> Response:
    """A stage of the form without script, on the portal's own page."""
    try:
        found = _find(portal, language)
    except DatabaseAway:
        return take_form_unseen()
    key, standing = judge(found.key or found.last_key)
    if key is None or standing is Standing.NOT_YET:
        return _safe_page(found, chosen(language, found.languages, found.languages[0]))
    return take_form(_on_its_page(found, key), standing, _place(found))


def _find(slug: str, language: str | None) -> PortalPage:
    """The portal; 404 for one that there is not, and for a language that it does not speak.

    Raises DatabaseAway.
    """
    pages: PortalPages = current_app.extensions[EXTENSION]
    found = pages.find(slug)
    if found is None or (language and language not in {*found.languages} & {*LANGUAGES}):
        abort(404)
    return found


def _on_its_page(found: PortalPage, key: ResolvedKey) -> ResolvedKey:
    """The key in the portal's languages: it may be issued for fewer."""
    return replace(key, languages=found.languages, default_language=found.languages[0])


def _place(found: PortalPage) -> Place:
    return Place("page", portal=found.slug, supporters=found.supporters)


def _safe_page(found: PortalPage, language: str) -> Response:
    only = only_territory(found)
    emergency = emergency_number(only) if only else None
    return stand_in(410, language, emergency, found.words(language))
