"""What is done to a key: rotate, pause, resume, revoke."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from server.extensions import database, settings
from server.partners import service
from server.partners.service import IssuedKey, PartnerError
from server.staff.service import subject_of
from server.web.access import requires
from server.web.console.blueprint import blueprint
from server.web.console.forms import sentence
from server.web.console.key_forms import RevokeForm, RotateForm
from server.web.console.key_words import KeyWords, key_words
from server.web.console.keys import answer_issued, key_or_404
from server.web.console.page import member, page


@blueprint.route("/keys/<uuid:key_id>/rotate", methods=["GET", "POST"])
@requires("keys.issue", fresh=True)
def key_rotate(key_id: UUID) -> ResponseReturnValue:
    """Issue a successor; both keys work for the days of grace."""
    key, form = _words(key_id), RotateForm()
    if form.validate_on_submit() and (issued := _rotate(form, key)):
        return answer_issued(issued)
    return page("key_rotate.html", form=form, key=key)


@blueprint.route("/keys/<uuid:key_id>/revoke", methods=["GET", "POST"])
@requires("keys.issue", fresh=True)
def key_revoke(key_id: UUID) -> ResponseReturnValue:
    """End a key for good. The page says first what citizens will see."""
    key, form = _words(key_id), RevokeForm()
    if form.validate_on_submit():
        try:
            with database().transaction() as session:
                service.revoke_key(
                    session, key.text, reason=form.reason.data, actor=subject_of(member())
                )
        except PartnerError as error:
            form.take(error)
        else:
            gone = "" if key.is_secret else " Its form is gone within two minutes."
            flash(f"Revoked.{gone}", "good")
            return redirect(url_for("console.key", key_id=key_id), 303)
    return page("key_revoke.html", form=form, key=key)


@blueprint.post("/keys/<uuid:key_id>/pause")
@requires("keys.edit")
def key_pause(key_id: UUID) -> ResponseReturnValue:
    """Let a key rest; it can be resumed."""
    key = _words(key_id)
    try:
        with database().transaction() as session:
            service.pause_key(session, key.text, actor=subject_of(member()))
        gone = "" if key.is_secret else "Its form is gone within two minutes. "
        flash(f"Paused. {gone}Resume it at any time.", "good")
    except PartnerError as error:
        flash(f"Nothing was changed. {sentence(str(error))}.", "alert")
    return redirect(url_for("console.key", key_id=key_id), 303)


@blueprint.post("/keys/<uuid:key_id>/resume")
@requires("keys.edit")
def key_resume(key_id: UUID) -> ResponseReturnValue:
    """Let a paused key work again."""
    key = _words(key_id)
    try:
        with database().transaction() as session:
            service.resume_key(session, key.text, actor=subject_of(member()))
        flash("Resumed." if key.is_secret else "Resumed. Its form is back at once.", "good")
    except PartnerError as error:
        flash(f"Nothing was changed. {sentence(str(error))}.", "alert")
    return redirect(url_for("console.key", key_id=key_id), 303)


def _rotate(form: RotateForm, key: KeyWords) -> IssuedKey | None:
    secrets, days, actor = settings().intake_secrets, form.grace_days.data, subject_of(member())
    try:
        with database().transaction() as session:
            return service.rotate_key(
                session, key.text, grace_days=days, secrets=secrets, actor=actor
            )
    except PartnerError as error:
        form.take(error)
        return None


def _words(key_id: UUID) -> KeyWords:
    with database().reading() as session:
        return key_words(key_or_404(session, key_id), datetime.now(UTC))
