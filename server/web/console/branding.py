"""The branding editor: a draft with its preview, publishing, the history and the way back."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from server.extensions import database, settings
from server.partners import service
from server.partners.service import EditConflict, Partner, PartnerError
from server.staff.service import subject_of
from server.web.access import requires
from server.web.console.blueprint import blueprint
from server.web.console.branding_form import CORRECT, BrandingForm, branding_form
from server.web.console.branding_page import (
    BrandingState,
    changes,
    contrasts,
    preview_panel,
    read_branding,
)
from server.web.console.edit_conflict import Difference, differences
from server.web.console.headers import allow_frames_of
from server.web.console.page import member, page

#: The picture, and as much for the rest of the form as any form may have. A file that is only a
#: little too large is read, so that the form can say so.
_MOST_BYTES = service.MAX_FILE_BYTES + 256 * 1024


@blueprint.url_value_preprocessor
def _take_a_logo(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form: the CSRF check does, long before the view."""
    if endpoint == "console.branding_saved":
        request.max_content_length = _MOST_BYTES


@blueprint.get("/partners/<slug>/branding")
@requires("partners.read")
def branding(slug: str) -> str:
    """The editor, filled with the draft or else the published look."""
    with database().reading() as session:
        state = read_branding(session, _partner(session, slug))
    form = branding_form(state.codes)
    form.fill(state.look, state.revision)
    return _editor(state, form)


@blueprint.post("/partners/<slug>/branding")
@requires("partners.edit")
def branding_saved(slug: str) -> ResponseReturnValue:
    """Save the draft, then go on to what the button says. Nothing typed is lost by a mistake."""
    with database().reading() as session:
        state = read_branding(session, _partner(session, slug))
    form = branding_form(state.codes)
    look = form.typed_look(state.look, state.codes, correct=CORRECT in request.form)
    if look is None:
        return _editor(state, form), 422
    try:
        with database().transaction() as session:
            saved = service.save_draft(
                session,
                _partner(session, slug),
                look,
                revision=form.revision.data or service.NO_DRAFT,
                actor=subject_of(member()),
            )
    except EditConflict as error:
        form.take(error)
        return _conflict(slug, form), 409
    return _go_on(slug, is_draft=saved is not None)


@blueprint.get("/partners/<slug>/branding/publish")
@requires("partners.edit")
def branding_publish(slug: str) -> ResponseReturnValue:
    """What publishing will change, and who will show it."""
    with database().reading() as session:
        state = read_branding(session, _partner(session, slug))
    if state.draft is None:
        flash("There is no draft to publish.", "alert")
        return _back(slug)
    before = state.published.look if state.published else service.look_of(None, state.partner)
    return page(
        "branding_publish.html",
        state=state,
        changes=changes(before, state.look),
        contrasts=contrasts(state.look.colour),
    )


@blueprint.post("/partners/<slug>/branding/publish")
@requires("partners.edit")
def branding_published(slug: str) -> ResponseReturnValue:
    """Publish the draft as it was seen."""
    return _change(slug, service.publish_draft, "Published as look {}.", revision=_seen("revision"))


@blueprint.post("/partners/<slug>/branding/discard")
@requires("partners.edit")
def branding_discarded(slug: str) -> ResponseReturnValue:
    """Discard the draft as it was seen."""
    return _change(slug, service.drop_draft, "Draft discarded.", revision=_seen("revision"))


@blueprint.post("/partners/<slug>/branding/roll-back/<int(max=2147483647):revision>")
@requires("partners.edit")
def branding_rolled_back(slug: str, revision: int) -> ResponseReturnValue:
    """Publish an old look again, as a new revision."""
    done = f"Look {revision} is published again, as look {{}}."
    return _change(slug, service.roll_back, done, to=revision, published=_seen("published"))


@blueprint.get("/partners/<slug>/branding/logo/<look>")
@requires("partners.read")
def branding_logo(slug: str, look: str) -> Response:
    """The logo of the draft, or of a published look by its number, as we wrote it."""
    with database().reading() as session:
        partner = _partner(session, slug)
        if look.isascii() and look.isdigit() and len(look) < 9:
            row: Any = service.revision_of(session, partner, int(look))
        else:
            row = service.draft_of(session, partner) if look == "draft" else None
    if row is None or row.logo is None:
        abort(404)
    return Response(row.logo, mimetype="image/png")


def _editor(
    state: BrandingState, form: BrandingForm, conflict: list[Difference] | None = None
) -> str:
    allow_frames_of(settings().public_url)
    try:
        colour = service.parse_colour(form.colour.data or "")
    except service.BrandingError:
        colour = state.look.colour
    return page(
        "branding.html",
        state=state,
        form=form,
        conflict=conflict or [],
        colour=colour,
        contrasts=contrasts(colour),
        preview=preview_panel(state),
        largest=service.MAX_FILE_BYTES,
    )


def _conflict(slug: str, form: BrandingForm) -> str:
    """The form with what was typed, beside what is stored now; saving once more is a decision."""
    with database().reading() as session:
        state = read_branding(session, _partner(session, slug))
    stored: dict[str, Any] = {
        "revision": state.revision,
        "display_name": state.look.display_name,
        "colour": state.look.colour,
    }
    for code in state.codes:
        for part in service.PARTS:
            if f"{part}_{code}" in form:
                stored[f"{part}_{code}"] = state.look.texts.get(code, {}).get(part, "")
    return _editor(state, form, differences(form, stored, lambda _field, value: str(value or "")))


def _go_on(slug: str, *, is_draft: bool) -> ResponseReturnValue:
    then = request.form.get("then")
    if not is_draft:
        flash("Nothing to save: this is the published look.", "good")
        return _back(slug)
    if then == "publish":
        return redirect(url_for("console.branding_publish", slug=slug), 303)
    flash("Draft saved. The public does not see it before it is published.", "good")
    return _back(slug, "preview" if then == "preview" else None)


def _change(slug: str, act: Any, done: str, **seen: int) -> ResponseReturnValue:
    try:
        with database().transaction() as session:
            row = act(session, _partner(session, slug), actor=subject_of(member()), **seen)
        flash(done.format(row.revision if row else ""), "good")
    except PartnerError as error:
        flash(f"Nothing was changed: {error}.", "alert")
    return _back(slug)


def _seen(name: str) -> int:
    """A revision that a form names, as its page showed it."""
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        abort(400)
    return int(text)


def _back(slug: str, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("console.branding", slug=slug, _anchor=anchor), 303)


def _partner(session: Session, slug: str) -> Partner:
    try:
        return service.get_partner(session, slug)
    except PartnerError:
        abort(404)
