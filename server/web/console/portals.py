"""Portals: their list, a new one, one with its keys, other terms for one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from server.directory.service import (
    CONTINENTS,
    continent_name,
    reached,
    territories_with_authority,
)
from server.extensions import database, settings
from server.partners import service
from server.partners.service import EditConflict, PartnerError
from server.staff.service import subject_of
from server.web.access import requires
from server.web.console.blueprint import blueprint
from server.web.console.edit_conflict import Difference, differences
from server.web.console.key_words import key_words
from server.web.console.page import member, page
from server.web.console.portal_forms import (
    PortalEditForm,
    PortalForm,
    offer_choices,
    places_clash,
    shown,
    stored_values,
    terms_of_form,
)
from server.web.console.portal_words import (
    by_continent,
    languages_of,
    left_to_rules,
    reach_words,
    review_badge,
)
from server.web.console.words import moment
from server.web.locale import LANGUAGES


@blueprint.get("/portals")
@requires("portals.read")
def portal_list() -> str:
    """All portals by name, with what is still missing for a public page."""
    with database().reading() as session:
        owned = territories_with_authority(session)
        rows = [
            (found, reach_words(found.portal, owned), languages_of(found.portal))
            for found in service.list_portal_overviews(session)
        ]
    return page("portal_list.html", portals=rows)


@blueprint.route("/portals/new", methods=["GET", "POST"])
@requires("portals.edit")
def portal_new() -> ResponseReturnValue:
    """Add a portal; its page says what comes next."""
    form = PortalForm()
    _offer(form)
    if form.validate_on_submit() and not places_clash(form):
        try:
            with database().transaction() as session:
                added = service.add_portal(
                    session,
                    form.slug.data,
                    terms_of_form(form),
                    catalogues=LANGUAGES,
                    actor=subject_of(member()),
                )
                slug = added.slug
        except PartnerError as error:
            form.take(error)
        else:
            flash("Portal added. Next: issue a key to a partner for it.", "good")
            return redirect(url_for("console.portal", slug=slug), 303)
    return page("portal_new.html", form=form, **_help(form))


@blueprint.get("/portals/<slug>")
@requires("portals.read")
def portal(slug: str) -> str:
    """One portal: what it is set up with, its keys, its public page."""
    now = datetime.now(UTC)
    with database().reading() as session:
        found = portal_or_404(session, slug)
        owned = territories_with_authority(session)
        keys = [key_words(key, now) for key in service.list_keys_of_portal(session, found.id)]
        shown_page = service.find_portal_page(session, slug)
        partner = service.terms_of(session, found).default_partner
        partners = {each.slug: each.name for each in service.list_partners(session)}
    return page(
        "portal.html",
        portal=found,
        added=moment(found.created_at, now),
        reach=reach_words(found, owned),
        groups=by_continent(reached(found, owned)),
        languages=languages_of(found),
        keys=keys,
        partner=(partner, partners[partner]) if partner else None,
        has_form=shown_page is not None and shown_page.key is not None,
        public_page=f"{settings().public_url}/portals/{slug}",
    )


@blueprint.route("/portals/<slug>/edit", methods=["GET", "POST"])
@requires("portals.edit")
def portal_edit(slug: str) -> ResponseReturnValue:
    """Change all of a portal but its slug."""
    stored, values = _stored(slug)
    form = PortalEditForm(data=values)
    _offer(form)
    conflict: list[Difference] = []
    if form.validate_on_submit() and not places_clash(form):
        try:
            _edit(slug, form)
        except EditConflict as error:
            form.take(error)
            conflict = differences(form, _stored(slug)[1], shown)
        except PartnerError as error:
            form.take(error)
        else:
            flash("Saved. Forms that are open show it within two minutes.", "good")
            return redirect(url_for("console.portal", slug=slug), 303)
    return page("portal_edit.html", form=form, portal=stored, conflict=conflict, **_help(form))


def portal_or_404(session: Session, slug: str) -> Any:
    """The portal with this slug."""
    try:
        return service.get_portal(session, slug)
    except PartnerError:
        abort(404)


def _edit(slug: str, form: PortalEditForm) -> None:
    with database().transaction() as session:
        service.edit_portal(
            session,
            slug,
            terms_of_form(form),
            revision=form.revision.data or 0,
            catalogues=LANGUAGES,
            actor=subject_of(member()),
        )


def _stored(slug: str) -> tuple[Any, dict[str, Any]]:
    """The portal, and its terms as the form starts from them."""
    with database().reading() as session:
        stored = portal_or_404(session, slug)
        return stored, stored_values(service.terms_of(session, stored), stored.revision)


def _offer(form: Any) -> None:
    with database().reading() as session:
        offer_choices(form, service.list_partners(session))


def _help(form: Any) -> dict[str, Any]:
    """What the fields need beside themselves: continents, what a rule reaches, reviews."""
    with database().reading() as session:
        rules = left_to_rules(territories_with_authority(session))
    continents: dict[str, list[Any]] = {}
    for each in form.territories:
        name = continent_name(CONTINENTS[each.data], "en")
        continents.setdefault(name, []).append(each)
    reviews = [(code, review_badge(code)) for code in LANGUAGES]
    return {"rules": rules, "continents": sorted(continents.items()), "reviews": reviews}
