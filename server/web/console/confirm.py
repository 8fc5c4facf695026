"""Prove once more who you are, before what asks for a fresh sign-in; then go back to it."""

from __future__ import annotations

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from server.extensions import database, settings
from server.staff import service as staff
from server.staff.service import SignInWay
from server.web.access import requires
from server.web.console.blueprint import blueprint
from server.web.console.own_pages import go_on, wanted_page
from server.web.console.page import member, page
from server.web.console.passkey_forms import (
    button_to_confirm,
    relying_party,
    sent_answer,
    sent_challenge,
)
from server.web.console.password_forms import ConfirmForm
from server.web.console.proofs import TooBusy
from server.web.console.sessions import confirm
from server.web.console.sign_in_password import BUSY, BUSY_STATUS, REFUSED, look_at


@blueprint.get("/confirm")
@requires("account.own")
def confirm_who() -> str:
    """The ways that this member has to prove it."""
    return _page()


@blueprint.post("/confirm/passkey")
@requires("account.own")
def confirm_with_passkey() -> ResponseReturnValue:
    """By one of the member's own passkeys."""
    try:
        with database().transaction() as session:
            user = staff.prove_by_passkey(
                session,
                sent_answer(),
                challenge=sent_challenge("confirm"),
                party=relying_party(),
                only=member(),
            )
            confirm(session, user, SignInWay.PASSKEY)
    except staff.PasskeyRefused as refused:
        return _page(refused=str(refused)), 422
    return _back()


@blueprint.post("/confirm/password")
@requires("account.own")
def confirm_with_password() -> ResponseReturnValue:
    """By password and code, counted as a sign-in is."""
    form = ConfirmForm()
    if not form.validate():
        return _page(form), 422
    user = member()
    try:
        attempt, proof = look_at(user.email, form.password.data, form.code.data, user)
    except staff.TooManyFailures as waiting:
        return _page(form, str(waiting)), 429
    except TooBusy:
        return _page(form, BUSY), *BUSY_STATUS
    with database().transaction() as session:
        proved = staff.finish_attempt(session, attempt, proof)
        if proved is not None:
            confirm(session, proved, SignInWay.PASSWORD)
    return _back() if proved else (_page(form, REFUSED), 422)


def _back() -> ResponseReturnValue:
    flash("Thank you. Go on where you were.", "good")
    return redirect(go_on(), 303)


def _page(form: ConfirmForm | None = None, refused: str | None = None) -> str:
    user, form = member(), form or ConfirmForm(formdata=None)
    form.code.data = ""
    with database().reading() as session:
        ways = staff.ways_in_of(session, user)
        passkeys = staff.list_passkeys(session, user)
    return page(
        "confirm.html",
        wanted=wanted_page(),
        ways=ways,
        form=form,
        refused=refused,
        passkey=button_to_confirm(passkeys) if passkeys else None,
        single_sign_on=ways.single_sign_on and settings().oidc_issuer is not None,
    )
