"""/portals/: where people of each country can report, by continent."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, request
from flask_babel import gettext as _

from server.directory.service import find_territory
from server.web.access import anyone
from server.web.embed.address import theme
from server.web.embed.copies import copies
from server.web.embed.documents import Document, make_document, send
from server.web.headers import CACHE_FORM, CACHE_NEVER
from server.web.locale import LANGUAGES, chosen, speaking
from server.web.portal.blueprint import blueprint
from server.web.portal.world import ContinentGroup, Country, read_world


@blueprint.get("/portals/")
@anyone("who takes reports in which country is public")
def portals() -> Response:
    """All countries, or with `?country=` the one that was asked for."""
    language = chosen(request.args.get("lang"))
    typed = request.args.get("country", "").strip()
    if typed:
        return send(_page(language, typed), cache=CACHE_NEVER)
    name = ("portals", language, theme())
    return copies().page(name, lambda: _page(language), CACHE_FORM).response()


def _page(language: str, typed: str = "") -> Document:
    world = read_world(language)
    asked = _asked_for(typed, language)
    found: Country | None = next(
        (country for each in world for country in each.countries if country.code == asked), None
    )
    with speaking(language):
        mistake = _("We do not know this country. Try its name in English.")
    return make_document(
        "portal/countries.html",
        language=language,
        languages=[(each, _link(each.code)) for each in LANGUAGES.values()],
        world=world,
        typed=typed,
        found=found,
        served=_with_a_form(world),
        mistake=mistake if typed and not found else "",
        everything=_link(language),
    )


def _with_a_form(world: list[ContinentGroup]) -> list[Country]:
    """The countries that a portal names, continent by continent."""
    return [
        country
        for group in world
        for country in group.countries
        if country.portals and country.portals[0].is_named
    ]


def _asked_for(typed: str, language: str) -> str | None:
    names = (find_territory(typed, each) for each in dict.fromkeys((language, *LANGUAGES)))
    return next((code for code in names if code), None) if typed else None


def _link(language: str) -> str:
    query = {"lang": language, "theme": theme()}
    return "/portals/?" + urlencode({name: value for name, value in query.items() if value})
