"""Add and remove one's own passkeys; both ask for a fresh sign-in."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from server.extensions import database
from server.staff import service as staff
from server.web.access import requires
from server.web.console.blueprint import blueprint
from server.web.console.browsers import browser_name
from server.web.console.page import own_account, page
from server.web.console.passkey_forms import (
    button_to_add,
    relying_party,
    sent_answer,
    sent_challenge,
)
from server.web.console.password_forms import PasskeyNameForm


@blueprint.get("/account/passkeys/new")
@requires("account.own", fresh=True)
def new_passkey() -> str:
    """The form, with a name that says which browser it was made in."""
    form = PasskeyNameForm(formdata=None, name=browser_name(request.user_agent.string))
    return _page(form)


@blueprint.post("/account/passkeys/new")
@requires("account.own", fresh=True)
def add_passkey() -> ResponseReturnValue:
    """Keep what the browser made."""
    form = PasskeyNameForm()
    if not form.validate():
        return _page(form), 422
    try:
        with database().transaction() as session:
            staff.add_passkey(
                session,
                own_account(session),
                sent_answer(),
                name=form.name.data,
                challenge=sent_challenge("add"),
                party=relying_party(),
            )
    except staff.PasskeyRefused as refused:
        form.take(refused)
        return _page(form), 422
    flash("The passkey is added. From now on you can sign in with it.", "good")
    return redirect(url_for("console.account"), 303)


@blueprint.post("/account/passkeys/<int(max=2147483647):passkey_id>/remove")
@requires("account.own", fresh=True)
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Remove one, unless it is the last way in."""
    try:
        with database().transaction() as session:
            if not staff.remove_passkey(session, own_account(session), passkey_id):
                abort(404)
    except staff.LastWayIn as refused:
        flash(f"Not removed: {refused}.", "alert")
    else:
        flash("The passkey is removed here. Delete it on the device, too.", "good")
    return redirect(url_for("console.account"), 303)


def _page(form: PasskeyNameForm) -> str:
    with database().transaction() as session:
        user = own_account(session)
        staff.ensure_user_handle(session, user)
        known = staff.list_passkeys(session, user)
    return page("account_passkey.html", form=form, passkey=button_to_add(user, known))
