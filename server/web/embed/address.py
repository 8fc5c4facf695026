"""What the address of a request says: language and campaign; and addresses that keep both."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import request

from server.partners.service import ResolvedKey, clean_campaign
from server.web.locale import Language, chosen, spoken


def spoken_language(key: ResolvedKey | None) -> str:
    """The language of `?lang=`, when the key speaks it and we do; else the key's default."""
    wanted = request.args.get("lang")
    if key is None:
        return chosen(wanted)
    return chosen(wanted, key.languages, key.default_language)


def campaign() -> str | None:
    """The campaign of `?campaign=`; what is no campaign's name is ignored."""
    return clean_campaign(request.args.get("campaign"))


def in_language(code: str) -> str:
    """The query of this address in another language, with its campaign."""
    query = {"lang": code}
    if kept := campaign():
        query["campaign"] = kept
    return f"?{urlencode(query)}"


def language_links(key: ResolvedKey) -> list[tuple[Language, str]]:
    """The key's languages, each with its link."""
    return [(language, in_language(language.code)) for language in spoken(key.languages)]
