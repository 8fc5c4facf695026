"""Ready copies of the empty form and of the pages in its stead: made by one request of many.

A copy hangs on the key and its revision, language, theme, place, and campaign. Anybody can make up
campaigns, so a copy with one costs no rendering: its name is put into a form that was rendered
with a mark in its place. These copies have a store of their own, and push out no other.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from urllib.parse import quote_plus

from flask import current_app
from markupsafe import escape

from server.partners.service import ResolvedKey
from server.storage.availability import DatabaseAway
from server.web.embed.address import Theme, language_of, wishes
from server.web.embed.documents import Document, ready
from server.web.embed.place import Place
from server.web.encodings import BEST, QUICK
from server.web.headers import CACHE_FORM
from server.web.kept import Kept
from server.web.ready import ReadyAnswer
from server.web.rehearsal import Part, part_of

EXTENSION = "portals.copies"
MAX_COPIES = 512
MAX_CAMPAIGNS = 256
#: So old may be what the directory says in a copy, in seconds.
MAX_AGE_S = 60.0
#: Stands for a campaign's name in what is rendered; nobody can guess it, and write it in a text.
MARK = "c" + secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class CopyName:
    """What a form for everybody hangs on."""

    key_id: Hashable
    revision: str
    language: str
    theme: Theme | None
    place: Place
    campaign: str | None


def copy_name(key: ResolvedKey, place: Place, query: str) -> CopyName:
    """The name of the form's copy at an address with this query string."""
    asked = wishes(query)
    language = language_of(key, asked.language)
    return CopyName(key.id, key.revision, language, asked.theme, place, asked.campaign)


@dataclass(frozen=True)
class Copies:
    """What one process keeps ready."""

    plain: Kept[ReadyAnswer] = field(default_factory=lambda: Kept(MAX_COPIES, MAX_AGE_S))
    marked: Kept[Document] = field(default_factory=lambda: Kept(MAX_CAMPAIGNS, MAX_AGE_S))
    campaigns: Kept[ReadyAnswer] = field(default_factory=lambda: Kept(MAX_CAMPAIGNS, MAX_AGE_S))

    def fresh(self, name: CopyName) -> ReadyAnswer | None:
        """The form when a copy is there."""
        return (self.campaigns if name.campaign else self.plain).fresh(name)

    def form(
        self, key: ResolvedKey, name: CopyName, render: Callable[[str | None], Document]
    ) -> ReadyAnswer:
        """The form; `render` makes it with a campaign's name, or without."""
        if name.campaign is None:
            return self.page(name, lambda: render(None), CACHE_FORM)
        if part_of(key, name.campaign) is Part.BLOCKED:
            return self.campaigns.get(name, lambda _: _quick(render(name.campaign)))
        unnamed = replace(name, campaign=None)
        marked = self.marked.get(unnamed, lambda _: render(MARK))
        return self.campaigns.get(name, lambda _: _quick(_with_campaign(marked, name.campaign)))

    def page(
        self, name: Hashable, render: Callable[[], Document], cache: str, status: int = 200
    ) -> ReadyAnswer:
        """A page that is the same for everybody, compressed again only when it has changed."""

        def make(old: ReadyAnswer | None) -> ReadyAnswer:
            try:
                document = render()
            except DatabaseAway:
                if old is None:
                    raise
                return old
            if old and old.content == document.html and old.csp == document.csp:
                return old
            return ready(document, cache=cache, status=status, quality=BEST)

        return self.plain.get(name, make)


def copies() -> Copies:
    """The current application's."""
    kept: Copies = current_app.extensions[EXTENSION]
    return kept


def _quick(document: Document) -> ReadyAnswer:
    return ready(document, cache=CACHE_FORM, quality=QUICK)


def _with_campaign(marked: Document, campaign: str | None) -> Document:
    """`marked` with a campaign in place of the mark: in addresses, and as text."""
    name = campaign or ""
    html = marked.html.replace(f"campaign={MARK}".encode(), f"campaign={quote_plus(name)}".encode())
    return replace(marked, html=html.replace(MARK.encode(), str(escape(name)).encode()))
