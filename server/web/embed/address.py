"""What the address of a request says: language, campaign, theme; and addresses that keep them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import urlencode

from flask import request
from werkzeug.wrappers import Request

from server.partners.service import ResolvedKey, clean_campaign
from server.web.locale import Language, chosen, spoken

Theme = Literal["light", "dark"]
THEMES: dict[str, Theme] = {"light": "light", "dark": "dark"}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an address asks for. A campaign or theme that is none counts as not named."""

    language: str | None
    campaign: str | None
    theme: Theme | None


@lru_cache(maxsize=1_024)
def wishes(query: str) -> Wishes:
    """What a query string, as WSGI hands it over, asks for."""
    named = Request({"QUERY_STRING": query}).args
    return Wishes(
        named.get("lang"), clean_campaign(named.get("campaign")), THEMES.get(named.get("theme", ""))
    )


def language_of(key: ResolvedKey | None, wanted: str | None) -> str:
    """`wanted`, when the key speaks it and we do; else the key's default."""
    if key is None:
        return chosen(wanted)
    return chosen(wanted, key.languages, key.default_language)


def spoken_language(key: ResolvedKey | None) -> str:
    """The language of the address, when the key speaks it and we do; else the key's default.

    It is in the path of a portal's own page, in `?lang=` everywhere else.
    """
    path = request.view_args or {}
    return language_of(key, path["language"] if "language" in path else request.args.get("lang"))


def campaign() -> str | None:
    """The campaign of `?campaign=`; what is no campaign's name is ignored."""
    return clean_campaign(request.args.get("campaign"))


def theme() -> Theme | None:
    """The look of `?theme=light|dark`; None follows the citizen's own setting."""
    return THEMES.get(request.args.get("theme", ""))


def in_language(code: str, named: str | None, portal: str = "") -> str:
    """This address in another language, with the campaign `named` and the theme.

    The query alone, or with `portal` the path of that portal's own page.
    """
    query = {"lang": None if portal else code, "campaign": named, "theme": theme()}
    text = urlencode({name: value for name, value in query.items() if value})
    path = f"/portals/{portal}/{code}" if portal else ""
    return f"{path}?{text}" if text else path


def language_links(
    key: ResolvedKey, named: str | None, portal: str = ""
) -> list[tuple[Language, str]]:
    """The key's languages, each with its link."""
    return [
        (language, in_language(language.code, named, portal)) for language in spoken(key.languages)
    ]
