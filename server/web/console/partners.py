"""Partners: their list, a new one, one with its keys, another name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from server.extensions import database
from server.partners import service
from server.partners.service import EditConflict, PartnerError
from server.staff.service import subject_of
from server.web.access import requires
from server.web.console.blueprint import blueprint
from server.web.console.edit_conflict import Difference, differences
from server.web.console.key_words import key_words
from server.web.console.page import member, page
from server.web.console.partner_alerts import alert_notes
from server.web.console.partner_forms import PartnerEditForm, PartnerForm
from server.web.console.partner_rows import FILTERS, read_partners, seen_words
from server.web.console.related_pages import partner_pages
from server.web.console.words import moment


@blueprint.get("/partners")
@requires("partners.read")
def partner_list() -> str:
    """Partners by short name, with what their keys did; `?state=` and `?q=` choose among them."""
    chosen, words, after = (_argument(name) for name in ("state", "q", "after"))
    if chosen not in FILTERS:
        abort(404)
    now = datetime.now(UTC)
    with database().reading() as session:
        found = read_partners(session, now, chosen=chosen, words=words, after=after or None)
        notes = [] if chosen or words or after else alert_notes(session, now)
    return page(
        "partner_list.html",
        partners=found,
        notes=notes,
        filters=FILTERS,
        chosen=chosen,
        words=words,
        is_first=not after,
    )


@blueprint.route("/partners/new", methods=["GET", "POST"])
@requires("partners.edit")
def partner_new() -> ResponseReturnValue:
    """Add a partner; its page says what comes next."""
    form = PartnerForm()
    if form.validate_on_submit():
        try:
            with database().transaction() as session:
                added = service.add_partner(
                    session, slug=form.slug.data, name=form.name.data, actor=subject_of(member())
                )
                namesakes = service.partners_named(session, added.name)
        except PartnerError as error:
            form.take(error)
        else:
            flash("Partner added. Next: issue a key.", "good")
            _mention(namesakes)
            return redirect(url_for("console.partner", slug=added.slug), 303)
    return page("partner_new.html", form=form)


@blueprint.get("/partners/<slug>")
@requires("partners.read")
def partner(slug: str) -> str:
    """One partner with all its keys."""
    now = datetime.now(UTC)
    with database().reading() as session:
        found = partner_or_404(session, slug)
        keys = service.list_keys(session, slug)
        seen = service.last_seen(session, {key.id for key in keys})
    return page(
        "partner.html",
        partner=found,
        added=moment(found.created_at, now),
        links=partner_pages(slug, found.id),
        keys=[(key_words(key, now), seen_words(seen.get(key.id), now)) for key in keys],
    )


@blueprint.route("/partners/<slug>/edit", methods=["GET", "POST"])
@requires("partners.edit")
def partner_edit(slug: str) -> ResponseReturnValue:
    """Rename a partner."""
    with database().reading() as session:
        stored = partner_or_404(session, slug)
    form = PartnerEditForm(obj=stored)
    conflict: list[Difference] = []
    if form.validate_on_submit():
        try:
            _rename(slug, form)
        except EditConflict as error:
            form.take(error)
            conflict = _differences(slug, form)
        except PartnerError as error:
            form.take(error)
        else:
            flash("Saved.", "good")
            return redirect(url_for("console.partner", slug=slug), 303)
    return page("partner_edit.html", form=form, partner=stored, conflict=conflict)


def partner_or_404(session: Session, slug: str) -> Any:
    """The partner with this slug."""
    try:
        return service.get_partner(session, slug)
    except PartnerError:
        abort(404)


def _rename(slug: str, form: PartnerEditForm) -> None:
    with database().transaction() as session:
        renamed = service.edit_partner(
            session,
            slug,
            name=form.name.data,
            revision=form.revision.data or 0,
            actor=subject_of(member()),
        )
        namesakes = service.partners_named(session, renamed.name)
    _mention(namesakes)


def _differences(slug: str, form: PartnerEditForm) -> list[Difference]:
    with database().reading() as session:
        stored = partner_or_404(session, slug)
    values = {"name": stored.name, "revision": stored.revision}
    return differences(form, values, lambda _field, value: str(value))


def _mention(namesakes: list[Any]) -> None:
    if len(namesakes) > 1:
        slugs = ", ".join(each.slug for each in namesakes[:5])
        flash(f"{len(namesakes)} partners have this name now: {slugs}.", "alert")


def _argument(name: str) -> str:
    return request.args.get(name, "").replace("\0", "").strip()[:120]
