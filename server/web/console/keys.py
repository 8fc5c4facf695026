"""Keys: a new one, one with all that is known of it, other terms for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from server.extensions import database, settings
from server.partners import service
from server.partners.service import EditConflict, EditedKey, IssuedKey, PartnerError
from server.staff.service import subject_of
from server.web.access import requires
from server.web.console.blueprint import blueprint
from server.web.console.edit_conflict import Difference, differences
from server.web.console.key_forms import (
    KeyEditForm,
    KeyForm,
    offer_languages,
    shown,
    stored_values,
)
from server.web.console.key_words import key_words
from server.web.console.page import member, page
from server.web.console.partner_alerts import key_notes
from server.web.console.partner_rows import seen_words
from server.web.console.partners import partner_or_404
from server.web.console.related_pages import key_pages


@blueprint.route("/partners/<slug>/keys/new", methods=["GET", "POST"])
@requires("keys.issue", fresh=True)
def key_new(slug: str) -> ResponseReturnValue:
    """Issue a key: first its portal (`?portal=`), then its terms."""
    with database().reading() as session:
        partner, portals = partner_or_404(session, slug), service.list_portals(session)
    portal = _chosen(portals)
    if portal is None:
        return page("key_portal.html", partner=partner, portals=portals)
    form = KeyForm(data={"languages": portal.languages})
    offer_languages(form, portal.languages)
    if form.validate_on_submit() and (issued := _issue(form, partner, portal)):
        return answer_issued(issued)
    several = len(portals) > 1
    return page("key_new.html", form=form, partner=partner, portal=portal, several=several)


@blueprint.get("/keys/<uuid:key_id>")
@requires("partners.read")
def key(key_id: UUID) -> str:
    """One key: what it is, where it was seen, what can be done with it."""
    now = datetime.now(UTC)
    with database().reading() as session:
        row = key_or_404(session, key_id)
        seen = service.last_seen(session, {key_id}).get(key_id)
        before = service.predecessor_of(session, row)
        notes = key_notes(session, key_id, now)
    return page(
        "key.html",
        key=key_words(row, now),
        seen=seen_words(seen, now),
        successor=row.successor_id,
        predecessor=before.id if before else None,
        link=f"{settings().public_url}/r/{row.text}",
        links=key_pages(row),
        notes=notes,
    )


@blueprint.route("/keys/<uuid:key_id>/edit", methods=["GET", "POST"])
@requires("keys.edit")
def key_edit(key_id: UUID) -> ResponseReturnValue:
    """Give a key other terms. The second of two people is told, and sees both."""
    with database().reading() as session:
        row = key_or_404(session, key_id)
    form = KeyEditForm(data=stored_values(row))
    offer_languages(form, row.portal.languages)
    conflict: list[Difference] = []
    if form.validate_on_submit():
        try:
            edited = _save(form, row)
        except EditConflict as error:
            form.take(error)
            conflict = _differences(form, key_id)
        except PartnerError as error:
            form.take(error)
        else:
            flash("Saved." if edited.changed else "Nothing was changed.", "good")
            return redirect(url_for("console.key", key_id=key_id), 303)
    words = key_words(row, datetime.now(UTC))
    return page("key_edit.html", form=form, key=words, conflict=conflict)


def answer_issued(issued: IssuedKey) -> ResponseReturnValue:
    """The way on after a key was minted. A secret key's text is in this one answer only."""
    key_id = issued.row.id
    if issued.row.secret_hmac is not None:
        with database().reading() as session:
            words = key_words(key_or_404(session, key_id), datetime.now(UTC))
        return page("key_issued.html", key=words, secret=issued.text)
    flash("Key issued.", "good")
    return redirect(url_for("console.key", key_id=key_id), 303)


def key_or_404(session: Session, key_id: UUID) -> Any:
    """The key with this id, partner and portal loaded."""
    try:
        return service.get_key_by_id(session, key_id)
    except PartnerError:
        abort(404)


def _issue(form: KeyForm, partner: Any, portal: Any) -> IssuedKey | None:
    secrets, actor = settings().intake_secrets, subject_of(member())
    try:
        with database().transaction() as session:
            return service.issue_key(
                session, partner, portal, form.terms(), secrets=secrets, actor=actor
            )
    except PartnerError as error:
        form.take(error)
        return None


def _save(form: KeyEditForm, row: Any) -> EditedKey:
    edit, revision = form.edit(row.expires_at), form.revision.data or 0
    with database().transaction() as session:
        return service.edit_key(
            session, row.text, edit, revision=revision, actor=subject_of(member())
        )


def _differences(form: KeyEditForm, key_id: UUID) -> list[Difference]:
    with database().reading() as session:
        stored = key_or_404(session, key_id)
    return differences(form, stored_values(stored), shown)


def _chosen(portals: list[Any]) -> Any:
    wanted = request.args.get("portal")
    if wanted is None:
        return portals[0] if len(portals) == 1 else None
    return next((portal for portal in portals if portal.slug == wanted), None) or abort(404)
