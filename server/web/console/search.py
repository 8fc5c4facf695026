"""Search over everything that the searcher may open: one box, one page of hits."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from server.directory import service as directory
from server.extensions import database
from server.normal_forms import taken_apart
from server.partners import service as partners
from server.reports import service as reports
from server.staff import service as staff
from server.staff.service import Permission
from server.web.access import may, requires
from server.web.console.blueprint import blueprint
from server.web.console.page import page

#: More hits of one kind than a person reads: they are asked to write more letters.
MAX_HITS = 20
MAX_QUERY = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: its name, what tells it from others, and its page."""

    name: str
    note: str
    address: str


@dataclass(frozen=True, slots=True)
class Hits:
    """The hits of one kind, at most MAX_HITS of `count`."""

    title: str
    icon: str
    shown: tuple[Hit, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: who may search it, and everything of it as (hit, texts to look in)."""

    title: str
    icon: str
    permission: Permission
    candidates: Callable[[Session], Iterator[tuple[Hit, Iterable[str]]]]


@blueprint.get("/search")
@requires("search.use")
def search() -> ResponseReturnValue:
    """Hits by kind; a report's whole reference leads straight to the report."""
    text = request.args.get("q", "").strip()[:MAX_QUERY]
    with database().reading() as session:
        if address := _report(session, text):
            return redirect(address, 303)
        found = _find(session, text) if text else []
    return page("search.html", query=text, found=found)


def folded(text: str) -> str:
    """`text` as search compares it: small letters without accents, in single spaces."""
    apart = taken_apart(text.casefold())
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).split())


def _find(session: Session, text: str) -> list[Hits]:
    wanted = folded(text).split()
    found = []
    for kind in KINDS:
        if not may(kind.permission):
            continue
        hits = [
            hit
            for hit, texts in kind.candidates(session)
            if _holds(folded(" ".join(texts)), wanted)
        ]
        if hits:
            found.append(Hits(kind.title, kind.icon, tuple(hits[:MAX_HITS]), len(hits)))
    return found


def _holds(text: str, words: Iterable[str]) -> bool:
    return all(word in text for word in words)


def _report(session: Session, text: str) -> str | None:
    if not may(Permission.REPORTS_READ) or reports.parse_reference(text) is None:
        return None
    found = reports.get_by_reference(session, text)
    return url_for("console.report", reference=found.reference) if found else None


def _portals(session: Session) -> Iterator[tuple[Hit, Iterable[str]]]:
    for portal in partners.list_portals(session):
        hit = Hit(portal.name, portal.slug, url_for("console.portal", slug=portal.slug))
        yield hit, (portal.name, portal.slug)


def _partners(session: Session) -> Iterator[tuple[Hit, Iterable[str]]]:
    for partner in partners.list_partners(session):
        hit = Hit(partner.name, partner.slug, url_for("console.partner", slug=partner.slug))
        yield hit, (partner.name, partner.slug)


def _keys(session: Session) -> Iterator[tuple[Hit, Iterable[str]]]:
    for key in partners.list_keys(session):
        note = f"{key.partner.name}, {key.mode.value}, {key.state.value}: {key.text}"
        hit = Hit(key.label, note, url_for("console.key", key_id=key.id))
        yield hit, (key.label, key.text, key.partner.name, *key.origins)


def _authorities(session: Session) -> Iterator[tuple[Hit, Iterable[str]]]:
    for row in directory.list_authorities(session):
        name = row.name or row.place
        hit = Hit(name, row.place, url_for("console.authority", authority_id=row.id))
        yield hit, (name, row.place, row.territory or "")


def _staff(session: Session) -> Iterator[tuple[Hit, Iterable[str]]]:
    for user in staff.list_staff(session):
        roles = ", ".join(sorted(role.name for role in user.roles)) or "no role"
        address = url_for("console.staff_member", member_id=user.id)
        yield Hit(user.email, roles, address), (user.email, roles)


KINDS = (
    Kind("Portals", "portals", Permission.PORTALS_READ, _portals),
    Kind("Partners", "partners", Permission.PARTNERS_READ, _partners),
    Kind("Keys", "key", Permission.PARTNERS_READ, _keys),
    Kind("Authorities", "directory", Permission.DIRECTORY_READ, _authorities),
    Kind("Staff", "staff", Permission.STAFF_READ, _staff),
)
