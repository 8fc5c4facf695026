"""The directory: its list, one authority, a new one, and its edit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Field

from server.directory import service as directory
from server.directory.service import Authority, AuthorityChanged, AuthorityError
from server.extensions import database
from server.staff.service import subject_of
from server.web.access import requires
from server.web.console.authority_forms import (
    OVERDUE,
    REMOVED,
    AuthorityAddForm,
    AuthorityFilterForm,
    AuthorityForm,
)
from server.web.console.authority_rows import (
    WORLD,
    authority_line,
    by_country,
    is_overdue,
    place_key,
)
from server.web.console.blueprint import blueprint
from server.web.console.edit_conflict import Difference, differences
from server.web.console.page import member, page
from server.web.console.words import moment


@blueprint.get("/directory")
@requires("directory.read")
def authority_list() -> str:
    """Authorities by country, chosen by the address, and how many there are of what."""
    now = datetime.now(UTC)
    with database().reading() as session:
        listed = directory.list_authorities(session)
        removed = directory.list_authorities(session, removed=True)
    places = {place_key(row): row.place for row in listed + removed if row.territory}
    named = sorted(places.items(), key=lambda each: each[1].casefold())
    form = AuthorityFilterForm(request.args, [*named, (WORLD, "Places without a code")])
    shown = _chosen(form, listed, removed, now) if form.validate() else []
    return page(
        "authority_list.html",
        form=form,
        countries=by_country(shown, now),
        count=len(shown),
        is_chosen=bool(any(field.data for field in form)),
        total=len(listed),
        linked=sum(row.verified is directory.Verified.URL for row in listed),
        overdue=sum(is_overdue(row, now) for row in listed),
        removed=len(removed),
    )


@blueprint.get("/directory/<uuid:authority_id>")
@requires("directory.read")
def authority(authority_id: UUID) -> str:
    """One authority with everything that is known of it."""
    now = datetime.now(UTC)
    with database().reading() as session:
        row = authority_or_404(session, authority_id)
    return page(
        "authority.html",
        authority=row,
        line=authority_line(row, now),
        loaded=moment(row.loaded_at, now),
        edited=moment(row.edited_at, now) if row.edited_at else None,
        removed=moment(row.removed_at, now) if row.removed_at else None,
    )


@blueprint.route("/directory/new", methods=["GET", "POST"])
@requires("directory.edit")
def authority_new() -> ResponseReturnValue:
    """Add an authority; it counts as checked."""
    form = AuthorityAddForm()
    if form.validate_on_submit():
        try:
            with database().transaction() as session:
                added = directory.add_authority(
                    session,
                    form.terms(),
                    territory=form.territory.data or None,
                    place=form.place.data or None,
                    now=datetime.now(UTC),
                    actor=subject_of(member()),
                )
        except AuthorityError as error:
            form.take(error)
        else:
            flash("Added. Citizens of that country see it from now on.", "good")
            return redirect(url_for("console.authority", authority_id=added.id), 303)
    return page("authority_new.html", form=form)


@blueprint.route("/directory/<uuid:authority_id>/edit", methods=["GET", "POST"])
@requires("directory.edit")
def authority_edit(authority_id: UUID) -> ResponseReturnValue:
    """Edit an authority; loading keeps what is saved here."""
    with database().reading() as session:
        stored = authority_or_404(session, authority_id)
    form = AuthorityForm(data=_values(stored))
    conflict: list[Difference] = []
    if form.validate_on_submit():
        try:
            _save(authority_id, form)
        except AuthorityError as error:
            form.take(error)
            if isinstance(error, AuthorityChanged):
                conflict = differences(form, _values(stored), _shown)
        else:
            flash("Saved.", "good")
            return redirect(url_for("console.authority", authority_id=authority_id), 303)
    return page("authority_edit.html", form=form, authority=stored, conflict=conflict)


def authority_or_404(session: Session, authority_id: UUID) -> Authority:
    """The row, removed or not."""
    try:
        return directory.get_authority(session, authority_id)
    except directory.AuthorityUnknown:
        abort(404)


def _save(authority_id: UUID, form: AuthorityForm) -> None:
    with database().transaction() as session:
        directory.edit_authority(
            session,
            authority_id,
            form.terms(),
            revision=form.revision.data or 0,
            now=datetime.now(UTC),
            actor=subject_of(member()),
        )


def _chosen(
    form: AuthorityFilterForm, listed: list[Authority], removed: list[Authority], now: datetime
) -> list[Authority]:
    wanted = form.data
    return [
        row
        for row in (removed if wanted["show"] == REMOVED else listed)
        if wanted["territory"] in ("", place_key(row))
        and wanted["kind"] in ("", row.kind)
        and wanted["verified"] in ("", row.verified)
        and (wanted["show"] != OVERDUE or is_overdue(row, now))
    ]


def _values(row: Authority) -> dict[str, Any]:
    fields = ("name", "kind", "url", "emergency", "verified", "source", "note", "revision")
    values = {field: getattr(row, field) for field in fields}
    return values | {"languages": ", ".join(row.languages)}


def _shown(field: Field, value: Any) -> str:
    words = {choice.value: choice.label for choice in getattr(field, "choices", None) or ()}
    return str(words.get(value, value or ""))
